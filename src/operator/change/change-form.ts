import type { types } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { clientCard } from '../../clients/directory.ts';
import { jstDay } from '../../domain/calendar.ts';
import { barredFromChange, type Changer, type ChangeType } from '../../domain/change.ts';
import { ruleFor } from '../../domain/kinds.ts';
import type { Clock } from '../../domain/ports.ts';
import type { CallChanges } from '../../intake/call-changes.ts';
import type { RecordedCall } from '../../intake/recorded-call.ts';
import { loadKinds } from '../../rulebook/kinds.ts';
import { surchargeReasons } from '../../rulebook/surcharges.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AllowList } from '../allow-list.ts';
import type { SubmitAnswer, ViewsApi } from '../entry-modal/entry-form.ts';
import { messageView } from '../entry-modal/message-view.ts';
import { faultOf } from '../fault.ts';
import type { OperatorNames } from '../operator-name.ts';
import type { OperatorSettings } from '../settings.ts';
import type { SlackView } from '../slack-body.ts';
import { withinTime } from '../time-limit.ts';
import { REFUSED } from '../wording.ts';
import { CHANGE_LABEL } from './change-buttons.ts';
import { CHANGE_BLOCK, correctView, reclassifyView, retractView } from './change-view.ts';
import { BARRED, NOT_CHANGED } from './change-words.ts';
import { submitChange } from './submit-change.ts';

export interface ChangeForm {
  /** Opens the form for a call, or says why not; throws when the database or Slack does not let it. */
  open(slack: ViewsApi, triggerId: string, type: ChangeType, callId: string, userId: string): Promise<void>;
  /** Changes the call and says what to acknowledge with; never throws. */
  submit(
    type: ChangeType,
    view: SlackView,
    user: { readonly id: string; readonly accountName: string | undefined },
  ): Promise<SubmitAnswer>;
}

export interface ChangeFormDeps {
  readonly db: Kysely<Schema>;
  readonly changes: CallChanges;
  readonly names: OperatorNames;
  readonly allowList: AllowList;
  readonly supervisors: AllowList;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Pick<OperatorSettings, 'recordTimeoutMs'>;
}

/** The three forms by which a call on record is changed. */
export function createChangeForm(deps: ChangeFormDeps): ChangeForm {
  return {
    open: async (slack, triggerId, type, callId, userId) => {
      const view = await viewFor(type, callId, userId);
      await slack.views.open({ trigger_id: triggerId, view });
    },

    submit: async (type, view, user) => {
      try {
        if (!(await deps.allowList.allows(user.id))) {
          return { response_action: 'update', view: messageView(CHANGE_LABEL[type], [REFUSED]) };
        }
        const timed = await withinTime(
          changerOf(user).then((by) => submitChange(deps, type, view, by)),
          deps.settings.recordTimeoutMs,
        );
        if (timed.type === 'done') return timed.value;
        // It may still be written: then a direct message says so, and the same form changes nothing twice.
        deps.log.warn({ limitMs: deps.settings.recordTimeoutMs }, 'a call was not changed in time');
      } catch (error) {
        deps.log.error(faultOf(error), 'a call was not changed');
      }
      return notChanged();
    },
  };

  async function changerOf(user: {
    readonly id: string;
    readonly accountName: string | undefined;
  }): Promise<Changer> {
    return {
      id: user.id,
      name: await deps.names.nameOf(user.id, user.accountName),
      supervisor: await deps.supervisors.allows(user.id),
    };
  }

  async function viewFor(type: ChangeType, callId: string, userId: string): Promise<types.ModalView> {
    const sorry = (words: string) => messageView(CHANGE_LABEL[type], [words]);
    // P9: nothing of a call is shown to who may not change it.
    if (!(await deps.allowList.allows(userId))) return sorry(REFUSED);
    const call = await deps.changes.find(callId);
    if (call === undefined) return sorry(BARRED.unknown);
    const by = { id: userId, supervisor: await deps.supervisors.allows(userId) };
    const why = barredFromChange(call, by, deps.clock());
    if (why !== null) return sorry(BARRED[why]);
    switch (type) {
      case 'corrected': {
        const card = await clientCard(deps.db, call.client.id);
        if (card === undefined) return sorry(BARRED.unknown);
        return correctView(call, card, await surchargeReasons(deps.db, jstDay(call.occurred_at)));
      }
      case 'retracted':
        return retractView(call);
      case 'reclassified':
        return reclassifyView(call, await choicesFor(call));
      default:
        return type satisfies never;
    }
  }

  async function choicesFor(call: RecordedCall) {
    const { kinds, rules } = await loadKinds(deps.db);
    const day = jstDay(call.occurred_at);
    return kinds.flatMap((kind) => {
      const rule = ruleFor(rules, { kind: kind.code, clientId: call.client.id, day });
      return rule === undefined ? [] : [{ kind, rule }];
    });
  }
}

/** What is shown when the database did not say that the call is changed. The form stays. */
export function notChanged(): SubmitAnswer {
  return { response_action: 'errors', errors: { [CHANGE_BLOCK.reason]: NOT_CHANGED } };
}
