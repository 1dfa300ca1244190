import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Channels } from '../channels/channel.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { Renderer } from '../reports/render.ts';
import type { QueueHandle } from '../storage/queues.ts';
import type { Schema } from '../storage/schema.ts';
import { createAddDeliveries } from './add-deliveries.ts';
import { type AddReport, createAddReport } from './add-report.ts';
import { createAlertStaff } from './alerts.ts';
import { type Attempt, createAttempt } from './attempt.ts';
import type { Budgets } from './budgets.ts';
import { createFallBack } from './fall-back.ts';
import { createNoticePump, type NoticePump, type StaffTargets } from './notices.ts';
import { createReconciler, type Reconciler } from './reconcile.ts';
import { createRelay, type Relay } from './relay.ts';
import { createRenderAgain } from './render-again.ts';
import type { DeliverySettings } from './settings.ts';
import { createSettle } from './settle.ts';
import { createSweeper, type Sweeper } from './sweep.ts';

/** What brings reports to clients: the only writers of deliveries. */
export interface Delivery {
  readonly addReport: AddReport;
  readonly relay: Relay;
  readonly attempt: Attempt;
  readonly sweeper: Sweeper;
  readonly reconciler: Reconciler;
  readonly notices: NoticePump;
}

export function assembleDelivery(deps: {
  readonly db: Kysely<Schema>;
  readonly queue: QueueHandle;
  readonly budgets: Budgets;
  readonly channels: Channels;
  readonly renderer: Renderer;
  readonly staff: StaffTargets;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Uniform in [0, 1): jitter. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly settings: DeliverySettings;
  readonly log: Logger;
}): Delivery {
  const alertStaff = createAlertStaff(deps);
  const addDeliveries = createAddDeliveries(deps);
  const fallBack = createFallBack({ addDeliveries });
  const settle = createSettle({ ...deps, alertStaff, fallBack, renderAgain: createRenderAgain(deps) });
  const { slack, email } = deps.channels;
  return {
    addReport: createAddReport({ ...deps, addDeliveries }),
    relay: createRelay(deps),
    attempt: createAttempt({ ...deps, settle }),
    sweeper: createSweeper({ ...deps, fallBack, alertStaff }),
    reconciler: createReconciler({ ...deps, alertStaff }),
    notices: createNoticePump({ ...deps, slack, email }),
  };
}
