import type { webApi } from '@slack/bolt';
import type { Logger } from 'pino';
import type { Clock } from '../domain/ports.ts';
import { faultOf } from './fault.ts';
import type { OperatorSettings } from './settings.ts';
import { withinTime } from './time-limit.ts';

/** The workspace of operators and supervisors, as Slack names it. */
export interface OwnTeam {
  readonly teamId: string;
  readonly enterpriseId: string | null;
}

/** Undefined while Slack has not said; waits for it no longer than `waitMs`. */
export type OwnWorkspace = (waitMs: number) => Promise<OwnTeam | undefined>;

/**
 * Which workspace the bot token in the settings is of: asked for with the first request, kept for good, because a
 * token never changes its workspace. While Slack does not answer it is asked again now and then.
 */
export function createOwnWorkspace(deps: {
  readonly slack: Pick<webApi.WebClient, 'auth'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Pick<OperatorSettings, 'groupTtlMs'>;
}): OwnWorkspace {
  let known: OwnTeam | undefined;
  let asking: Promise<void> | undefined;
  let restUntil = 0;

  async function ask(): Promise<void> {
    try {
      const { team_id: teamId, enterprise_id: enterpriseId } = await deps.slack.auth.test();
      if (teamId !== undefined) known = { teamId, enterpriseId: enterpriseId ?? null };
    } catch (error) {
      deps.log.warn(faultOf(error), 'the agency’s own workspace is not known');
    }
    if (known === undefined) restUntil = deps.clock().getTime() + deps.settings.groupTtlMs / 4;
  }

  return async (waitMs) => {
    if (known !== undefined) return known;
    if (deps.clock().getTime() >= restUntil) {
      asking ??= ask().finally(() => {
        asking = undefined;
      });
    }
    if (asking !== undefined) await withinTime(asking, waitMs);
    return known;
  };
}

/** Whether every workspace a request names is the agency's own. A request that names none is nobody's. */
export function isOwn(own: OwnTeam, named: readonly string[]): boolean {
  return named.length > 0 && named.every((id) => id === own.teamId || id === own.enterpriseId);
}
