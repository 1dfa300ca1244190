import type { Transaction } from 'kysely';
import type { Logger } from 'pino';
import { disableDestination } from '../clients/disable-destination.ts';
import type { Effect } from '../domain/delivery.ts';
import type { ChannelName, Reason } from '../domain/outcome.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { ReplyLinks } from '../domain/reply-link.ts';
import type { Renderer } from '../reports/render.ts';
import type { Schema } from '../storage/schema.ts';
import { type AddDeliveries, createAddDeliveries } from './add-deliveries.ts';
import { type AddReport, createAddReport } from './add-report.ts';
import { type AlertStaff, createAlertStaff } from './alerts.ts';
import { blockScope } from './block-scope.ts';
import { SCOPE } from './budgets.ts';
import { createEndWorkspace, type EndWorkspace } from './end-workspace.ts';
import { createFallBack, type FallBack } from './fall-back.ts';
import { createRenderAgain } from './render-again.ts';
import { createReportText, type ReportText } from './report-text.ts';
import { createTellClient } from './tell-client.ts';

/** The delivery an effect is about, locked by whoever applies it. */
export interface Affected {
  readonly id: string;
  readonly report_id: string;
  readonly client_id: string;
  readonly destination_id: string;
  readonly channel: ChannelName;
  readonly credential: string;
  readonly address: string;
}

/** What can follow from what became of a delivery, always in the transaction that writes it down. */
export interface Consequences {
  readonly addDeliveries: AddDeliveries;
  readonly addReport: AddReport;
  readonly fallBack: FallBack;
  readonly alertStaff: AlertStaff;
  readonly reportText: ReportText;
  readonly endWorkspace: EndWorkspace;
  /** Applies one effect, after the delivery's new state was written. */
  readonly apply: (
    trx: Transaction<Schema>,
    delivery: Affected,
    effect: Effect,
    reason: Reason,
    now: Date,
  ) => Promise<void>;
}

export function createConsequences(deps: {
  readonly renderer: Renderer;
  /** Undefined where the settings for links are not at hand: reports then go out without one. */
  readonly replyLinks: ReplyLinks | undefined;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
}): Consequences {
  const addDeliveries = createAddDeliveries(deps);
  const reportText = createReportText(deps);
  const addReport = createAddReport({ ...deps, addDeliveries, reportText });
  const fallBack = createFallBack({ addDeliveries });
  const alertStaff = createAlertStaff({ ...deps, reportText });
  const renderAgain = createRenderAgain(deps);
  const tellClient = createTellClient({ addReport });
  const endWorkspace = createEndWorkspace({ ...deps, fallBack, alertStaff, tellClient });
  return {
    addDeliveries,
    addReport,
    fallBack,
    alertStaff,
    reportText,
    endWorkspace,
    async apply(trx, delivery, effect, reason, now) {
      switch (effect.type) {
        case 'block':
          await blockScope(trx, {
            scope: SCOPE[effect.scope](delivery),
            until: new Date(effect.untilMs),
            reason: reason.code,
          });
          return;
        case 'disable-destination':
          if (await disableDestination(trx, delivery.destination_id, reason.code, now)) {
            await tellClient(trx, delivery);
          }
          return;
        case 'fall-back':
          if ((await fallBack(trx, delivery)) === 'nobody') {
            await alertStaff(trx, 'undeliverable', delivery, reason);
          }
          return;
        case 'render-plainest':
          await renderAgain(trx, delivery);
          return;
        case 'alert':
          await alertStaff(trx, effect.about, delivery, reason);
          return;
        default:
          return effect satisfies never;
      }
    },
  };
}
