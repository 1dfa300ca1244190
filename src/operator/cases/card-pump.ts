import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Channel } from '../../channels/channel.ts';
import type { SlackUpdater } from '../../channels/slack/update.ts';
import { TYPED } from '../../delivery/alert-text.ts';
import { addNotice, type NewNotice, STAFF } from '../../delivery/notice.ts';
import { staffNoticeBody } from '../../delivery/notice-body.ts';
import { reasonInWords } from '../../delivery/reason-words.ts';
import { jstDay } from '../../domain/calendar.ts';
import { deliveryMark } from '../../domain/delivery.ts';
import type { Outcome, Receipt } from '../../domain/outcome.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import { claimStaleCard, postponeCard, type StaleCard, settleCard } from '../../followup/cases/card-queue.ts';
import type { Cases } from '../../followup/cases/cases.ts';
import { notesOfCase } from '../../followup/cases/operator-notes.ts';
import { sameNumberElsewhere } from '../../followup/cases/same-number.ts';
import { loadAgency } from '../../rulebook/agency.ts';
import type { NoticeBody, Schema } from '../../storage/schema.ts';
import { faultOf } from '../fault.ts';
import { caseCard } from './card.ts';

/** Times of the cards in milliseconds; settings, so that tests scale them down instead of waiting. */
export interface CardSettings {
  /** Between two changes of one card: what happens in between is told at once. */
  readonly gapMs: number;
  /** How long one card may take; no other process touches it meanwhile. Above two `timeoutMs`. */
  readonly leaseMs: number;
  /** Time limit of one call to Slack. */
  readonly timeoutMs: number;
  /** Pause after a failure that may pass. */
  readonly retryMs: number;
  /** Pause after a refusal that only a person can lift, such as a channel the bot was not invited to. */
  readonly refusedMs: number;
  /** How long after a lost answer the channel is looked through first. */
  readonly lookAfterMs: number;
  /** When nobody could look for this long, another card is posted: rather two than none. */
  readonly lookForMs: number;
}

export const CARD_DEFAULTS: CardSettings = {
  gapMs: 3_000,
  leaseMs: 120_000,
  timeoutMs: 20_000,
  retryMs: 30_000,
  refusedMs: 300_000,
  lookAfterMs: 5_000,
  lookForMs: 600_000,
};

export interface CardPump {
  /**
   * Brings one card up to date. Always false, so that the loop's pause keeps Slack's pace (about one message a
   * second a channel, fifty changes a minute).
   */
  pump(): Promise<boolean>;
}

/**
 * The cards of cases in the supervisors' channel: one message a case, posted when the case opens, changed whenever
 * something happens to it, posted anew when it was deleted. Where it stands is `cases.card_receipt`:
 *
 *   null ──► { channel, posting } ──posted──► { channel, ts } ──gone──► null
 *                    │ answer lost                 ▲
 *                    └── looked for by its mark ───┘ or posted again when it is not there
 */
export function createCardPump(deps: {
  readonly db: Kysely<Schema>;
  readonly cases: Pick<Cases, 'read'>;
  readonly slack: Channel | undefined;
  readonly updater: SlackUpdater;
  /** `SLACK_SUPERVISOR_CHANNEL`; without one there are no cards. */
  readonly channel: string | undefined;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
  readonly settings?: Partial<CardSettings>;
}): CardPump {
  const { db, clock, log, slack, channel } = deps;
  const settings: CardSettings = { ...CARD_DEFAULTS, ...deps.settings };
  /** Slack asked for patience, epoch ms. */
  let pausedUntil = 0;

  const later = (ms: number): Date => new Date(clock().getTime() + ms);
  const signal = (): AbortSignal => AbortSignal.timeout(settings.timeoutMs);

  return {
    async pump() {
      if (channel === undefined || slack === undefined || clock().getTime() < pausedUntil) return false;
      const card = await claimStaleCard(db, clock(), settings.leaseMs);
      if (card === undefined) return false;
      try {
        await tell(card, channel, slack);
      } catch (error) {
        log.error({ case: card.caseId, ...faultOf(error) }, 'a case card was not brought up to date');
        await postponeCard(db, card, { notBefore: later(settings.retryMs) });
      }
      return false;
    },
  };

  async function tell(card: StaleCard, at: string, by: Channel): Promise<void> {
    const view = await deps.cases.read(card.caseId);
    if (view === undefined) throw new Error('a case is gone');
    const told = { card, at, by, toldSeq: view.events.at(-1)?.seq ?? 0 };
    const body = caseCard(
      view,
      {
        nextAt: card.nextAt,
        agency: (await loadAgency(db)) ?? null,
        notes: await notesOfCase(db, card.caseId),
        elsewhere: await sameNumberElsewhere(db, card.caseId, 3),
      },
      clock(),
    );
    const { receipt } = card;
    // The channel was changed in the settings: the card moves with it.
    if (receipt?.channel !== at) return await post(told, body);
    if (receipt.ts === undefined) return await look(told, body, Number(receipt.posting ?? 0));
    const outcome = await deps.updater.update(
      { channel: at, ts: receipt.ts, deliveryId: card.caseId, body },
      signal(),
    );
    if (outcome.type === 'gone') return await post(told, body);
    // Lost answers included: the same change made twice is one.
    await settle(told, outcome.type === 'delivered' ? { type: 'delivered', receipt } : outcome, receipt);
  }

  async function alert(reason: string): Promise<void> {
    await addNotice(db, noCards(reason, jstDay(clock())), deps);
  }

  async function post(told: Told, body: NoticeBody): Promise<void> {
    const { card, at, by } = told;
    // Written before anything is sent: should the answer be lost, the message is looked for.
    const posting: Receipt = { channel: at, posting: String(clock().getTime()) };
    await postponeCard(db, card, { receipt: posting, notBefore: later(settings.leaseMs) });
    const outcome = await by.send(messageOf(told, body), signal());
    await settle(told, outcome, outcome.type === 'uncertain' ? posting : null);
  }

  /** The answer to a post was lost: the message is taken over if it is there, and posted again if it is not. */
  async function look(told: Told, body: NoticeBody, postedMs: number): Promise<void> {
    const { card, at, by } = told;
    const since = clock().getTime() - postedMs;
    if (since < settings.lookAfterMs) {
      return await postponeCard(db, card, { notBefore: later(settings.lookAfterMs - since) });
    }
    const seen = await by.reconcile(
      { message: messageOf(told, body), startedAtMs: postedMs, ownedByOther: async () => false },
      signal(),
    );
    if (seen.type === 'found') {
      // What it tells may be old by now: it is changed next.
      const receipt = { ...seen.receipt, channel: at };
      return await postponeCard(db, card, { receipt, notBefore: clock() });
    }
    if (seen.type === 'absent' || since > settings.lookForMs) return await post(told, body);
    await postponeCard(db, card, { notBefore: later(settings.retryMs) });
  }

  async function settle({ card, toldSeq }: Told, outcome: Outcome, receipt: Receipt | null): Promise<void> {
    switch (outcome.type) {
      case 'delivered':
        return await settleCard(db, card, {
          toldSeq,
          receipt: outcome.receipt,
          notBefore: later(settings.gapMs),
        });
      case 'wait':
        pausedUntil = Math.max(pausedUntil, outcome.untilMs);
        return await postponeCard(db, card, { receipt, notBefore: new Date(outcome.untilMs) });
      case 'uncertain':
      case 'retry':
      case 'rejected': {
        log.warn({ case: card.caseId, reason: outcome.reason.code }, 'a case card was not sent');
        // P3: a channel nobody can write to must not stay unseen; alerts go elsewhere then.
        if (outcome.type === 'rejected') await alert(outcome.reason.code);
        const pause = {
          uncertain: settings.lookAfterMs,
          retry: settings.retryMs,
          rejected: settings.refusedMs,
        };
        return await postponeCard(db, card, { receipt, notBefore: later(pause[outcome.type]) });
      }
      default:
        return outcome satisfies never;
    }
  }
}

/** Once a day and reason. */
function noCards(reason: string, day: string): NewNotice {
  return {
    key: `case-cards:${reason}:${day}`,
    target: STAFF,
    body: staffNoticeBody([
      '【要確認】嫌がらせ案件のカードを、管理者チャンネルに表示できません。',
      `理由: ${reasonInWords({ code: reason })}`,
      'ボットが管理者チャンネルに参加しているかを確かめてください。参加しているときは、システムの担当者に「SLACK_SUPERVISOR_CHANNEL」の設定の確認を依頼してください。',
      `それまで案件は次のコマンドで確認できます: ${TYPED} cases list`,
    ]),
  };
}

interface Told {
  readonly card: StaleCard;
  readonly at: string;
  readonly by: Channel;
  /** The newest event the card tells. */
  readonly toldSeq: number;
}

function messageOf({ card, at }: Told, body: NoticeBody) {
  return { deliveryId: card.caseId, mark: deliveryMark(card.caseId), address: at, mention: null, body };
}
