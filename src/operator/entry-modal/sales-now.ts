import type { Kysely } from 'kysely';
import type { CallEntry } from '../../domain/call.ts';
import type { Recorder, RecordResult } from '../../intake/record.ts';
import type { Schema } from '../../storage/schema.ts';
import { entryNote } from '../change/notes.ts';
import type { OperatorNames } from '../operator-name.ts';
import type { SlackView } from '../slack-body.ts';
import type { EntryDraft } from './draft.ts';
import { loadFormData } from './form-data.ts';
import { formKey } from './submit.ts';

/**
 * Records the form's client and time as a sales call, at one press. Null when more than that stands in the form,
 * or the call would be reported: an ordinary call must never be lost by a slip of the hand.
 */
export async function recordSalesCall(
  deps: {
    readonly db: Kysely<Schema>;
    readonly recorder: Recorder;
    readonly names: OperatorNames;
  },
  o: {
    readonly view: SlackView;
    readonly draft: EntryDraft;
    readonly operator: { readonly id: string; readonly accountName: string | undefined };
    readonly now: Date;
  },
): Promise<RecordResult | null> {
  const { draft, now } = o;
  if (draft.clientId === null || !isUntouched(draft)) return null;
  const { refused } = await loadFormData(deps.db, draft, now);
  if (refused === null) return null;
  const entry: CallEntry = {
    key: formKey(o.view),
    source: 'modal',
    clientId: draft.clientId,
    kind: refused.code,
    occurredAt: draft.occurredAt === null ? now : new Date(draft.occurredAt * 1000),
    operator: { id: o.operator.id, name: await deps.names.nameOf(o.operator.id, o.operator.accountName) },
    addressee: null,
    caller: { company: null, name: null, kana: null, number: { state: 'unknown' } },
    message: null,
    quote: null,
    wish: null,
    urgent: false,
    surcharge: null,
  };
  return await deps.recorder.record(entry, { notice: (receipt) => entryNote(receipt, o.operator.id) });
}

/** Whether nothing but client and time stands in a form. */
function isUntouched(draft: EntryDraft): boolean {
  const { kind, addresseeName, company, name, kana, number, message, quote, wish, surcharge } = draft;
  return (
    [kind, addresseeName, company, name, kana, number, message, quote, wish, surcharge].every(
      (value) => value === null,
    ) &&
    !draft.urgent &&
    !draft.numberConfirmed &&
    Object.values(draft.addressees).every((memberId) => memberId === null)
  );
}
