import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { ChatworkInbox } from '../../channels/chatwork/inbox.ts';
import { type ReadMessage, readMessage } from '../../channels/chatwork/notation.ts';
import { jstDay } from '../../domain/calendar.ts';
import { readPlainAnswer } from '../../domain/cases/plain-answer.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import { LINK_DAYS } from '../../domain/reply-link.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AnswerReading, Cases } from '../cases/cases.ts';
import { type ClaimedReply, claimReply, postponeReply } from './claim-reply.ts';
import { type Conclusion, concludeReply } from './conclude-reply.ts';
import { type About, findCase } from './find-case.ts';
import { alreadyAsked, hasNewerVersion, isOvertaken, sawNumbers, versionBefore } from './history.ts';
import { confirmationText, passedText, questionText, whichText } from './reply-words.ts';

export interface ReplyHandler {
  /** Works off what waits. True when there may be more. */
  handle(): Promise<boolean>;
}

export interface ReplySettings {
  readonly leaseMs: number;
  /** How long the message it quotes may take to get on record. */
  readonly notYetMs: number;
  readonly againMs: number;
}

export const REPLY_DEFAULTS: ReplySettings = { leaseMs: 60_000, notYetMs: 6 * 3_600_000, againMs: 5_000 };

const BATCH = 20;
/** After so many failures a person gets the words. */
const FAILURES_AT_MOST = 8;
const AGAIN_AT_MOST_MS = 10 * 60_000;

/**
 * Works off what clients wrote in Chatwork: finds the case, reads the answer, records it, says so in the room. Nothing is
 * held open meanwhile: the answer is written under the message's own key, and the message is concluded in one
 * transaction with what is said back. Cut off in between, the same happens again and changes nothing.
 */
export function createReplyHandler(deps: {
  readonly db: Kysely<Schema>;
  readonly cases: Pick<Cases, 'answer' | 'readForDelivery' | 'read'>;
  readonly inbox: Pick<ChatworkInbox, 'account'>;
  /** The page behind a delivery's link, where there is one. */
  readonly answerLink: (delivery: { readonly id: string; readonly createdAt: Date }) => string | null;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly settings: ReplySettings;
  readonly log: Logger;
}): ReplyHandler {
  const { db, cases, clock, settings } = deps;
  return {
    async handle() {
      for (let taken = 0; taken < BATCH; taken += 1) {
        const reply = await claimReply(db, clock(), settings.leaseMs);
        if (reply === undefined) return false;
        await workOff(reply);
      }
      return true;
    },
  };

  async function workOff(reply: ClaimedReply): Promise<void> {
    try {
      const conclusion = await conclude(reply);
      if (conclusion === 'later') {
        await postponeReply(db, reply, { until: later(settings.againMs), failed: false });
        return;
      }
      await concludeReply(db, reply, conclusion, deps);
      deps.log.info({ reply: reply.id, outcome: conclusion.outcome }, 'a message in Chatwork was read');
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      deps.log.warn(
        { reply: reply.id, err: error },
        'a message in Chatwork could not be read; it comes again',
      );
      await postponeReply(db, reply, {
        until: later(Math.min(settings.againMs * 2 ** reply.failures, AGAIN_AT_MOST_MS)),
        failed: true,
      });
    }
  }

  function later(ms: number): Date {
    return new Date(clock().getTime() + ms);
  }

  async function conclude(reply: ClaimedReply): Promise<Conclusion | 'later'> {
    const account = await deps.inbox.account(AbortSignal.timeout(settings.leaseMs / 2));
    if (account.type !== 'seen') return 'later';
    if (reply.accountId === account.value.accountId) return { outcome: 'own' };
    if (await hasNewerVersion(db, reply)) return { outcome: 'outdated' };
    const read = readMessage(reply.body, account.value.name);
    const own = account.value.accountId;
    let about = await findCase(db, { ...reply, read }, own);
    if (about.type === 'not_yet') {
      if (clock().getTime() - reply.receivedAt.getTime() < settings.notYetMs) return 'later';
      // Nobody found out what became of that message: what is said may still be clear by itself.
      about = await findCase(db, { ...reply, read: { ...read, answers: null, to: [own] } }, own);
    }
    switch (about.type) {
      case 'none':
      case 'not_yet':
        return { outcome: 'unrelated' };
      case 'several':
        return readPlainAnswer(read.text, { ...contextOf(reply, undefined), numbered: false }).type ===
          'courtesy'
          ? { outcome: 'courtesy' }
          : { outcome: 'asked', clientId: about.clientId, say: whichText() };
      case 'case':
        return await answerCase(reply, read, about);
      default:
        return about satisfies never;
    }
  }

  async function answerCase(
    reply: ClaimedReply,
    read: ReadMessage,
    about: Extract<About, { type: 'case' }>,
  ): Promise<Conclusion> {
    const { clientId, caseId, deliveryId } = about;
    const at = { clientId, caseId, deliveryId };
    const pass = (why: string): Conclusion => ({
      outcome: 'passed',
      ...at,
      say: passedText(),
      words: { text: read.text, why },
    });
    if (reply.failures >= FAILURES_AT_MOST) {
      return { ...pass('自動では記録できませんでした。'), outcome: 'failed' };
    }
    const standing = await cases.readForDelivery(deliveryId);
    if (standing.type === 'revoked') return pass('終了した案件への返信です。');
    const numbered = await sawNumbers(db, { caseId, deliveryId, quoted: about.by === 'report' });
    const plain = readPlainAnswer(read.text, { ...contextOf(reply, standing), numbered });
    switch (plain.type) {
      case 'answer': {
        // A look may find an old message after the webhook brought a newer one.
        if (await isOvertaken(db, reply, caseId)) {
          return { ...pass('新しい回答を記録したあとで見つかった、前の返信です。'), say: null };
        }
        const { choice, knows, until } = plain;
        const by = { via: 'chatwork', person: reply.accountId, key: keyOf(reply) } as const;
        if (knows !== null) {
          await cases.answer(
            { deliveryId },
            { choice: knows, note: null, until: null },
            { ...by, key: `${by.key}:knows` },
          );
        }
        const result = await cases.answer({ deliveryId }, { choice, note: read.text, until }, by);
        if (result.type === 'revoked') return pass('終了した案件への返信です。');
        if (result.type === 'refused') return pass('自動では記録できませんでした。');
        const before = await versionBefore(db, reply);
        const same = before?.choice === choice && before.until === until;
        return {
          outcome: 'answered',
          ...at,
          choice,
          until,
          // Somebody put a comma right: nothing to say again.
          say: same ? null : confirmationText(standing, { choice, knows, until }, { passed: plain.asks }),
          ...(plain.asks && {
            words: { text: read.text, why: '回答は記録しました。ほかの内容をご確認ください。' },
          }),
        };
      }
      case 'courtesy':
        if (about.by !== 'report' || isAnswered(standing)) return { outcome: 'courtesy', ...at };
        break;
      case 'for_staff':
        if (about.by !== 'mention') return pass('ご質問・ご依頼の可能性があります。');
        break;
      case 'unclear':
        break;
      default:
        return plain satisfies never;
    }
    if (await alreadyAsked(db, reply, caseId)) return pass('自動では回答を読み取れませんでした。');
    return { outcome: 'asked', ...at, say: questionText(standing, await linkOf(deliveryId)) };
  }

  /** The link of the report itself, while it works. */
  async function linkOf(id: string): Promise<string | null> {
    const { createdAt } = await db
      .selectFrom('deliveries')
      .select('created_at as createdAt')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const age = clock().getTime() - createdAt.getTime();
    return age < LINK_DAYS * 86_400_000 ? deps.answerLink({ id, createdAt }) : null;
  }
}

/** What was said before the call of this report does not answer it. */
function isAnswered({ answers, occurredAt }: Extract<AnswerReading, { type: 'open' }>): boolean {
  const [newest] = answers;
  return newest !== undefined && newest.at >= occurredAt;
}

/** The day it was written, not the day it is read: 「今月末」 means the same however late we come. */
function contextOf(reply: ClaimedReply, standing: Extract<AnswerReading, { type: 'open' }> | undefined) {
  return { today: jstDay(reply.sentAt), before: standing?.answers[0]?.choice ?? null };
}

/** The same version of the same message is written once (P4). */
function keyOf({ roomId, messageId, updateTime }: ClaimedReply): string {
  return `chatwork:${roomId}:${messageId}:${updateTime}`;
}
