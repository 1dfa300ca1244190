import type { types } from '@slack/bolt';
import { z } from 'zod';
import { formatCallTime } from '../../domain/calendar.ts';
import { REASON_LIMIT } from '../../domain/change.ts';
import {
  DISPUTE_CLAIMS,
  DISPUTE_HINTS,
  DISPUTE_LABELS,
  DISPUTE_NOTE_AT_MOST,
  outcomeInWords,
  type SaidOfReport,
} from '../../domain/dispute.ts';
import { textOrNull } from '../../domain/text.ts';
import type { DisputeReading, ShownDispute } from '../../followup/disputes/read-dispute.ts';
import type { ShownReport } from '../../followup/mark-done.ts';
import type { RecordedCall } from '../../intake/recorded-call.ts';
import { callInWords } from '../change/notes.ts';
import { VALUE } from '../entry-modal/block-ids.ts';
import { clip, clipped, input, option, plain, textInput } from '../entry-modal/elements.ts';
import type { SlackView } from '../slack-body.ts';

/** `callback_id`s: the client's form, and the supervisor's for leaving a report as it is. */
export const DISPUTE_FORM = 'report_dispute_form';
export const KEEP_FORM = 'dispute_keep_form';
/** `note` is always there: what has no field of its own is said at it. */
export const DISPUTE_BLOCK = { claim: 'claim', note: 'note' } as const;
export const KEEP_BLOCK = 'reason';

const TITLE_LIMIT = 24;
/** Slack's limit for an option's description. */
const DESCRIPTION_LIMIT = 75;
const URL_LIMIT = 2000;

const Metadata = z.object({
  delivery: z.uuid(),
  channel: z.string().min(1).max(255),
  ts: z.string().min(1).max(40),
  team: z.string().max(255).optional(),
  /** To tell whoever pressed that it arrived. */
  url: z.url().max(URL_LIMIT).optional(),
});
/** What a form is about. Slack gives it back as it was sent. */
export type DisputeMetadata = z.output<typeof Metadata>;

/** Undefined when it is none of ours. */
export function readDisputeMetadata(text: unknown): DisputeMetadata | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return Metadata.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** The two choices and a note; or, while nothing can be said, how it stands. */
export function disputeView(
  reading: Exclude<DisputeReading, { type: 'revoked' }>,
  metadata: DisputeMetadata,
): types.ModalView {
  const title = plain('内容についてのご連絡');
  const { report, last } = reading;
  const facts = clipped(`受付番号 ${report.receiptNumber}\n受電日時 ${formatCallTime(report.occurredAt)}`);
  const so = last === null ? [] : [clipped(standingInWords(last, report))];
  if (reading.type !== 'open')
    return { type: 'modal', title, close: plain('閉じる'), blocks: [facts, ...so] };
  const options = DISPUTE_CLAIMS.map((claim) => ({
    ...option(DISPUTE_LABELS[claim], claim),
    description: plain(DISPUTE_HINTS[claim].slice(0, DESCRIPTION_LIMIT)),
  }));
  return {
    type: 'modal',
    callback_id: DISPUTE_FORM,
    private_metadata: JSON.stringify(metadata),
    title,
    submit: plain('送信'),
    close: plain('閉じる'),
    blocks: [
      facts,
      ...so,
      input(
        DISPUTE_BLOCK.claim,
        'お知らせの内容',
        { type: 'radio_buttons', action_id: VALUE, options },
        { required: true },
      ),
      input(DISPUTE_BLOCK.note, '補足', textInput(null, { limit: DISPUTE_NOTE_AT_MOST, multiline: true }), {
        hint: '電話代行の担当者にお伝えします。このチャンネルには表示しません。',
      }),
    ],
  };
}

/** How what was said last stands, for its own client. */
export function standingInWords({ claim, at, outcome }: ShownDispute, report: ShownReport): string {
  const said = `${formatCallTime(at)} に「${DISPUTE_LABELS[claim]}」とのご連絡をいただきました。`;
  if (outcome === null) return `${said}ただいま確認中です。`;
  const reason = outcome.reason === null ? '' : `\n理由: ${outcome.reason}`;
  return `${said}${outcomeInWords(outcome, report.occurredAt)}${reason}`;
}

/** What a submitted form says. */
export function readDispute(view: SlackView): SaidOfReport {
  const values = view.state?.values ?? {};
  const radio = values[DISPUTE_BLOCK.claim]?.[VALUE]?.selected_option;
  const value = typeof radio === 'object' && radio !== null && 'value' in radio ? radio.value : undefined;
  const note = values[DISPUTE_BLOCK.note]?.[VALUE]?.value;
  return {
    claim: DISPUTE_CLAIMS.find((known) => known === value),
    note: typeof note === 'string' ? textOrNull(note) : null,
  };
}

/** そのまま: why, in words for the client. `private_metadata` is the dispute's id. */
export function keepView(call: RecordedCall, disputeId: string): types.ModalView {
  return {
    type: 'modal',
    callback_id: KEEP_FORM,
    private_metadata: disputeId,
    title: plain(clip(`そのまま ${call.client.code}`, TITLE_LIMIT)),
    submit: plain('返事する'),
    close: plain('閉じる'),
    blocks: [
      clipped(callInWords(call)),
      clipped('報告も受電回数もそのままとし、理由を添えて、連絡をくださった宛先へお返事します。'),
      input(
        KEEP_BLOCK,
        '理由(お客様にそのまま伝わります)',
        textInput(null, { limit: REASON_LIMIT, multiline: true }),
        { required: true },
      ),
    ],
  };
}
