import type { Context } from 'hono';
import type { DisputeProblem } from '../../domain/dispute.ts';
import type { NewId } from '../../domain/ports.ts';
import type { Disputes } from '../../followup/disputes/disputes.ts';
import type { Done } from '../../followup/mark-done.ts';
import { readDisputeForm, type SentDispute } from './dispute-form.tsx';
import { DisputeAgainPage, DisputePage, DONE_FIELD, ReportPage } from './done-page.tsx';
import { GoneWithNotePage } from './form-parts.tsx';
import { backToPage, html, type Refusal, type Reply, refusal, refusalPage, unreadable } from './reply.tsx';

const WAITING = {
  title: 'すでに確認中です',
  words:
    'この報告には、ほかの方からもご連絡をいただき、ただいま確認中です。書き足したいことは、当社までお知らせください。',
} as const;

/**
 * 対応済み, and what the client says about the report's content: 200 the page · 303 marked or said, now or before · 400 not
 * our form · 410 revoked · 422 something to put right, in the form as it was sent. Idempotent by the form's key.
 */
export function createDoneReply(deps: {
  readonly done: Done;
  readonly disputes: Pick<Disputes, 'read' | 'ask'>;
  readonly newId: NewId;
}): Reply {
  async function show(
    context: Context,
    deliveryId: string,
    form: { readonly sent: SentDispute; readonly problems: readonly DisputeProblem[] },
  ): Promise<Response> {
    const status = form.problems.length > 0 ? 422 : 200;
    const done = await deps.done.read(deliveryId);
    const dispute = await deps.disputes.read(deliveryId);
    if (done.type !== 'revoked') {
      return await html(context, status, <ReportPage done={done} dispute={dispute} {...form} />);
    }
    // Only a client that said something is told how it ended (P2).
    if (dispute.type === 'revoked' || dispute.last === null) return await gone(context, form.sent);
    return await html(context, status, <DisputePage dispute={dispute} />);
  }

  async function gone(context: Context, { note }: SentDispute): Promise<Response> {
    if (note === null) return await refusalPage(context, 'gone');
    const { status, ...words } = refusal(context, 'gone');
    return await html(context, status, <GoneWithNotePage {...words} note={note} />);
  }

  return {
    async show(context, deliveryId) {
      const sent = { key: deps.newId(), claim: undefined, note: null };
      return await show(context, deliveryId, { sent, problems: [] });
    },

    async act(context, deliveryId, body) {
      // The button of our own page sends exactly one field.
      if (body === `${DONE_FIELD.name}=${DONE_FIELD.value}`) {
        const result = await deps.done.mark(deliveryId, { via: 'link' });
        return result.type === 'revoked' ? await refusalPage(context, 'gone') : backToPage(context);
      }
      const sent = readDisputeForm(body);
      if (sent === undefined) return await unreadable(context);
      // With the delivery in it, a key of one client's page says nothing on another's (P9).
      const form = `link:${deliveryId}:${sent.key}`;
      const result = await deps.disputes.ask(deliveryId, sent, { via: 'link', person: null, form });
      switch (result.type) {
        case 'asked':
        case 'already':
          return backToPage(context);
        case 'refused':
          return await show(context, deliveryId, { sent, problems: result.problems });
        case 'waiting':
          return sent.note === null
            ? backToPage(context)
            : await html(context, 422, <GoneWithNotePage {...WAITING} note={sent.note} />);
        case 'revoked':
          return await gone(context, sent);
        default:
          return result satisfies never;
      }
    },

    async refuse(context: Context, why: Refusal, body: string) {
      const sent = readDisputeForm(body);
      if (sent === undefined) return await refusalPage(context, why);
      if (why === 'gone') return await gone(context, sent);
      const { status, ...words } = refusal(context, why);
      return await html(context, status, <DisputeAgainPage {...words} sent={sent} />);
    },
  };
}
