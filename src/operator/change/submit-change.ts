import type { EntryProblem } from '../../domain/call.ts';
import type { Changer, ChangeType } from '../../domain/change.ts';
import type { CallChanges } from '../../intake/call-changes.ts';
import type { ChangeRequest, ChangeResult } from '../../intake/change-call.ts';
import type { RecordedCall } from '../../intake/recorded-call.ts';
import { BLOCK, BLOCK_OF_FIELD, rosterClient, VALUE } from '../entry-modal/block-ids.ts';
import { EMPTY_DRAFT, mergeDraft } from '../entry-modal/draft.ts';
import type { SubmitAnswer } from '../entry-modal/entry-form.ts';
import { messageView } from '../entry-modal/message-view.ts';
import { readState, type ViewValues } from '../entry-modal/read-state.ts';
import { rootViewId } from '../entry-modal/submit.ts';
import { type BlockProblem, toEntry } from '../entry-modal/to-entry.ts';
import { decidedInWords } from '../review/review-words.ts';
import type { SlackView } from '../slack-body.ts';
import { CHANGE_LABEL } from './change-buttons.ts';
import { CHANGE_BLOCK, readMetadata } from './change-view.ts';
import { BARRED, NOTHING_CHANGED } from './change-words.ts';
import { changeNotes } from './notes.ts';

/**
 * Does what a submitted form asks for. The form's own id is the key: sent twice, it changes once. Throws when the
 * database does; the same form may then be sent again.
 */
export async function submitChange(
  deps: { readonly changes: CallChanges },
  type: ChangeType,
  view: SlackView,
  by: Changer,
): Promise<SubmitAnswer> {
  const values = view.state?.values ?? {};
  const metadata = readMetadata(view.private_metadata);
  const call = metadata && (await deps.changes.find(metadata.call));
  if (metadata === undefined || call === undefined) return errorsAt(values, [general(BARRED.unknown)]);
  const request: ChangeRequest = {
    key: `change:${rootViewId(view)}`,
    callId: metadata.call,
    revision: metadata.revision,
    by,
    reason: textOf(values, CHANGE_BLOCK.reason),
  };
  switch (type) {
    case 'corrected': {
      const made = correctionOf(call, values);
      return made.ok
        ? answerOf(
            type,
            values,
            await deps.changes.correct(
              {
                ...request,
                correction: made.entry,
                ...(metadata.round !== undefined && { release: { round: metadata.round } }),
              },
              changeNotes,
            ),
          )
        : errorsAt(values, made.problems);
    }
    case 'retracted':
      return answerOf(type, values, await deps.changes.retract(request, changeNotes));
    case 'reclassified': {
      const kind = chosenOf(values, CHANGE_BLOCK.newKind) ?? '';
      return answerOf(type, values, await deps.changes.reclassify({ ...request, kind }, changeNotes));
    }
    default:
      return type satisfies never;
  }
}

function correctionOf(call: RecordedCall, values: ViewValues) {
  const shown = mergeDraft(EMPTY_DRAFT, {
    ...readState(values),
    clientId: call.client.id,
    kind: call.kind,
  });
  const made = toEntry(shown, {
    short: false,
    key: '',
    operator: { id: call.operatorId, name: '' },
  });
  if (!made.ok) return made;
  // Slack's picker knows whole seconds; a time nobody touched stays what it was.
  const untouched = shown.occurredAt === Math.floor(call.occurred_at.getTime() / 1000);
  return {
    ok: true as const,
    entry: { ...made.entry, occurredAt: untouched ? call.occurred_at : made.entry.occurredAt },
  };
}

function answerOf(type: ChangeType, values: ViewValues, result: ChangeResult): SubmitAnswer {
  switch (result.type) {
    case 'changed':
      return { response_action: 'clear' };
    case 'already':
      return {
        response_action: 'update',
        view: messageView(CHANGE_LABEL[type], [
          `受付番号 ${result.receiptNumber} の変更は登録済みです(二重には変更されません)。`,
        ]),
      };
    case 'nothing':
      return errorsAt(values, [general(NOTHING_CHANGED)]);
    case 'barred':
      return errorsAt(values, [general(BARRED[result.why])]);
    case 'decided':
      return errorsAt(values, [general(decidedInWords(result.review))]);
    case 'refused':
      return errorsAt(
        values,
        result.problems.map((problem) => ({
          block: blockOf(problem, values),
          message: problem.message,
        })),
      );
    default:
      return result satisfies never;
  }
}

function blockOf({ field }: EntryProblem, values: ViewValues): string {
  if (field === 'kind') return CHANGE_BLOCK.newKind;
  if (field !== 'addressee' || textOf(values, BLOCK.addresseeName) !== null) return BLOCK_OF_FIELD[field];
  return Object.keys(values).find((block) => rosterClient(block) !== undefined) ?? BLOCK.addresseeName;
}

function general(message: string): BlockProblem {
  return { block: CHANGE_BLOCK.reason, message };
}

/** Slack shows an error only at a block it has; every form has the reason. */
function errorsAt(values: ViewValues, problems: readonly BlockProblem[]): SubmitAnswer {
  const errors: Record<string, string> = {};
  for (const { block, message } of problems) {
    const at = Object.hasOwn(values, block) ? block : CHANGE_BLOCK.reason;
    errors[at] = errors[at] === undefined ? message : `${errors[at]}\n${message}`;
  }
  return { response_action: 'errors', errors };
}

function textOf(values: ViewValues, block: string): string | null {
  const value = values[block]?.[VALUE]?.value;
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function chosenOf(values: ViewValues, block: string): string | null {
  const chosen = values[block]?.[VALUE]?.selected_option;
  const value = typeof chosen === 'object' && chosen !== null && 'value' in chosen ? chosen.value : null;
  return typeof value === 'string' ? value : null;
}
