import type { App } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { jstDay } from '../../domain/calendar.ts';
import { ruleFor } from '../../domain/kinds.ts';
import { textOrNull } from '../../domain/text.ts';
import { DISPUTE_DECISION } from '../../followup/disputes/dispute-buttons.ts';
import type { Disputes, StaffDispute } from '../../followup/disputes/disputes.ts';
import type { CallChanges } from '../../intake/call-changes.ts';
import type { RecordedCall } from '../../intake/recorded-call.ts';
import { loadKinds } from '../../rulebook/kinds.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AllowList } from '../allow-list.ts';
import type { ChangeForm } from '../change/change-form.ts';
import { BARRED } from '../change/change-words.ts';
import { changeNotes } from '../change/notes.ts';
import { isUuid, VALUE } from '../entry-modal/block-ids.ts';
import type { SubmitAnswer } from '../entry-modal/entry-form.ts';
import { faultOf } from '../fault.ts';
import type { InHand } from '../in-hand.ts';
import type { OperatorNames } from '../operator-name.ts';
import { onlyFor } from '../plain-message.ts';
import type { ResponseUrl } from '../response-url.ts';
import type { OperatorSettings } from '../settings.ts';
import { BlockActions, ViewSubmission } from '../slack-body.ts';
import { withinTime } from '../time-limit.ts';
import { KEEP_BLOCK, KEEP_FORM, keepView } from './dispute-view.ts';
import {
  CREDITED,
  decidedInWords,
  NO_SALES_KIND,
  NOT_DECIDED,
  NOT_OPENED,
  NOT_YOURS,
  UNKNOWN,
} from './dispute-words.ts';

/** As the statement and the audit log give it. */
const CREDIT_REASON = 'お客様からのご連絡により、営業電話として取消';
/** The kind that sales calls have in the trade's table. */
const SALES = 'sales';
/** Somebody may change the call between looking and writing. */
const TRIES = 3;

type Person = { readonly id: string; readonly name: string | undefined };

/**
 * A supervisor's word on what a client said about a report. A press is acknowledged at once, and
 * only the first of two counts; a notice in the channel tells what was decided. Nobody else is shown or lets happen anything (P9).
 */
export function listenForDisputeDecisions(
  bolt: App,
  deps: {
    readonly db: Kysely<Schema>;
    readonly disputes: Pick<Disputes, 'find' | 'keep'>;
    readonly changes: Pick<CallChanges, 'find' | 'reclassify'>;
    readonly changeForm: Pick<ChangeForm, 'open'>;
    readonly names: OperatorNames;
    readonly supervisors: AllowList;
    readonly responseUrl: ResponseUrl;
    readonly inHand: InHand;
    readonly log: Logger;
    readonly settings: Pick<OperatorSettings, 'recordTimeoutMs'>;
  },
): void {
  for (const action of Object.values(DISPUTE_DECISION)) {
    bolt.action(action, async ({ body, ack, client }) => {
      await ack();
      const { user, actions, trigger_id: triggerId, response_url: url } = BlockActions.parse(body);
      const id = actions[0]?.value;
      if (typeof id !== 'string' || !isUuid(id)) return;
      const say = async (text: string): Promise<void> => {
        if (url !== undefined) await deps.responseUrl.post(url, onlyFor(text));
      };
      const work = (async () => {
        if (!(await deps.supervisors.allows(user.id))) return await say(NOT_YOURS);
        const dispute = await deps.disputes.find(id);
        if (dispute === undefined) return await say(UNKNOWN);
        if (dispute.decision !== null) return await say(decidedInWords(dispute));
        if (action === DISPUTE_DECISION.credit) {
          const person = { id: user.id, name: user.name ?? user.username };
          return await say((await credit(dispute, person)) ?? CREDITED);
        }
        if (triggerId === undefined) return;
        if (action === DISPUTE_DECISION.correct) {
          return await deps.changeForm.open(client, triggerId, 'corrected', dispute.callId, user.id);
        }
        const call = await deps.changes.find(dispute.callId);
        if (call === undefined) return await say(UNKNOWN);
        await client.views.open({ trigger_id: triggerId, view: keepView(call, id) });
      })().catch(async (error: unknown) => {
        deps.log.error(faultOf(error), 'a press about a dispute failed');
        await say(action === DISPUTE_DECISION.credit ? NOT_DECIDED : NOT_OPENED);
      });
      deps.inHand.track(work);
      await work;
    });
  }

  bolt.view(KEEP_FORM, async ({ body, ack }) => {
    const { view, user } = ViewSubmission.parse(body);
    const value = view.state?.values[KEEP_BLOCK]?.[VALUE]?.value;
    const reason = typeof value === 'string' ? textOrNull(value) : null;
    const person = { id: user.id, name: user.name ?? user.username };
    const work = withinTime(keep(view.private_metadata, reason, person), deps.settings.recordTimeoutMs)
      .then((timed) => (timed.type === 'done' ? timed.value : notKept()))
      .catch((error: unknown) => {
        deps.log.error(faultOf(error), 'a dispute was not decided');
        return notKept();
      });
    deps.inHand.track(work);
    await ack(await work);
  });

  /** Null when it was taken out of the count, else why not. */
  async function credit(dispute: StaffDispute, person: Person): Promise<string | null> {
    const name = await deps.names.nameOf(person.id, person.name);
    for (let left = TRIES; left > 0; left -= 1) {
      const call = await deps.changes.find(dispute.callId);
      if (call === undefined) return UNKNOWN;
      const kind = await salesKind(call);
      if (kind === undefined) return NO_SALES_KIND;
      const result = await deps.changes.reclassify(
        {
          key: `dispute:${dispute.id}`,
          callId: call.id,
          revision: call.revision,
          by: { id: person.id, name, supervisor: true },
          reason: CREDIT_REASON,
          kind,
        },
        changeNotes,
      );
      if (result.type === 'changed') return null;
      if (result.type === 'refused') return result.problems.map(({ message }) => message).join('\n');
      const now = await deps.disputes.find(dispute.id);
      if (now !== undefined && now.decision !== null) return decidedInWords(now);
      if (result.type !== 'barred') return NOT_DECIDED;
      if (result.why !== 'changed-meanwhile') return BARRED[result.why];
    }
    return NOT_DECIDED;
  }

  /** The kind for sales calls, unless the rules of the call's own day count or report it. */
  async function salesKind(call: RecordedCall): Promise<string | undefined> {
    const { kinds, rules } = await loadKinds(deps.db);
    const day = jstDay(call.occurred_at);
    const kind = kinds.find(({ code }) => code === SALES);
    const rule = kind && ruleFor(rules, { kind: kind.code, clientId: call.client.id, day });
    return rule === undefined || rule.counted || rule.reported ? undefined : SALES;
  }

  async function keep(id: unknown, reason: string | null, person: Person): Promise<SubmitAnswer> {
    if (typeof id !== 'string' || !isUuid(id)) return errorAt(UNKNOWN);
    if (reason === null) return errorAt('理由をお書きください。');
    if (!(await deps.supervisors.allows(person.id))) return errorAt(NOT_YOURS);
    const by = { id: person.id, name: await deps.names.nameOf(person.id, person.name) };
    const result = await deps.disputes.keep(id, { by, reason });
    switch (result.type) {
      case 'kept':
        return { response_action: 'clear' };
      case 'decided':
        return errorAt(decidedInWords(result.dispute));
      case 'unknown':
        return errorAt(UNKNOWN);
      default:
        return result satisfies never;
    }
  }
}

/** What is shown when the database did not say that it is decided. The form stays. */
export function notKept(): SubmitAnswer {
  return errorAt(NOT_DECIDED);
}

function errorAt(message: string): SubmitAnswer {
  return { response_action: 'errors', errors: { [KEEP_BLOCK]: message } };
}
