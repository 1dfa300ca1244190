import type { Logger } from 'pino';
import { z } from 'zod';
import type { Dispatch } from './dispatch.ts';
import type { SlackBody } from './slack-body.ts';

/** Slack's events about an installation itself. */
export const WORKSPACE_EVENTS = ['app_uninstalled', 'tokens_revoked'] as const;

/** Ends what the installation of a client's workspace was good for; see `EndWorkspace`. */
export type WorkspaceGone = (gone: {
  readonly teamId: string;
  readonly reason: string;
  readonly happenedAt: Date;
}) => Promise<void>;

const revoked = z.looseObject({ tokens: z.looseObject({ bot: z.array(z.string()).optional() }) });

/**
 * Hears, before anything else does, that the app was removed from a workspace. The workspace is the one the signed
 * request is about, never one its content names. A failure is thrown: Slack then sends the event again.
 */
export function createWorkspaceEvents(deps: {
  readonly gone: WorkspaceGone;
  readonly log: Logger;
}): (dispatch: Dispatch) => Dispatch {
  return (dispatch) => async (body, retryNum) => {
    const event = workspaceEvent(body);
    if (event === undefined) return await dispatch(body, retryNum);
    deps.log.info({ event: event.reason, workspace: event.teamId }, 'Slack tells of an installation');
    await deps.gone(event);
    return { type: 'acknowledged', payload: undefined };
  };
}

function workspaceEvent(body: SlackBody): Parameters<WorkspaceGone>[0] | undefined {
  if (!('type' in body) || body.type !== 'event_callback') return undefined;
  const { event, team_id: teamId, event_time: seconds } = body;
  const isOne = WORKSPACE_EVENTS.some((type) => type === event.type);
  if (!isOne || typeof teamId !== 'string' || seconds === undefined) return undefined;
  // Tokens of people, which we never ask for, may be revoked as they like.
  if (event.type === 'tokens_revoked' && (revoked.safeParse(event).data?.tokens.bot ?? []).length === 0) {
    return undefined;
  }
  // Whole seconds: the last millisecond of that second, or an installation of the same second would outlive it.
  return { teamId, reason: `slack.${event.type}`, happenedAt: new Date(seconds * 1000 + 999) };
}
