import type { App, webApi } from '@slack/bolt';
import type { Logger } from 'pino';
import { FIELD_LIMITS } from '../domain/call.ts';
import type { AllowList } from './allow-list.ts';
import type { EntryForm } from './entry-modal/entry-form.ts';
import { messageView } from './entry-modal/message-view.ts';
import { faultOf } from './fault.ts';
import type { InHand } from './in-hand.ts';
import { messageWords } from './message-words.ts';
import type { OperatorSettings } from './settings.ts';
import { MessageAction, Shortcut } from './slack-body.ts';
import { withinTime } from './time-limit.ts';
import { FORM_NOT_OPENED, MESSAGE_SHORTENED, REFUSED } from './wording.ts';

/** `callback_id`s of the shortcuts 「受電を登録」, as the manifest has them. */
export const SHORTCUT = { anywhere: 'call_entry', message: 'call_entry_message' } as const;

/** The first half of a character cut in two. */
const HALF = /[\ud800-\udbff]$/;

/** The form from Slack's shortcuts: anywhere, or on a message, whose words become the call's message. */
export function listenForShortcuts(
  bolt: App,
  deps: {
    readonly allowList: AllowList;
    readonly form: EntryForm;
    readonly inHand: InHand;
    readonly log: Logger;
    readonly settings: Pick<OperatorSettings, 'recordTimeoutMs'>;
  },
): void {
  bolt.shortcut({ callback_id: SHORTCUT.anywhere, type: 'shortcut' }, async ({ body, ack, client }) => {
    const { trigger_id: triggerId, user } = Shortcut.parse(body);
    await ack();
    await open(client, triggerId, user.id, null);
  });

  bolt.shortcut({ callback_id: SHORTCUT.message, type: 'message_action' }, async ({ body, ack, client }) => {
    const { trigger_id: triggerId, user, message } = MessageAction.parse(body);
    await ack();
    await open(client, triggerId, user.id, typeof message.text === 'string' ? message.text : null);
  });

  /** A shortcut has no other way to answer than a view: also for saying that the form did not open. */
  async function open(
    slack: webApi.WebClient,
    triggerId: string,
    operatorId: string,
    text: string | null,
  ): Promise<void> {
    const work = (async () => {
      if (!(await deps.allowList.allows(operatorId))) return await say(slack, triggerId, REFUSED);
      const words = messageWords(text ?? '');
      const fits = words.length <= FIELD_LIMITS.message;
      const opening = deps.form.open(slack, triggerId, {
        operatorId,
        client: null,
        message: words === '' ? null : words.slice(0, FIELD_LIMITS.message).replace(HALF, ''),
        ...(!fits && { note: MESSAGE_SHORTENED }),
      });
      const opened = await withinTime(opening, deps.settings.recordTimeoutMs).catch((error: unknown) => {
        deps.log.error(faultOf(error), 'the form did not open');
        return undefined;
      });
      if (opened?.type !== 'done') await say(slack, triggerId, FORM_NOT_OPENED);
    })().catch((error: unknown) => deps.log.error(faultOf(error), 'a Slack request failed'));
    deps.inHand.track(work);
    await work;
  }
}

async function say(slack: webApi.WebClient, triggerId: string, words: string): Promise<void> {
  await slack.views.open({ trigger_id: triggerId, view: messageView('受電登録', [words]) });
}
