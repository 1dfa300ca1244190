import { type Kysely, sql } from 'kysely';
import type { Logger } from 'pino';
import { isUserGroup } from '../channels/address.ts';
import type { Channel } from '../channels/channel.ts';
import { backoffMs, deliveryMark } from '../domain/delivery.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Clock } from '../domain/ports.ts';
import type { NoticeBody, Schema } from '../storage/schema.ts';
import { goesToChatwork, type SendChatworkNotice } from './chatwork-notice.ts';
import { STAFF } from './notice.ts';
import { asMail, asSlackMessage, withoutReport } from './notice-forms.ts';
import type { Observer } from './observer.ts';
import type { DeliverySettings } from './settings.ts';

/** Where messages for staff go, in this order, until one takes them. */
export interface StaffTargets {
  readonly supervisorChannel?: string | undefined;
  /** User ids; user groups among them are passed over, because Slack posts nothing to a group. */
  readonly supervisors: readonly string[];
  readonly alertMail: readonly string[];
}

export interface NoticePump {
  /** Sends what is due. True when more may be waiting. */
  pump(): Promise<boolean>;
}

type Claimed = {
  readonly id: string;
  readonly target: string;
  readonly body: NoticeBody;
  readonly failures: number;
  readonly createdAt: Date;
  /** Its last sender was lost. */
  readonly lost: boolean;
};

const BATCH = 20;
/** After this many failed tries a notice to staff goes by mail as well. */
const FAILURES_BEFORE_MAIL = 3;
/** After this many a notice ends as failed: to one operator it is stale by then. */
const FAILURES_AT_MOST = 20;

/**
 * Sends the bot's own messages. At least once: a doubled note to an operator harms nobody, a lost alert does,
 * so an uncertain send is tried again, unlike a client's report.
 */
export function createNoticePump(deps: {
  readonly db: Kysely<Schema>;
  readonly slack: Channel | undefined;
  readonly email: Channel | undefined;
  /** What is said in clients' rooms. */
  readonly sendChatwork?: SendChatworkNotice;
  readonly staff: StaffTargets;
  readonly clock: Clock;
  readonly random: () => number;
  readonly settings: DeliverySettings;
  readonly observer: Observer;
  readonly log: Logger;
}): NoticePump {
  return {
    async pump() {
      const claimed = await claimNotices(deps.db, deps.clock(), deps.settings.noticeLeaseMs);
      await Promise.all(claimed.map(sendOne));
      return claimed.length === BATCH;
    },
  };

  async function sendOne(notice: Claimed): Promise<void> {
    const outcome =
      notice.target === STAFF
        ? await sendToStaff(notice)
        : goesToChatwork(notice)
          ? await sendChatwork(notice)
          : await sendSlack(notice, notice.target);
    deps.observer.noticeTried({ outcome: outcome.type });
    await write(notice, outcome);
  }

  async function sendChatwork(notice: Claimed): Promise<Outcome> {
    return (
      (await deps.sendChatwork?.(notice)) ?? { type: 'retry', reason: { code: 'chatwork.not_configured' } }
    );
  }

  async function sendSlack(notice: Claimed, address: string): Promise<Outcome> {
    if (deps.slack === undefined) return { type: 'retry', reason: { code: 'slack.not_configured' } };
    return await deps.slack.send(
      {
        deliveryId: notice.id,
        mark: deliveryMark(notice.id),
        address,
        mention: null,
        body: asSlackMessage(notice.body),
      },
      AbortSignal.timeout(deps.settings.sendTimeoutMs),
    );
  }

  async function sendToStaff(notice: Claimed): Promise<Outcome> {
    const bySlack = await sendToStaffSlack(notice);
    const slackIsOut =
      bySlack === undefined || bySlack.type === 'rejected' || notice.failures >= FAILURES_BEFORE_MAIL;
    if (bySlack?.type === 'delivered' || !slackIsOut) return bySlack;
    const byMail = await sendMail(notice);
    if (byMail?.type === 'delivered') return byMail;
    // P3: rather the alert without the report's words than none.
    if (notice.body.report !== undefined && bySlack?.type === 'rejected' && bySlack.scope === 'payload') {
      const shorter = await sendToStaffSlack({ ...notice, body: withoutReport(notice.body) });
      if (shorter?.type === 'delivered') return shorter;
    }
    return byMail ?? bySlack ?? { type: 'retry', reason: { code: 'notice.no_staff_target' } };
  }

  /** Undefined when nobody is named whom Slack could reach. */
  async function sendToStaffSlack(notice: Claimed): Promise<Outcome | undefined> {
    const { supervisorChannel, supervisors } = deps.staff;
    const targets =
      supervisorChannel === undefined ? supervisors.filter((id) => !isUserGroup(id)) : [supervisorChannel];
    let last: Outcome | undefined;
    for (const target of targets) {
      last = await sendSlack(notice, target);
      if (last.type === 'delivered') return last;
    }
    return last;
  }

  async function sendMail(notice: Claimed): Promise<Outcome | undefined> {
    if (deps.email === undefined) return undefined;
    let last: Outcome | undefined;
    for (const address of deps.staff.alertMail) {
      last = await deps.email.send(
        {
          deliveryId: notice.id,
          mark: deliveryMark(notice.id),
          address,
          mention: null,
          body: asMail(notice.body),
        },
        AbortSignal.timeout(deps.settings.sendTimeoutMs),
      );
      if (last.type === 'delivered') return last;
    }
    return last;
  }

  async function write(notice: Claimed, outcome: Outcome): Promise<void> {
    const now = deps.clock();
    if (outcome.type === 'delivered') {
      await deps.db
        .updateTable('notices')
        .set({ state: 'sent', receipt: JSON.stringify(outcome.receipt), lease_until: null, ended_at: now })
        .where('id', '=', notice.id)
        .execute();
      return;
    }
    const failures = notice.failures + (outcome.type === 'wait' ? 0 : 1);
    // An alert to staff is never given up; a note to one operator is, when Slack will not take it.
    const over = notice.target !== STAFF && (outcome.type === 'rejected' || failures >= FAILURES_AT_MOST);
    const pause =
      outcome.type === 'wait'
        ? outcome.untilMs - now.getTime()
        : backoffMs(failures, deps.settings, deps.random());
    await deps.db
      .updateTable('notices')
      .set({
        state: over ? 'failed' : 'due',
        failures,
        next_attempt_at: new Date(now.getTime() + pause),
        reason: outcome.reason.code,
        lease_until: null,
        ended_at: over ? now : null,
      })
      .where('id', '=', notice.id)
      .execute();
    deps.log.warn(
      { notice: notice.id, outcome: outcome.type, reason: outcome.reason.code },
      'a notice was not sent',
    );
  }
}

/** Takes due notices, and those whose sender was lost, by index `notices_open`. */
async function claimNotices(db: Kysely<Schema>, now: Date, leaseMs: number): Promise<readonly Claimed[]> {
  const leaseUntil = new Date(now.getTime() + leaseMs);
  const { rows } = await sql<Claimed>`
    with taken as (
      select id, state = 'sending' as lost from notices
      where (state = 'due' and next_attempt_at <= ${now}) or (state = 'sending' and lease_until <= ${now})
      order by next_attempt_at
      limit ${BATCH}
      for update skip locked
    )
    update notices n set state = 'sending', lease_until = ${leaseUntil}
    from taken where n.id = taken.id
    returning n.id, n.target, n.body, n.failures, n.created_at as "createdAt", taken.lost
  `.execute(db);
  return rows;
}
