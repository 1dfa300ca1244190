import type { Role } from '../../../src/app.ts';
import type { Config } from '../../../src/config.ts';
import type { Allowances } from '../../../src/delivery/budgets.ts';
import type { DeliverySettings } from '../../../src/delivery/settings.ts';

/**
 * Where in an attempt a process is killed: after the claim is committed and before the first byte is written ·
 * when the request is written and not yet answered · when the answer is in and not yet written down.
 */
export const KILL_POINTS = ['before', 'during', 'after'] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

/** Everything a process needs to be one of Toritsugi's; goes over as JSON. */
export interface Spec {
  readonly role: Role;
  readonly config: Config;
  readonly delivery: Partial<DeliverySettings>;
  readonly allowances: Allowances;
  /** How far this process's clock is ahead of the others', ms. */
  readonly clockOffsetMs: number;
  readonly logFile: string;
}

export type Order =
  | { readonly type: 'start'; readonly spec: Spec }
  /** kill −9 yourself the next time an attempt comes to this point. */
  | { readonly type: 'die'; readonly at: KillPoint }
  | { readonly type: 'states' };

export type Word =
  | { readonly type: 'loaded' }
  | { readonly type: 'ready'; readonly url: string | undefined }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'states'; readonly states: Readonly<Record<string, number>> | undefined };
