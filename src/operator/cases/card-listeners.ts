import type { App, types, webApi } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { CASE_ASK, CASE_ASK_LABELS } from '../../followup/cases/ask-buttons.ts';
import type { ActResult, CaseAct, Cases, CaseView } from '../../followup/cases/cases.ts';
import type { CallChanges } from '../../intake/call-changes.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AllowList } from '../allow-list.ts';
import { isUuid } from '../entry-modal/block-ids.ts';
import type { SubmitAnswer } from '../entry-modal/entry-form.ts';
import { messageView } from '../entry-modal/message-view.ts';
import { faultOf } from '../fault.ts';
import type { InHand } from '../in-hand.ts';
import type { OperatorNames } from '../operator-name.ts';
import { onlyFor } from '../plain-message.ts';
import type { ResponseUrl } from '../response-url.ts';
import type { OperatorSettings } from '../settings.ts';
import { BlockActions, ViewSubmission } from '../slack-body.ts';
import { withinTime } from '../time-limit.ts';
import { CARD_ACTION, CARD_LABELS } from './card-buttons.ts';
import { CASE_BLOCK, CASE_FORM, caseFormView, evidenceView, FORM_BUTTONS } from './card-views.ts';
import { submitCase } from './submit-case.ts';
import { submitSurcharge, surchargeView } from './surcharge-form.ts';

const NOT_YOURS = '案件の操作は管理者だけができます。';
const UNKNOWN = 'この案件は見つかりません。';
const FAILED = '記録できませんでした。少し待ってから、もう一度押してください(二重には記録されません)。';
const NOT_OPENED = '画面を開けませんでした。少し待ってから、もう一度押してください。';
const FORM_FAILED =
  '記録できませんでした。この画面は開いたままで大丈夫です。少し待ってからもう一度押してください(二重には記録されません)。';
/** The client's other cases offered as targets. */
const OTHERS_AT_MOST = 99;

/**
 * What supervisors do to a case from its card, and from an alarm. Everything goes through `Cases`; nobody who is no
 * supervisor is shown or lets happen anything (P9).
 */
export function listenForCases(
  bolt: App,
  deps: {
    readonly db: Kysely<Schema>;
    readonly cases: Cases;
    readonly changes: Pick<CallChanges, 'surcharge'>;
    readonly names: OperatorNames;
    readonly supervisors: AllowList;
    readonly responseUrl: ResponseUrl;
    readonly inHand: InHand;
    readonly wake: () => void;
    /** The page a supervisor takes a case's evidence from. */
    readonly evidenceUrl?: (caseId: string, userId: string) => string | undefined;
    readonly log: Logger;
    readonly settings: Pick<OperatorSettings, 'recordTimeoutMs'>;
  },
): void {
  const { cases, supervisors, log } = deps;

  for (const button of FORM_BUTTONS) {
    opens(button, async (view) =>
      caseFormView(button, view, button === 'calls' || button === 'merge' ? await othersOf(view) : []),
    );
    submits(CASE_FORM[button], (view, user) => submitCase(cases, button, view, user.id));
  }
  opens('surcharge', (view) => surchargeView(deps.db, view));
  submits(CASE_FORM.surcharge, async (view, user) => {
    const name = await deps.names.nameOf(user.id, user.name ?? user.username);
    return await submitSurcharge(deps, view, { id: user.id, name, supervisor: true });
  });
  opens('evidence', async (view, userId) => evidenceView(view, deps.evidenceUrl?.(view.id, userId)));

  acts(CARD_ACTION.reopen, { type: 'reopen' }, '案件を再開しました。');
  for (const message of ['stop_forwarding', 'propose_suspension'] as const) {
    acts(
      CASE_ASK[message],
      { type: 'ask_client', message },
      `「${CASE_ASK_LABELS[message]}」を顧客に送ります。`,
    );
  }

  /** A button that opens a form. */
  function opens(
    button: Exclude<keyof typeof CARD_ACTION, 'reopen'>,
    viewFor: (view: CaseView, userId: string) => Promise<types.ModalView>,
  ): void {
    bolt.action(CARD_ACTION[button], async ({ body, ack, client }) => {
      await ack();
      const { user, actions, trigger_id: triggerId, response_url: url } = BlockActions.parse(body);
      const caseId = actions[0]?.value;
      if (triggerId === undefined || typeof caseId !== 'string' || !isUuid(caseId)) return;
      await inHand(
        async () => {
          if (!(await supervisors.allows(user.id))) return await say(url, NOT_YOURS);
          const opening = cases
            .read(caseId)
            .then((view) =>
              view === undefined ? messageView(CARD_LABELS[button], [UNKNOWN]) : viewFor(view, user.id),
            );
          const ready = await withinTime(opening, deps.settings.recordTimeoutMs);
          if (ready.type === 'late') return await say(url, NOT_OPENED);
          await open(client, triggerId, ready.value);
        },
        () => say(url, NOT_OPENED),
      );
    });
  }

  /** A button that does something at once; the same press is done once. */
  function acts(actionId: string, act: CaseAct, done: string): void {
    bolt.action(actionId, async ({ body, ack }) => {
      await ack();
      const { user, actions, message, channel, response_url: url } = BlockActions.parse(body);
      const [action] = actions;
      const caseId = action?.value;
      if (typeof caseId !== 'string' || !isUuid(caseId)) return;
      // An alarm sends each of its messages once, whoever presses; a card's button is pressed again on purpose.
      const at = act.type === 'ask_client' ? `${channel?.id}:${message?.ts}` : action?.action_ts;
      const key = `case:${caseId}:${actionId}:${at}`;
      await inHand(
        async () => {
          if (!(await supervisors.allows(user.id))) return await say(url, NOT_YOURS);
          const result = await cases.act(caseId, act, { via: 'staff', person: user.id, key });
          if (result.type === 'done') deps.wake();
          await say(url, toldOf(result, done));
        },
        () => say(url, FAILED),
      );
    });
  }

  function submits(
    callbackId: string,
    submit: (view: SubmittedView, user: SubmittedUser) => Promise<SubmitAnswer>,
  ): void {
    bolt.view(callbackId, async ({ body, ack }) => {
      const { view, user } = ViewSubmission.parse(body);
      const work = (async (): Promise<SubmitAnswer> => {
        if (!(await supervisors.allows(user.id))) {
          return { response_action: 'errors', errors: { [CASE_BLOCK.main]: NOT_YOURS } };
        }
        const done = await withinTime(submit(view, user), deps.settings.recordTimeoutMs);
        if (done.type === 'late') {
          log.warn({ limitMs: deps.settings.recordTimeoutMs }, 'a case was not changed in time');
          return caseNotChanged();
        }
        if (done.value.response_action === 'clear') deps.wake();
        return done.value;
      })().catch((error: unknown) => {
        log.error(faultOf(error), 'a case was not changed');
        return caseNotChanged();
      });
      deps.inHand.track(work);
      await ack(await work);
    });
  }

  async function othersOf(view: CaseView): Promise<readonly CaseView[]> {
    const all = await cases.list({
      clientId: view.clientId,
      states: ['open', 'answered', 'acting', 'quiet'],
      limit: OTHERS_AT_MOST + 1,
    });
    return all.filter(({ id }) => id !== view.id);
  }

  async function say(url: string | undefined, text: string): Promise<void> {
    if (url !== undefined) await deps.responseUrl.post(url, onlyFor(text));
  }

  async function inHand(work: () => Promise<void>, onFault: () => Promise<void>): Promise<void> {
    const running = work().catch(async (error: unknown) => {
      log.error(faultOf(error), 'a press on a case failed');
      await onFault();
    });
    deps.inHand.track(running);
    await running;
  }
}

type SubmittedView = ReturnType<typeof ViewSubmission.parse>['view'];
type SubmittedUser = ReturnType<typeof ViewSubmission.parse>['user'];

async function open(slack: webApi.WebClient, triggerId: string, view: types.ModalView): Promise<void> {
  await slack.views.open({ trigger_id: triggerId, view });
}

/** What is shown when the database did not say that it is done. The form stays; sent again it is done once. */
export function caseNotChanged(): SubmitAnswer {
  return { response_action: 'errors', errors: { [CASE_BLOCK.main]: FORM_FAILED } };
}

function toldOf(result: ActResult, done: string): string {
  switch (result.type) {
    case 'done':
      return done;
    case 'already':
      return 'すでに済んでいます(二重には行われません)。';
    case 'refused':
      return result.message;
    case 'unknown':
      return UNKNOWN;
    default:
      return result satisfies never;
  }
}
