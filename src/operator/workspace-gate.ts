import type { Logger } from 'pino';
import { ANSWER_CHOICES } from '../domain/cases/answers.ts';
import { ANSWER_AGAIN_ACTION, answerAction } from '../reports/answer.ts';
import { DISPUTE_ACTION, DONE_ACTION } from '../reports/done.ts';
import { ANSWER_FORM } from './answer/answer-view.ts';
import type { AckPayload, BoltBody, Dispatch } from './dispatch.ts';
import { DISPUTE_FORM } from './disputes/dispute-view.ts';
import { isOwn, type OwnWorkspace } from './own-workspace.ts';
import { plainSection } from './plain-message.ts';

/**
 * What readers of a report may do in whatever workspace they read it: the `action_id`s of its buttons and the
 * `callback_id`s of the forms behind them. Everything else is for the agency's own people. Whoever adds to it proves
 * by the delivery's receipt, as `press-done.ts` and `press-answer.ts` do, that the press belongs where it was made (P9).
 */
export const OPEN_TO_READERS: OpenToReaders = {
  actions: new Set([DONE_ACTION, DISPUTE_ACTION, ...ANSWER_CHOICES.map(answerAction), ANSWER_AGAIN_ACTION]),
  views: new Set([ANSWER_FORM, DISPUTE_FORM]),
};

export interface OpenToReaders {
  readonly actions: ReadonlySet<string>;
  readonly views: ReadonlySet<string>;
}

/** Added to the deadline of an answer, still within the 3 s that Slack waits. */
const WAIT_MS = 250;
const NOT_HERE = 'この操作は、電話代行会社のワークスペースでだけ使えます。';

/**
 * P9: ids of operators and supervisors mean people of the agency's own workspace, and an id is unique within its
 * workspace only. A request that names any other workspace, its own or its user's, therefore reaches nothing but
 * what readers of reports may do. So does every request while Slack has not said which workspace is ours, once the
 * app may be in others; an app that cannot be (`distributed` false) is in ours alone.
 */
export function createWorkspaceGate(deps: {
  readonly own: OwnWorkspace;
  /** Whether the app may be installed in other workspaces. */
  readonly distributed: boolean;
  readonly open: OpenToReaders;
  /** What the person is told when it is not known whether the request is ours: nothing typed may be lost. */
  readonly unknown: (body: BoltBody) => AckPayload;
  readonly log: Logger;
}): (dispatch: Dispatch) => Dispatch {
  return (dispatch) => async (body, retryNum) => {
    if (isOpen(body, deps.open)) return await dispatch(body, retryNum);
    const own = await deps.own(WAIT_MS);
    const request = 'type' in body ? body.type : 'command';
    if (own === undefined && deps.distributed) {
      deps.log.warn({ request }, 'refused: not known whether it is from our own workspace');
      return { type: 'acknowledged', payload: deps.unknown(body) };
    }
    if (own === undefined || isOwn(own, workspacesOf(body))) return await dispatch(body, retryNum);
    deps.log.warn({ request }, 'refused: from another workspace');
    return { type: 'acknowledged', payload: refusalFor(body) };
  };
}

function isOpen(body: BoltBody, open: OpenToReaders): boolean {
  if (!('type' in body)) return false;
  switch (body.type) {
    case 'block_actions':
      return body.actions.every(({ action_id: id }) => open.actions.has(id));
    case 'view_submission':
    case 'view_closed':
      return open.views.has(body.view.callback_id);
    case 'block_suggestion':
    case 'shortcut':
    case 'message_action':
    case 'event_callback':
      return false;
    default:
      return body satisfies never;
  }
}

/** Every workspace a request names: where it was made, whose user made it, where its form was opened. */
function workspacesOf(body: BoltBody): readonly string[] {
  if (!('type' in body)) return [body.team_id];
  if (body.type === 'event_callback') return named([body.authorizations?.[0]?.team_id ?? body.team_id]);
  const view = 'view' in body ? body.view : undefined;
  return named([body.team?.id, body.user.team_id, view?.app_installed_team_id]);
}

function named(ids: readonly unknown[]): readonly string[] {
  return ids.filter((id) => typeof id === 'string');
}

function refusalFor(body: BoltBody): AckPayload {
  if (!('type' in body)) {
    return { response_type: 'ephemeral', text: NOT_HERE, blocks: [plainSection(NOT_HERE)] };
  }
  switch (body.type) {
    case 'view_submission':
      return { response_action: 'clear' };
    case 'block_suggestion':
      return { options: [] };
    case 'block_actions':
    case 'view_closed':
    case 'shortcut':
    case 'message_action':
    case 'event_callback':
      return undefined;
    default:
      return body satisfies never;
  }
}
