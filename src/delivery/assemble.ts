import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Channels } from '../channels/channel.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { ReplyLinks } from '../domain/reply-link.ts';
import type { Renderer } from '../reports/render.ts';
import type { QueueHandle } from '../storage/queues.ts';
import type { Schema } from '../storage/schema.ts';
import type { AddReport } from './add-report.ts';
import { type AddStatement, createAddStatement } from './add-statement.ts';
import { type Attempt, createAttempt } from './attempt.ts';
import { createTakeBounce, type TakeBounce } from './bounce.ts';
import type { Budgets } from './budgets.ts';
import { createSendChatworkNotice } from './chatwork-notice.ts';
import { createConsequences } from './consequences.ts';
import { createDigests, type Digests } from './digest/cut-digests.ts';
import type { EndWorkspace } from './end-workspace.ts';
import { createNoticePump, type NoticePump, type StaffTargets } from './notices.ts';
import { harmless, type Observer, unobserved } from './observer.ts';
import { createReconciler, type Reconciler } from './reconcile.ts';
import { createRelay, type Relay } from './relay.ts';
import { askingFor } from './review/ask.ts';
import { createReviews, type Reviews } from './review/reviews.ts';
import type { DeliverySettings } from './settings.ts';
import { createSettle } from './settle.ts';
import { createSweeper, type Sweeper } from './sweep.ts';
import { createTellChange, type TellChange } from './tell-change.ts';

/** What brings reports to clients: the only writers of deliveries. */
export interface Delivery {
  readonly addReport: AddReport;
  readonly addStatement: AddStatement;
  readonly tellChange: TellChange;
  readonly reviews: Reviews;
  readonly relay: Relay;
  /** Cuts daily digests; `wake` says that something became due. */
  readonly digests: (wake: () => void) => Digests;
  readonly attempt: Attempt;
  readonly sweeper: Sweeper;
  readonly reconciler: Reconciler;
  readonly notices: NoticePump;
  readonly takeBounce: TakeBounce;
  readonly endWorkspace: EndWorkspace;
}

export function assembleDelivery(deps: {
  readonly db: Kysely<Schema>;
  readonly queue: QueueHandle;
  readonly budgets: Budgets;
  readonly channels: Channels;
  readonly renderer: Renderer;
  readonly replyLinks: ReplyLinks | undefined;
  readonly staff: StaffTargets;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Uniform in [0, 1): jitter. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly settings: DeliverySettings;
  readonly observer?: Observer;
  readonly log: Logger;
}): Delivery {
  const observer = harmless(deps.observer ?? unobserved(), deps.log);
  const consequences = createConsequences(deps);
  const { addReport, alertStaff, fallBack } = consequences;
  const reviews = createReviews({ ...deps, ...consequences, supervisors: deps.staff.supervisors });
  const settle = createSettle({ ...deps, consequences });
  const { slack, email, chatwork } = deps.channels;
  return {
    addReport: askingFor(addReport, reviews.ask),
    addStatement: createAddStatement({ ...deps, addDeliveries: consequences.addDeliveries }),
    tellChange: createTellChange({ ...deps, addReport, askReview: reviews.ask }),
    reviews,
    endWorkspace: consequences.endWorkspace,
    relay: createRelay(deps),
    digests: (wake) => createDigests({ ...deps, ...consequences, wake }),
    attempt: createAttempt({ ...deps, settle, observer }),
    sweeper: createSweeper({ ...deps, fallBack, alertStaff, reviews }),
    reconciler: createReconciler({ ...deps, alertStaff, observer }),
    notices: createNoticePump({
      ...deps,
      slack,
      email,
      sendChatwork: createSendChatworkNotice({ ...deps, chatwork }),
      observer,
    }),
    takeBounce: createTakeBounce({ ...deps, consequences }),
  };
}
