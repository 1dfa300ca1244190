import type { NumberState, Wish } from '../../domain/call.ts';
import type { CallerNames } from '../../intake/known-number.ts';

/** What an operator has put into the form so far. Text is as typed, trimmed; null where nothing stands. */
export interface EntryDraft {
  readonly clientId: string | null;
  readonly kind: string | null;
  /** Time of the call, seconds since 1970, as Slack's picker counts. */
  readonly occurredAt: number | null;
  /** The roster member asked for, by client: changing the client and back loses nobody. */
  readonly addressees: Readonly<Record<string, string | null>>;
  /** The person asked for as heard. */
  readonly addresseeName: string | null;
  readonly company: string | null;
  readonly name: string | null;
  readonly kana: string | null;
  readonly numberState: NumberState | null;
  readonly number: string | null;
  readonly numberConfirmed: boolean;
  readonly message: string | null;
  readonly quote: string | null;
  readonly wish: Wish | null;
  readonly urgent: boolean;
  readonly surcharge: string | null;
  /**
   * The names the form put in by itself, known from a client's earlier calls, by the round of their blocks: an
   * older round may still be on the screen when a newer one is saved.
   */
  readonly prefills: Readonly<Record<string, Prefill>>;
  /** Which round of a field's block is on the screen: Slack shows a new value only in a new block. */
  readonly renewed: Readonly<Record<string, number>>;
}

/** Names put in for a caller whose number is known at a client. */
export interface Prefill extends CallerNames {
  readonly clientId: string;
  /** E.164. */
  readonly number: string;
}

/** The part of a draft that a form on the screen shows: what it does not show is absent, not empty. */
export type DraftPatch = { readonly [K in keyof EntryDraft]?: EntryDraft[K] };

export const EMPTY_DRAFT: EntryDraft = {
  clientId: null,
  kind: null,
  occurredAt: null,
  addressees: {},
  addresseeName: null,
  company: null,
  name: null,
  kana: null,
  numberState: null,
  number: null,
  numberConfirmed: false,
  message: null,
  quote: null,
  wish: null,
  urgent: false,
  surcharge: null,
  prefills: {},
  renewed: {},
};

export function mergeDraft(draft: EntryDraft, patch: DraftPatch): EntryDraft {
  return {
    ...draft,
    ...patch,
    addressees: { ...draft.addressees, ...patch.addressees },
    prefills: { ...draft.prefills, ...patch.prefills },
    renewed: { ...draft.renewed, ...patch.renewed },
  };
}

/** The roster member asked for at the client chosen; null when nobody is. */
export function addresseeOf(draft: EntryDraft): string | null {
  return (draft.clientId !== null && draft.addressees[draft.clientId]) || null;
}
