import type { Kysely } from 'kysely';
import { chatworkTarget } from '../../delivery/chatwork-notice.ts';
import { addNotice, STAFF } from '../../delivery/notice.ts';
import type { AnswerChoice } from '../../domain/cases/answers.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { ChatworkReplyOutcome } from '../../storage/chatwork-tables.ts';
import type { Schema } from '../../storage/schema.ts';
import type { Cases } from '../cases/cases.ts';
import type { ClaimedReply } from './claim-reply.ts';
import { saidSince } from './history.ts';
import { wordsForStaff } from './reply-words.ts';

/** What became of a message, what is said back in the room, and what a person has to read. */
export interface Conclusion {
  readonly outcome: ChatworkReplyOutcome;
  readonly clientId?: string;
  readonly caseId?: string;
  readonly deliveryId?: string;
  readonly choice?: AnswerChoice;
  readonly until?: string | null;
  readonly say?: string | null;
  readonly words?: { readonly text: string; readonly why: string };
}

/**
 * No person needs more in a day; two programs that answer each other would never stop. What is written beyond it is
 * taken and passed on all the same, only not answered.
 */
const SAID_A_DAY = 12;
const DAY_MS = 86_400_000;

/** Writes down what became of a message, in one transaction with what follows from it; then its words are gone (P10). */
export async function concludeReply(
  db: Kysely<Schema>,
  reply: ClaimedReply,
  conclusion: Conclusion,
  deps: { readonly clock: Clock; readonly newId: NewId; readonly cases: Pick<Cases, 'read'> },
): Promise<void> {
  const { say, words, caseId, clientId, deliveryId } = conclusion;
  const forStaff =
    words !== undefined && caseId !== undefined
      ? await staffBody(reply, { ...words, caseId }, deps)
      : undefined;
  await db.transaction().execute(async (trx) => {
    const now = deps.clock();
    const { numUpdatedRows } = await trx
      .updateTable('chatwork_replies')
      .set({
        state: 'handled',
        outcome: conclusion.outcome,
        body: null,
        lease_until: null,
        case_id: caseId ?? null,
        delivery_id: deliveryId ?? null,
        choice: conclusion.choice ?? null,
        until: conclusion.until ?? null,
        handled_at: now,
      })
      .where('id', '=', reply.id)
      .where('state', '=', 'handling')
      .where('lease_until', '=', reply.leaseUntil)
      .executeTakeFirst();
    // Somebody else took it over after the lease, and concludes it.
    if (numUpdatedRows === 0n) return;
    if (forStaff) {
      await addNotice(trx, { key: `chatwork-words:${reply.id}`, target: STAFF, body: forStaff }, deps);
    }
    if (!say || clientId === undefined) return;
    if ((await saidSince(trx, reply.roomId, new Date(now.getTime() - DAY_MS))) >= SAID_A_DAY) return;
    await addNotice(
      trx,
      {
        key: `chatwork-reply:${reply.id}`,
        target: chatworkTarget(reply.roomId),
        body: {
          text: say,
          blocks: [],
          chatwork: {
            roomId: reply.roomId,
            messageId: reply.messageId,
            accountId: reply.accountId,
            clientId,
          },
        },
      },
      deps,
    );
  });
}

async function staffBody(
  reply: ClaimedReply,
  o: { readonly caseId: string; readonly text: string; readonly why: string },
  deps: { readonly cases: Pick<Cases, 'read'> },
) {
  const view = await deps.cases.read(o.caseId);
  if (view === undefined) return undefined;
  return wordsForStaff({
    caseNumber: view.number,
    clientCode: view.clientCode,
    clientName: view.clientName,
    receiptNumber: view.calls.at(-1)?.receiptNumber ?? '',
    roomId: reply.roomId,
    words: o.text,
    why: o.why,
  });
}
