import type { App } from '@slack/bolt';
import type { Logger } from 'pino';
import type { OperatorNoteResult, OperatorNotes } from '../../followup/cases/operator-notes.ts';
import type { AllowList } from '../allow-list.ts';
import { isUuid } from '../entry-modal/block-ids.ts';
import type { SubmitAnswer } from '../entry-modal/entry-form.ts';
import { messageView } from '../entry-modal/message-view.ts';
import { faultOf } from '../fault.ts';
import type { InHand } from '../in-hand.ts';
import { onlyFor } from '../plain-message.ts';
import type { ResponseUrl } from '../response-url.ts';
import type { OperatorSettings } from '../settings.ts';
import { BlockActions, ViewSubmission } from '../slack-body.ts';
import { withinTime } from '../time-limit.ts';
import { REFUSED } from '../wording.ts';
import { BURDEN_BLOCK, BURDEN_FORM, burdenView, HARDSHIP_ACTION, readBurden } from './hardship.ts';

const HUNG_UP = '切電したことを記録しました(顧客には表示されません)。お疲れさまでした。';
const NOT_YOURS = 'ほかの方がお受けした電話には残せません。';
const UNKNOWN = 'この受電は見つかりません。管理者へご連絡ください。';
const FAILED = '記録できませんでした。少し待ってから、もう一度押してください。';
const FORM_FAILED =
  '記録できませんでした。この画面は開いたままで大丈夫です。少し待ってからもう一度「残す」を押してください。';

/** [切電した] and [きつさを残す] under a call: of whoever took it, and of nobody else (P9). */
export function listenForHardship(
  bolt: App,
  deps: {
    readonly notes: OperatorNotes;
    readonly allowList: AllowList;
    readonly responseUrl: ResponseUrl;
    readonly inHand: InHand;
    readonly log: Logger;
    readonly settings: Pick<OperatorSettings, 'recordTimeoutMs'>;
  },
): void {
  bolt.action(HARDSHIP_ACTION.hungUp, async ({ body, ack }) => {
    await ack();
    const { user, actions, response_url: url } = BlockActions.parse(body);
    const callId = actions[0]?.value;
    if (typeof callId !== 'string' || !isUuid(callId)) return;
    const say = async (text: string): Promise<void> => {
      if (url !== undefined) await deps.responseUrl.post(url, onlyFor(text));
    };
    const work = (async () => {
      if (!(await deps.allowList.allows(user.id))) return await say(REFUSED);
      const kept = await deps.notes.hungUp({ callId, operatorId: user.id });
      await say(kept.type === 'noted' ? HUNG_UP : whyNot(kept));
    })().catch(async (error: unknown) => {
      deps.log.error(faultOf(error), 'an operator could not mark a call as hung up');
      await say(FAILED);
    });
    deps.inHand.track(work);
    await work;
  });

  bolt.action(HARDSHIP_ACTION.burden, async ({ body, ack, client }) => {
    await ack();
    const { user, actions, trigger_id: triggerId, response_url: url } = BlockActions.parse(body);
    const callId = actions[0]?.value;
    if (triggerId === undefined || typeof callId !== 'string' || !isUuid(callId)) return;
    const work = (async () => {
      const mayOpen = await deps.allowList.allows(user.id);
      const view = mayOpen ? burdenView(callId) : messageView('きつさを残す', [REFUSED]);
      await client.views.open({ trigger_id: triggerId, view });
    })().catch(async (error: unknown) => {
      deps.log.error(faultOf(error), 'the form for a hard call did not open');
      if (url !== undefined) await deps.responseUrl.post(url, onlyFor(FAILED));
    });
    deps.inHand.track(work);
    await work;
  });

  bolt.view(BURDEN_FORM, async ({ body, ack }) => {
    const { view, user } = ViewSubmission.parse(body);
    const work = (async (): Promise<SubmitAnswer> => {
      if (!(await deps.allowList.allows(user.id))) {
        return { response_action: 'update', view: messageView('きつさを残す', [REFUSED]) };
      }
      const read = readBurden(view.private_metadata, view.state?.values ?? {});
      if (read === undefined) return atBurden('きつさを選んでください。');
      const writing = deps.notes.burden({ ...read, operatorId: user.id });
      const kept = await withinTime(writing, deps.settings.recordTimeoutMs);
      if (kept.type === 'late') return notKept();
      return kept.value.type === 'noted' ? { response_action: 'clear' } : atBurden(whyNot(kept.value));
    })().catch((error: unknown) => {
      deps.log.error(faultOf(error), 'an operator could not keep how hard a call was');
      return notKept();
    });
    deps.inHand.track(work);
    await ack(await work);
  });
}

/** What is shown when the database did not say that it is kept. The form stays; sent again it replaces itself. */
export function notKept(): SubmitAnswer {
  return atBurden(FORM_FAILED);
}

function atBurden(message: string): SubmitAnswer {
  return { response_action: 'errors', errors: { [BURDEN_BLOCK.burden]: message } };
}

function whyNot(result: Exclude<OperatorNoteResult, { type: 'noted' }>): string {
  return result.type === 'not-yours' ? NOT_YOURS : UNKNOWN;
}
