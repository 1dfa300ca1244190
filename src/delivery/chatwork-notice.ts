import type { Kysely } from 'kysely';
import type { Channel } from '../channels/channel.ts';
import { deliveryMark } from '../domain/delivery.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Clock } from '../domain/ports.ts';
import type { NoticeBody, Schema } from '../storage/schema.ts';
import { credentialOf } from './add-deliveries.ts';
import { blockScope } from './block-scope.ts';
import { type Budgets, SCOPE } from './budgets.ts';
import type { DeliverySettings } from './settings.ts';

const PREFIX = 'chatwork:';

/** The target of a notice that goes to a Chatwork room. */
export function chatworkTarget(roomId: string): string {
  return `${PREFIX}${roomId}`;
}

export function goesToChatwork(notice: { readonly target: string }): boolean {
  return notice.target.startsWith(PREFIX);
}

export interface ChatworkNotice {
  readonly id: string;
  readonly body: NoticeBody;
  readonly failures: number;
  readonly createdAt: Date;
  /** Its last sender was lost: it may be there. */
  readonly lost: boolean;
}

export type SendChatworkNotice = (notice: ChatworkNotice) => Promise<Outcome>;

/**
 * Says something in a client's room, within the budgets of the reports and after them. It is no report: nothing waits
 * for it. Still a room should not read it twice, so that every try but the first looks for its mark before it posts;
 * one look, at the earliest a back-off after the try it looks for.
 */
export function createSendChatworkNotice(deps: {
  readonly db: Kysely<Schema>;
  readonly chatwork: Channel | undefined;
  readonly budgets: Budgets;
  readonly clock: Clock;
  readonly settings: DeliverySettings;
}): SendChatworkNotice {
  const { db, chatwork, budgets, clock } = deps;
  const credential = credentialOf('chatwork');
  const wait = (untilMs: number, code: string): Outcome => ({
    type: 'wait',
    scope: 'credential',
    untilMs,
    reason: { code },
  });

  return async (notice) => {
    const to = notice.body.chatwork;
    if (chatwork === undefined || to === undefined) {
      return { type: 'retry', reason: { code: 'chatwork.not_configured' } };
    }
    const spender = {
      channel: 'chatwork' as const,
      credential,
      address: to.roomId,
      client_id: to.clientId,
      urgent: false,
    };
    const barred = await barredUntil(spender);
    if (barred !== undefined) return wait(barred.getTime(), 'chatwork.barred');
    const mark = deliveryMark(notice.id);
    const message = {
      deliveryId: notice.id,
      mark,
      address: to.roomId,
      mention: null,
      body: { text: `${notice.body.text}\n${mark}` },
      answers: {
        deliveryId: notice.id,
        receipt: { room_id: to.roomId, message_id: to.messageId, account_id: to.accountId },
      },
    };
    if (notice.failures > 0 || notice.lost) {
      const permission = await budgets.spendRead({ channel: 'chatwork', credential });
      if (!permission.granted) return wait(clock().getTime() + permission.retryMs, 'chatwork.reads_used_up');
      const seen = await chatwork.reconcile(
        { message, startedAtMs: notice.createdAt.getTime(), ownedByOther: async () => false },
        AbortSignal.timeout(deps.settings.sendTimeoutMs),
      );
      if (seen.type === 'found') return { type: 'delivered', receipt: seen.receipt };
      if (seen.type === 'inconclusive') return { type: 'retry', reason: seen.reason };
    }
    const spending = await budgets.spend(spender);
    if (!spending.granted) return wait(clock().getTime() + spending.retryMs, 'chatwork.budget_used_up');
    const outcome = await chatwork.send(message, AbortSignal.timeout(deps.settings.sendTimeoutMs));
    if (outcome.type === 'wait') {
      // The far side's limit binds the reports of the same room or token as well.
      const scope = outcome.scope === 'destination' ? SCOPE.destination(spender) : SCOPE.credential(spender);
      await blockScope(db, { scope, until: new Date(outcome.untilMs), reason: outcome.reason.code });
    }
    // Nothing is wrong with the message: it waits like the reports, whose failure staff is told of.
    return outcome.type === 'rejected' && outcome.scope === 'credential'
      ? wait(clock().getTime() + deps.settings.credentialPauseMs, outcome.reason.code)
      : outcome;
  };

  async function barredUntil(spender: Parameters<Budgets['spend']>[0]): Promise<Date | undefined> {
    const rows = await db
      .selectFrom('blocked_scopes')
      .select('until')
      .where('scope', 'in', [
        SCOPE.destination(spender),
        SCOPE.client(spender),
        SCOPE.credential(spender),
        SCOPE.notUrgent(spender),
      ])
      .where('until', '>', deps.clock())
      .orderBy('until', 'desc')
      .limit(1)
      .execute();
    return rows[0]?.until;
  }
}
