import type { CallEntry, CallerNumber } from '../../domain/call.ts';
import { BLOCK } from './block-ids.ts';
import { addresseeOf, type EntryDraft } from './draft.ts';

/** A problem at a block of the form; `message` is Japanese and says what to do. */
export interface BlockProblem {
  readonly block: string;
  readonly message: string;
}

export type EntryOrProblems =
  | { readonly ok: true; readonly entry: CallEntry }
  | { readonly ok: false; readonly problems: readonly BlockProblem[] };

/**
 * A submitted form as an entry. Whether its values are good is the recorder's to say; here is only what the
 * form itself can contradict. A short form (a call that is not reported) gives client, kind, memo and time.
 */
export function toEntry(
  draft: EntryDraft,
  o: {
    readonly short: boolean;
    readonly key: string;
    readonly operator: { readonly id: string; readonly name: string };
  },
): EntryOrProblems {
  const problems: BlockProblem[] = [];
  const { clientId, kind, occurredAt } = draft;
  if (clientId === null) problems.push({ block: BLOCK.client, message: '顧客を選んでください。' });
  if (kind === null) problems.push({ block: BLOCK.kind, message: '種別を選んでください。' });
  if (occurredAt === null) problems.push({ block: BLOCK.occurredAt, message: '受電日時を選んでください。' });
  const number = o.short ? { state: 'unknown' as const } : readNumber(draft, problems);
  const addressee = o.short ? null : readAddressee(draft, problems);
  if (clientId === null || kind === null || occurredAt === null || problems.length > 0) {
    return { ok: false, problems };
  }
  return {
    ok: true,
    entry: {
      key: o.key,
      source: 'modal',
      clientId,
      kind,
      occurredAt: new Date(occurredAt * 1000),
      operator: o.operator,
      addressee,
      caller: o.short
        ? { company: null, name: null, kana: null, number }
        : { company: draft.company, name: draft.name, kana: draft.kana, number },
      message: draft.message,
      quote: o.short ? null : withoutBrackets(draft.quote),
      wish: o.short ? null : draft.wish,
      urgent: !o.short && draft.urgent,
      surcharge: o.short ? null : draft.surcharge,
    },
  };
}

function readNumber(draft: EntryDraft, problems: BlockProblem[]): CallerNumber {
  const { number, numberState } = draft;
  if (numberState === 'given' || numberState === null) {
    if (number !== null) return { state: 'given', raw: number, confirmed: draft.numberConfirmed };
    problems.push({
      block: BLOCK.number,
      message: '電話番号を入力するか、番号の状態で「非通知」などを選んでください。',
    });
  } else if (number !== null) {
    problems.push({
      block: BLOCK.number,
      message: '電話番号が入っています。番号の状態を「番号あり」にするか、番号を消してください。',
    });
  }
  return { state: numberState === 'given' || numberState === null ? 'unknown' : numberState };
}

function readAddressee(draft: EntryDraft, problems: BlockProblem[]): CallEntry['addressee'] {
  const { addresseeName } = draft;
  const memberId = addresseeOf(draft);
  if (memberId !== null && addresseeName !== null) {
    problems.push({
      block: BLOCK.addresseeName,
      message:
        '名簿からも選ばれています。名簿の方ならこの欄を消し、そうでなければ名簿の選択を外してください。',
    });
  }
  if (memberId !== null) return { type: 'member', memberId };
  return addresseeName === null ? null : { type: 'heard', name: addresseeName };
}

/** Words as said, without the brackets an operator may have typed around the whole: 「ばか」 → ばか. */
export function withoutBrackets(quote: string | null): string | null {
  const inner = quote?.startsWith('「') && quote.endsWith('」') ? quote.slice(1, -1) : undefined;
  if (inner === undefined || !isBalanced(inner)) return quote;
  return inner.trim() === '' ? null : inner;
}

/** Whether every bracket in a text is closed within it: 「A」「B」 is two quotes, not one. */
function isBalanced(text: string): boolean {
  let open = 0;
  for (const sign of text) {
    if (sign === '「') open++;
    else if (sign === '」' && --open < 0) return false;
  }
  return open === 0;
}
