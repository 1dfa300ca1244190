import type { types, webApi } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { clientCard, searchClients } from '../../clients/directory.ts';
import { parsePhone } from '../../domain/phone.ts';
import type { Clock } from '../../domain/ports.ts';
import { storable } from '../../domain/text.ts';
import type { Cases } from '../../followup/cases/cases.ts';
import type { OtherClients } from '../../intake/other-clients.ts';
import type { Recorder } from '../../intake/record.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AllowList } from '../allow-list.ts';
import { faultOf } from '../fault.ts';
import type { OperatorNames } from '../operator-name.ts';
import { plainSection } from '../plain-message.ts';
import type { OperatorSettings } from '../settings.ts';
import type { SlackView } from '../slack-body.ts';
import { withinTime } from '../time-limit.ts';
import { NOT_RECORDED_FORM, REFUSED, receiptInWords, SALES_BUT_TYPED } from '../wording.ts';
import { BLOCK, rosterClient } from './block-ids.ts';
import { EMPTY_DRAFT, type EntryDraft, mergeDraft } from './draft.ts';
import { deleteDraft, findDraft } from './draft-store.ts';
import { OPTIONS_AT_MOST } from './elements.ts';
import { loadFormData, loadSights } from './form-data.ts';
import { keepDraft, roundAt } from './keep-draft.ts';
import { messageView } from './message-view.ts';
import { readState } from './read-state.ts';
import { searchRoster } from './roster-options.ts';
import { recordSalesCall } from './sales-now.ts';
import { rootViewId, type Submission, submitForm } from './submit.ts';
import { clientOption, entryView } from './view.ts';

/** Slack's calls the form makes. */
export type ViewsApi = Pick<webApi.WebClient, 'views'>;

/** What a submission is acknowledged with. */
export type SubmitAnswer =
  | { response_action: 'clear' }
  | { response_action: 'update'; view: types.ModalView }
  | { response_action: 'errors'; errors: Record<string, string> };

export interface EntryForm {
  /** Opens the form; throws when the database or Slack does not let it. */
  open(
    slack: ViewsApi,
    triggerId: string,
    o: {
      readonly operatorId: string;
      readonly client: { readonly id: string } | null;
      readonly message?: string | null;
      /** A line above everything. */
      readonly note?: string;
    },
  ): Promise<void>;
  /** Saves the form as a draft, with a client chosen by a button: after this nothing typed can be lost. */
  keep(o: {
    readonly view: SlackView;
    readonly operatorId: string;
    readonly actedAt: number;
    readonly clientId?: string;
  }): Promise<EntryDraft>;
  /** Whether the number on a form is complete enough to be looked up, or gone. */
  hasNumberToLookUp(view: SlackView): boolean;
  /** Records a sales call at one press and shows what became of it; never throws. */
  salesNow(
    slack: ViewsApi,
    o: {
      readonly view: SlackView;
      readonly operator: { readonly id: string; readonly accountName: string | undefined };
    },
  ): Promise<void>;
  /** Puts a line above a form whose change could not be looked up; everything in it stays. */
  say(slack: ViewsApi, view: SlackView, note: string): Promise<void>;
  /** Shows the form that fits a draft. */
  refresh(slack: ViewsApi, view: SlackView, operatorId: string, draft: EntryDraft): Promise<void>;
  /** Clients for what was typed so far. */
  suggestClients(typed: string): Promise<types.PlainTextOption[]>;
  /** People on the roster a block shows. */
  suggestMembers(blockId: string, typed: string): Promise<types.PlainTextOption[]>;
  /** Records the form and says what to acknowledge with; never throws. */
  submit(o: {
    readonly view: SlackView;
    readonly operator: { readonly id: string; readonly accountName: string | undefined };
  }): Promise<{ readonly answer: SubmitAnswer; readonly after: () => Promise<void> }>;
}

/** The form and its life: opened, kept as a draft at each change, recorded once, its draft removed. */
export function createEntryForm(deps: {
  readonly db: Kysely<Schema>;
  readonly recorder: Recorder;
  readonly names: OperatorNames;
  readonly allowList: AllowList;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Pick<OperatorSettings, 'recordTimeoutMs'>;
  readonly otherClients: OtherClients;
  readonly cases: Pick<Cases, 'openOf'>;
}): EntryForm {
  const { db, clock, log } = deps;

  async function viewOf(
    draft: EntryDraft,
    operatorId: string,
    o: { readonly note?: string } = {},
  ): Promise<types.ModalView> {
    const now = clock();
    const sights = await loadSights(deps, draft, operatorId);
    return entryView(draft, await loadFormData(db, draft, now), now, { ...o, sights });
  }

  async function say(slack: ViewsApi, view: SlackView, note: string): Promise<void> {
    const noted = withNote(view, note);
    if (noted !== undefined) await slack.views.update({ view_id: view.id, view: noted });
  }

  return {
    open: async (slack, triggerId, { operatorId, client, message, note }) => {
      const draft = mergeDraft(EMPTY_DRAFT, { clientId: client?.id ?? null, message: message ?? null });
      const view = await viewOf(draft, operatorId, note === undefined ? {} : { note });
      await slack.views.open({ trigger_id: triggerId, view });
    },

    keep: async ({ view, operatorId, actedAt, clientId }) =>
      await keepDraft(db, {
        viewId: rootViewId(view),
        operatorId,
        patch: {
          ...readState(view.state?.values ?? {}),
          // Slack keeps showing what a block holds, so a client chosen by a button needs another block.
          ...(clientId !== undefined && { clientId, renewed: { [BLOCK.client]: roundAt(actedAt) } }),
        },
        actedAt,
        now: clock(),
      }),

    hasNumberToLookUp: (view) => {
      const { number } = readState(view.state?.values ?? {});
      return number === null || (number !== undefined && parsePhone(number).ok);
    },

    salesNow: async (slack, { view, operator }) => {
      try {
        const draft = mergeDraft(EMPTY_DRAFT, readState(view.state?.values ?? {}));
        const result = await recordSalesCall(deps, { view, draft, operator, now: clock() });
        if (result === null || result.type === 'duplicate') return await say(slack, view, SALES_BUT_TYPED);
        if (result.type === 'refused') {
          return await say(slack, view, result.problems.map(({ message }) => message).join(' '));
        }
        await deleteDraft(db, rootViewId(view));
        const again = result.type === 'already';
        const told = messageView(again ? '登録済み' : '登録しました', receiptInWords(result.receipt, again));
        await slack.views.update({ view_id: view.id, view: told });
      } catch (error) {
        log.error(faultOf(error), 'a call was not recorded');
        await say(slack, view, NOT_RECORDED_FORM).catch((again: unknown) =>
          log.error(faultOf(again), 'an operator was not told'),
        );
      }
    },

    say,

    refresh: async (slack, view, operatorId, draft) => {
      const fitting = await viewOf(draft, operatorId);
      try {
        await slack.views.update({ view_id: view.id, view: fitting, ...(view.hash && { hash: view.hash }) });
      } catch (error) {
        // The form was submitted or closed in the meantime.
        if (isSlackError(error, 'not_found')) return;
        if (!isSlackError(error, 'hash_conflict')) throw error;
        // Another change reached the screen in between; the draft has both by now.
        const latest = (await findDraft(db, rootViewId(view), operatorId)) ?? draft;
        await slack.views.update({ view_id: view.id, view: await viewOf(latest, operatorId) });
      }
    },

    suggestClients: async (typed) =>
      (await searchClients(db, storable(typed), OPTIONS_AT_MOST)).map(clientOption),

    suggestMembers: async (blockId, typed) => {
      const clientId = rosterClient(blockId);
      const card = clientId === undefined ? undefined : await clientCard(db, clientId);
      return card === undefined ? [] : [...searchRoster(card.roster, typed)];
    },

    submit: async ({ view, operator }) => {
      const nothing = async () => undefined;
      try {
        const timed = await withinTime(submitForm(deps, { view, operator }), deps.settings.recordTimeoutMs);
        if (timed.type === 'done') {
          const over = ['recorded', 'already', 'same-call'].includes(timed.value.type);
          return {
            answer: answerOf(timed.value),
            after: over ? async () => await deleteDraft(db, rootViewId(view)) : nothing,
          };
        }
        log.warn({ limitMs: deps.settings.recordTimeoutMs }, 'a call was not recorded in time');
        return {
          answer: notRecorded(),
          // It may still be recorded: then its direct message says so, and the draft has no more use.
          after: async () => {
            const late = await timed.pending;
            if (late.type === 'recorded') await deleteDraft(db, rootViewId(view));
          },
        };
      } catch (error) {
        log.error(faultOf(error), 'a call was not recorded');
        return { answer: notRecorded(), after: nothing };
      }
    },
  };
}

/** A form as it stands, with a line on top; undefined when it came without its blocks. */
function withNote(view: SlackView, note: string): types.ModalView | undefined {
  const { blocks, title, submit, close, callback_id: callbackId } = view;
  if (!Array.isArray(blocks)) return undefined;
  const form = blocks.filter((block: { block_id?: unknown }) => block.block_id !== BLOCK.note);
  return {
    type: 'modal',
    callback_id: callbackId,
    title,
    submit,
    close,
    blocks: [{ ...plainSection(note), block_id: BLOCK.note }, ...form],
  } as types.ModalView;
}

/** What the operator sees when the database did not say that the call is recorded. The form stays. */
export function notRecorded(): SubmitAnswer {
  return { response_action: 'errors', errors: { [BLOCK.kind]: NOT_RECORDED_FORM } };
}

function answerOf(submission: Submission): SubmitAnswer {
  switch (submission.type) {
    case 'stranger':
      return { response_action: 'update', view: messageView('受電登録', [REFUSED]) };
    case 'recorded':
      return { response_action: 'clear' };
    case 'already':
      return {
        response_action: 'update',
        view: messageView('登録済み', [
          ...receiptInWords(submission.receipt, true),
          '先に送信された内容で登録されています。変更は、ボットのメッセージにあるボタンからできます。',
        ]),
      };
    case 'refitted':
    case 'asked':
    case 'same-call':
      return { response_action: 'update', view: submission.view };
    case 'problems': {
      const errors: Record<string, string> = {};
      for (const { block, message } of submission.problems) {
        errors[block] = errors[block] === undefined ? message : `${errors[block]}\n${message}`;
      }
      return { response_action: 'errors', errors };
    }
    default:
      return submission satisfies never;
  }
}

function isSlackError(error: unknown, code: string): boolean {
  const data: unknown = error instanceof Error && 'data' in error ? error.data : undefined;
  return typeof data === 'object' && data !== null && 'error' in data && data.error === code;
}
