import type { types } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Clock } from '../../domain/ports.ts';
import type { Cases } from '../../followup/cases/cases.ts';
import type { OtherClients } from '../../intake/other-clients.ts';
import type { CallReceipt } from '../../intake/receipt.ts';
import type { Recorder } from '../../intake/record.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AllowList } from '../allow-list.ts';
import { entryNote } from '../change/notes.ts';
import type { OperatorNames } from '../operator-name.ts';
import type { SlackView } from '../slack-body.ts';
import { FORM_REFITTED, statusAdvice } from '../wording.ts';
import { addresseeBlock, BLOCK, BLOCK_OF_FIELD, onScreenAs, rosterClient } from './block-ids.ts';
import { namesAnother } from './caller-defaults.ts';
import { addresseeOf, EMPTY_DRAFT, type EntryDraft, mergeDraft } from './draft.ts';
import { findDraft } from './draft-store.ts';
import { type FormData, loadFormData, loadSights } from './form-data.ts';
import { keepDraft } from './keep-draft.ts';
import { readAnswers, sameQuestion, sureQuestion } from './questions.ts';
import { readState, type ViewValues } from './read-state.ts';
import { sameCallView } from './same-call.ts';
import { type BlockProblem, toEntry } from './to-entry.ts';
import { entryView, isShort } from './view.ts';

export type Submission =
  /** Not on the allow-list. */
  | { readonly type: 'stranger' }
  | { readonly type: 'recorded' | 'already'; readonly receipt: CallReceipt }
  /** Shown at their blocks; every block is on the screen. */
  | { readonly type: 'problems'; readonly problems: readonly BlockProblem[] }
  /** The form did not fit its client and kind; this one does. */
  | { readonly type: 'refitted'; readonly view: types.ModalView }
  /** Something is asked first; everything typed is in this form. */
  | { readonly type: 'asked'; readonly view: types.ModalView }
  /** The operator answered that the call is on record already. */
  | { readonly type: 'same-call'; readonly view: types.ModalView };

/** The key under which a form records: the same form records once, however often it is sent (P1). */
export function formKey(view: SlackView): string {
  return `view:${rootViewId(view)}`;
}

/** A form pushed on another has an id of its own; the root's stays. */
export function rootViewId(view: SlackView): string {
  return view.root_view_id ?? view.id;
}

/**
 * Records what a submitted form shows, and nothing it hides. Throws when the database does; the same form may
 * then be submitted again.
 */
export async function submitForm(
  deps: {
    readonly db: Kysely<Schema>;
    readonly recorder: Recorder;
    readonly names: OperatorNames;
    readonly allowList: AllowList;
    readonly clock: Clock;
    readonly otherClients: OtherClients;
    readonly cases: Pick<Cases, 'openOf'>;
  },
  o: {
    readonly view: SlackView;
    readonly operator: { readonly id: string; readonly accountName: string | undefined };
  },
): Promise<Submission> {
  if (!(await deps.allowList.allows(o.operator.id))) return { type: 'stranger' };
  const values = o.view.state?.values ?? {};
  const patch = readState(values);
  const shown = mergeDraft(EMPTY_DRAFT, patch);
  const data = await loadFormData(deps.db, shown, deps.clock());
  const { card } = data;
  if (shown.clientId !== null && card === null) {
    return {
      type: 'problems',
      problems: [{ block: BLOCK.client, message: 'この顧客は見つかりません。一覧から選び直してください。' }],
    };
  }
  const advice = card && statusAdvice(card.status);
  if (card?.status === 'ended') {
    return { type: 'problems', problems: onScreen([{ block: BLOCK.client, message: advice ?? '' }], values) };
  }
  if (!(await fits(deps.db, o, values, shown, data))) {
    return { type: 'refitted', view: await refit(deps, o, shown) };
  }

  const name = await deps.names.nameOf(o.operator.id, o.operator.accountName);
  const made = toEntry(shown, {
    short: isShort(data),
    key: formKey(o.view),
    operator: { id: o.operator.id, name },
  });
  if (!made.ok) return { type: 'problems', problems: onScreen(made.problems, values) };

  const answers = readAnswers(values);
  if (answers.earlier?.answer === 'same') {
    const receiptNumber = await receiptNumberOf(deps.db, answers.earlier.callId);
    if (receiptNumber !== undefined) {
      return { type: 'same-call', view: sameCallView(receiptNumber, shown) };
    }
  }
  const ask = async (questions: readonly types.KnownBlock[]): Promise<Submission> => {
    const sights = await loadSights(deps, shown, o.operator.id);
    return { type: 'asked', view: entryView(shown, data, deps.clock(), { questions, sights }) };
  };
  const named = await deps.otherClients.namedIn(made.entry);
  const sure = card === null || named.length === 0 ? [] : sureQuestion(card, named);
  if (sure.length > 0 && answers.sureOf !== made.entry.clientId) return await ask(sure);

  const result = await deps.recorder.record(made.entry, {
    notice: (receipt) => entryNote(receipt, o.operator.id),
    duplicates: { apartFrom: answers.earlier?.callId ?? null },
  });
  if (result.type === 'duplicate') return await ask([...sure, ...sameQuestion(result.earlier)]);
  if (result.type !== 'refused') return result;
  const problems = result.problems.map(({ field, message }) => ({
    block: field === 'addressee' ? addresseeProblemBlock(shown) : BLOCK_OF_FIELD[field],
    message,
  }));
  return { type: 'problems', problems: onScreen(problems, values) };
}

/**
 * Whether the form on the screen is the one its client and kind need: somebody quick can submit before the
 * change of client or kind reached the screen. More fields than needed do no harm.
 */
async function fits(
  db: Kysely<Schema>,
  o: { readonly view: SlackView; readonly operator: { readonly id: string } },
  values: ViewValues,
  shown: EntryDraft,
  data: FormData,
): Promise<boolean> {
  if (shown.clientId === null || shown.kind === null || isShort(data)) return true;
  if (shown.renewed[BLOCK.company] !== undefined) {
    const draft = await findDraft(db, rootViewId(o.view), o.operator.id);
    if (draft !== undefined && namesAnother(shown, draft)) return false;
  }
  const hasRoster = (data.card?.roster.length ?? 0) > 0;
  const rosterOf = Object.keys(values)
    .map(rosterClient)
    .find((clientId) => clientId !== undefined);
  return Object.hasOwn(values, BLOCK.number) && (!hasRoster || rosterOf === data.card?.id);
}

/** The form that fits, with what was typed now and what the draft still holds. */
async function refit(
  deps: {
    readonly db: Kysely<Schema>;
    readonly clock: Clock;
    readonly cases: Pick<Cases, 'openOf'>;
  },
  o: { readonly view: SlackView; readonly operator: { readonly id: string } },
  shown: EntryDraft,
): Promise<types.ModalView> {
  const now = deps.clock();
  const draft = await keepDraft(deps.db, {
    viewId: rootViewId(o.view),
    operatorId: o.operator.id,
    patch: readState(o.view.state?.values ?? {}),
    actedAt: now.getTime() / 1000,
    now,
  });
  // What the submitted form says of client and kind holds, should a slower change still be on its way.
  const whole = mergeDraft(draft, { clientId: shown.clientId, kind: shown.kind });
  const sights = await loadSights(deps, whole, o.operator.id);
  return entryView(whole, await loadFormData(deps.db, whole, now), now, { note: FORM_REFITTED, sights });
}

async function receiptNumberOf(db: Kysely<Schema>, callId: string): Promise<string | undefined> {
  const call = await db
    .selectFrom('calls')
    .select('receipt_number')
    .where('id', '=', callId)
    .executeTakeFirst();
  return call?.receipt_number;
}

/** Somebody chosen from the roster is a problem of the roster's block, somebody typed of the other. */
function addresseeProblemBlock(shown: EntryDraft): string {
  return shown.clientId !== null && addresseeOf(shown) !== null && shown.addresseeName === null
    ? addresseeBlock(shown.clientId)
    : BLOCK.addresseeName;
}

/** Slack shows an error only at a block it has: anything else goes to the kind, which every other form has. */
function onScreen(problems: readonly BlockProblem[], values: ViewValues): readonly BlockProblem[] {
  return problems.map(({ block, message }) => ({
    block: onScreenAs(values, block) ?? onScreenAs(values, BLOCK.kind) ?? BLOCK.client,
    message,
  }));
}
