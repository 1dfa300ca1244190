import type { App } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { DECISION } from '../delivery/decision-buttons.ts';
import { confirmDelivery, type OperationResult, retryDelivery } from '../delivery/operations.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Schema } from '../storage/schema.ts';
import type { AllowList } from './allow-list.ts';
import { isUuid } from './entry-modal/block-ids.ts';
import { messageView } from './entry-modal/message-view.ts';
import { faultOf } from './fault.ts';
import type { Home } from './home/home.ts';
import { onlyFor } from './plain-message.ts';
import type { ResponseUrl } from './response-url.ts';
import { BlockActions } from './slack-body.ts';

/** What became of a press, in words for the supervisors' channel. */
const DONE = {
  [DECISION.arrived]: '届いていることを確認しました。この報告はこれで完了です。',
  [DECISION.sendAgain]: 'もう一度送ります。',
} as const;
const TOO_LATE = 'この報告は、もう判断を待っていません。ほかの方が判断したか、届いていることが分かりました。';
const NOT_YOURS = 'この判断は管理者だけができます。';
const FAILED = '判断を記録できませんでした。少し待ってから、もう一度押してください。';

/**
 * A supervisor's word on a report of which nobody knows whether it arrived. The press is acknowledged at once;
 * what became of it replaces the buttons, so that nobody decides twice.
 */
export function listenForDecisions(
  bolt: App,
  deps: {
    readonly db: Kysely<Schema>;
    readonly supervisors: AllowList;
    readonly responseUrl: ResponseUrl;
    readonly clock: Clock;
    readonly newId: NewId;
    readonly log: Logger;
    readonly wake: () => void;
    /** Where the buttons stand on a home, which then shows what became of it. */
    readonly home: Pick<Home, 'renew'>;
  },
): void {
  for (const action of [DECISION.arrived, DECISION.sendAgain]) {
    bolt.action(action, async ({ body, ack, client }) => {
      await ack();
      const { user, actions, response_url: url, trigger_id: triggerId } = BlockActions.parse(body);
      const id = actions[0]?.value;
      if (typeof id !== 'string' || !isUuid(id)) return;
      const whisper = async (words: string): Promise<void> => {
        if (url !== undefined) await deps.responseUrl.post(url, onlyFor(words));
        else if (triggerId !== undefined) {
          await client.views
            .open({ trigger_id: triggerId, view: messageView('判断', [words]) })
            .catch((error: unknown) =>
              deps.log.warn(faultOf(error), 'an answer did not reach its supervisor'),
            );
        }
      };
      if (!(await deps.supervisors.allows(user.id))) return await whisper(NOT_YOURS);
      try {
        const result = await decide(action, id, user.id);
        const words = result.type === 'done' ? `<@${user.id}> ${DONE[action]}` : TOO_LATE;
        if (result.type === 'done') deps.wake();
        // On a home the report is simply gone from those that wait.
        if (url === undefined) return await renew(user.id);
        await deps.responseUrl.post(url, {
          response_type: 'in_channel',
          replace_original: false,
          text: words,
        });
      } catch (error) {
        deps.log.error(faultOf(error), 'a decision about a delivery was not written');
        await whisper(FAILED);
      }
    });
  }

  async function renew(userId: string): Promise<void> {
    await deps.home
      .renew(userId)
      .catch((error: unknown) => deps.log.warn(faultOf(error), 'a home was not renewed'));
  }

  async function decide(
    action: (typeof DECISION)[keyof typeof DECISION],
    id: string,
    actor: string,
  ): Promise<OperationResult> {
    const { clock, newId } = deps;
    return action === DECISION.arrived
      ? await confirmDelivery(deps.db, { id, actor, clock, newId })
      : await retryDelivery(deps.db, { id, evenIfUncertain: true, actor, clock, newId });
  }
}
