import { App } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Reviews } from '../delivery/review/reviews.ts';
import type { TellChange } from '../delivery/tell-change.ts';
import type { EvidenceLinks } from '../domain/evidence-link.ts';
import type { Clock, NewId } from '../domain/ports.ts';
import type { WorkspaceTokens } from '../domain/workspace-token.ts';
import type { Cases } from '../followup/cases/cases.ts';
import { createOperatorNotes } from '../followup/cases/operator-notes.ts';
import type { Disputes } from '../followup/disputes/disputes.ts';
import { createCallChanges } from '../intake/call-changes.ts';
import { createOtherClients } from '../intake/other-clients.ts';
import type { Recorder } from '../intake/record.ts';
import type { RateLimits } from '../storage/rate-limits.ts';
import type { Schema } from '../storage/schema.ts';
import { createAllowList } from './allow-list.ts';
import { listenForAnswers, notAnswered } from './answer/answer-listeners.ts';
import { ANSWER_FORM } from './answer/answer-view.ts';
import { createBoltLogger } from './bolt-logger.ts';
import { caseNotChanged, listenForCases } from './cases/card-listeners.ts';
import { CASE_FORM } from './cases/card-views.ts';
import { BURDEN_FORM } from './cases/hardship.ts';
import { listenForHardship, notKept } from './cases/hardship-listeners.ts';
import { listenForOwnMoves, OWN_MOVE_FORM, ownCallNotMoved } from './cases/move-own-call.ts';
import { createChangeForm, notChanged } from './change/change-form.ts';
import { listenForChanges } from './change/change-listeners.ts';
import { CHANGE_FORM } from './change/change-view.ts';
import { listenForDecisions } from './decisions.ts';
import { type AckPayload, type BoltBody, createDispatch } from './dispatch.ts';
import { notKept as disputeNotKept, listenForDisputeDecisions } from './disputes/decide-listeners.ts';
import { listenForDisputes, notAsked } from './disputes/dispute-listeners.ts';
import { DISPUTE_FORM, KEEP_FORM } from './disputes/dispute-view.ts';
import { listenForDone } from './done.ts';
import { ENTRY_FORM } from './entry-modal/block-ids.ts';
import { createEntryForm, notRecorded } from './entry-modal/entry-form.ts';
import { createHome, type Home } from './home/home.ts';
import { listenForHome } from './home/home-listeners.ts';
import { createInHand } from './in-hand.ts';
import { createAuthorize, createClientIn, createTokenIn } from './installed-in.ts';
import { formNotOpenedAnswer, notRecordedAnswer } from './line/line-answer.ts';
import { createLineEntry } from './line/line-entry.ts';
import { parseLine } from './line/parse-line.ts';
import { attemptOf, listen } from './listeners.ts';
import { createOperatorNames } from './operator-name.ts';
import { createOwnWorkspace, type OwnWorkspace } from './own-workspace.ts';
import { createRequestHandler, type HandleSlackRequest, idleReceiver } from './receiver.ts';
import { createResponseUrl } from './response-url.ts';
import { listenForReviews } from './review/review-listeners.ts';
import { RETURN_FORM } from './review/review-view.ts';
import { createShowReview } from './review/show-review.ts';
import { DEFAULT_OPERATOR_SETTINGS, type OperatorSettings } from './settings.ts';
import { listenForShortcuts } from './shortcuts.ts';
import { createWebClient, webClientOptions } from './slack-client.ts';
import { createSocketMode } from './socket-mode.ts';
import { listenForRuns } from './statements/run-listeners.ts';
import { createWorkspaceEvents, type WorkspaceGone } from './workspace-events.ts';
import { createWorkspaceGate, OPEN_TO_READERS } from './workspace-gate.ts';

/** What this face needs of the Slack settings. */
export interface OperatorSlack {
  /** Needed for HTTP; without it every request over HTTP is refused. */
  readonly signingSecret?: string;
  readonly botToken: string;
  /** Given: Socket Mode. */
  readonly appToken?: string;
  /** Base of the Web API, ending with a slash. */
  readonly apiUrl: string;
  /** With its slash, such as `/juden`. */
  readonly command: string;
  /** User ids and user group ids. */
  readonly operators: readonly string[];
  readonly supervisors: readonly string[];
  /** Given: the app may be installed in clients' own workspaces. */
  readonly clientId?: string;
}

export interface OperatorApp {
  /** `POST /slack/events`: answers within the deadline, never throws. */
  readonly handleSlackRequest: HandleSlackRequest;
  /** Present when an app token is set; resolves after the first attempt to connect, and keeps trying. */
  readonly startSocketMode?: () => Promise<void>;
  /** The agency's own workspace, once Slack has said which it is. */
  readonly ownWorkspace: OwnWorkspace;
  /** The App Homes; they follow what happens once their loop is started. */
  readonly home: Pick<Home, 'loop' | 'refresh'>;
  /** By the list that is in force now, as on every press of theirs (P9). */
  isSupervisor(userId: string): Promise<boolean>;
  /** Disconnects and waits, bounded, for what is in hand. */
  stop(): Promise<void>;
}

/** The Slack app operators enter calls with. Nothing happens before the first request or `startSocketMode`. */
export function createOperatorApp(deps: {
  readonly slack: OperatorSlack;
  readonly db: Kysely<Schema>;
  readonly recorder: Recorder;
  readonly tellChange: TellChange;
  readonly reviews: Reviews;
  readonly cases: Cases;
  readonly disputes: Disputes;
  readonly clock: Clock;
  readonly newId: NewId;
  /** Called when a decision made something due. A hint. */
  readonly wake: () => void;
  /** Clients' own workspaces; without it there are none. */
  readonly workspaces?: { readonly tokens: WorkspaceTokens; readonly gone: WorkspaceGone };
  /** What all processes may ask of Slack together. */
  readonly limits: RateLimits;
  /** Lead supervisors to a case's evidence; without them the card names the command. */
  readonly evidenceLinks?: Pick<EvidenceLinks, 'url'>;
  readonly log: Logger;
  readonly settings?: Partial<OperatorSettings>;
  /** For answers through Slack's response URLs; the global one unless given. */
  readonly fetch?: typeof fetch;
}): OperatorApp {
  const { slack, clock, log } = deps;
  const settings: OperatorSettings = { ...DEFAULT_OPERATOR_SETTINGS, ...deps.settings };
  const boltLogger = createBoltLogger(log);
  const clientOptions = () =>
    webClientOptions({ apiUrl: slack.apiUrl, timeoutMs: settings.slackTimeoutMs, logger: boltLogger });
  const web = createWebClient(slack.botToken, clientOptions());

  const ownWorkspace = createOwnWorkspace({ slack: web, clock, log, settings });
  const tokenIn = createTokenIn(deps.workspaces?.tokens);

  const bolt = new App({
    receiver: idleReceiver(),
    // `authorize`, not `token`: clients' workspaces have tokens of their own.
    authorize: createAuthorize({ botToken: slack.botToken, own: ownWorkspace, tokenIn }),
    logger: boltLogger,
    clientOptions: clientOptions(),
    ignoreSelf: false,
    convoStore: false,
    attachFunctionToken: false,
  });
  // Rethrown, so that the dispatcher sees what Bolt could not read; Bolt's own handler logs payloads.
  bolt.error(async (error) => {
    throw error;
  });

  const inHand = createInHand();
  const names = createOperatorNames({ slack: web, clock, log, settings });
  const allowList = createAllowList({
    entries: [...slack.operators, ...slack.supervisors],
    slack: web,
    clock,
    log,
    settings,
  });
  const otherClients = createOtherClients({ db: deps.db, clock, ttlMs: settings.clientNamesTtlMs });
  const { cases } = deps;
  const entry = {
    db: deps.db,
    recorder: deps.recorder,
    names,
    allowList,
    otherClients,
    cases,
    log,
    settings,
  };
  const form = createEntryForm({ ...entry, clock });
  const responseUrl = createResponseUrl({
    fetch: deps.fetch ?? fetch,
    timeoutMs: settings.slackTimeoutMs,
    log,
  });
  const line = createLineEntry({ ...entry, form, responseUrl, commandName: slack.command });
  listen(bolt, { command: slack.command, allowList, form, line, inHand, clock, log, settings });

  listenForShortcuts(bolt, { allowList, form, inHand, log, settings });

  const supervisors = createAllowList({ entries: slack.supervisors, slack: web, clock, log, settings });
  const changes = createCallChanges(deps);
  const showReview = createShowReview({ db: deps.db, log });
  const home = createHome({
    ...deps,
    settings,
    slack: web,
    allowList,
    supervisors,
    supervisorIds: slack.supervisors,
  });
  listenForDecisions(bolt, { ...deps, supervisors, responseUrl, home });
  const changeForm = createChangeForm({ ...entry, changes, supervisors, clock });
  listenForHome(bolt, { ...deps, publisher: home.publisher, changeForm, entryForm: form, inHand });
  listenForChanges(bolt, {
    form: changeForm,
    responseUrl,
    showReview,
    inHand,
    log,
  });
  listenForReviews(bolt, { ...deps, changes, names, supervisors, responseUrl, showReview, inHand, settings });

  listenForHardship(bolt, { ...entry, notes: createOperatorNotes(deps), responseUrl, inHand });
  listenForOwnMoves(bolt, { ...entry, cases: deps.cases, responseUrl, inHand, wake: deps.wake });
  listenForCases(bolt, {
    ...entry,
    changes,
    supervisors,
    responseUrl,
    inHand,
    wake: deps.wake,
    ...(deps.evidenceLinks && {
      evidenceUrl: (caseId, userId) => deps.evidenceLinks?.url({ caseId, userId, now: clock() }),
    }),
  });
  listenForRuns(bolt, { ...deps, supervisors, responseUrl, inHand });

  const { disputes } = deps;
  listenForDisputeDecisions(bolt, {
    ...entry,
    disputes,
    changes,
    changeForm,
    supervisors,
    responseUrl,
    inHand,
  });

  const clientIn = createClientIn({ own: web, tokenIn, options: clientOptions });
  listenForDone(bolt, { ...deps, clientIn, responseUrl, inHand });
  listenForAnswers(bolt, { ...deps, clientIn, responseUrl, inHand, settings });
  listenForDisputes(bolt, { ...entry, disputes, responseUrl, inHand });

  const late = (body: BoltBody) => lateAnswer(slack.command, body, clock());
  const gated = createWorkspaceGate({
    own: ownWorkspace,
    distributed: slack.clientId !== undefined,
    open: OPEN_TO_READERS,
    unknown: late,
    log,
  });
  const heard = createWorkspaceEvents({ gone: deps.workspaces?.gone ?? (async () => undefined), log });
  const dispatch = heard(gated(createDispatch({ bolt, log, deadlineMs: settings.answerDeadlineMs, late })));
  const socketMode =
    slack.appToken === undefined
      ? undefined
      : createSocketMode({
          appToken: slack.appToken,
          bolt,
          dispatch,
          boltLogger,
          clientOptions: clientOptions(),
          log,
          settings,
        });

  return {
    handleSlackRequest: createRequestHandler({
      signingSecret: slack.signingSecret,
      dispatch,
      clock,
      log,
      settings,
    }),
    ...(socketMode && { startSocketMode: () => socketMode.start() }),
    ownWorkspace,
    home,
    isSupervisor: (userId) => supervisors.allows(userId),
    stop: async () => {
      await socketMode?.stop();
      await Promise.all([home.loop.stop(), inHand.idle(settings.stopTimeoutMs)]);
    },
  };
}

/** What a person is told when even the time limits within did not lead to an answer in time. */
function lateAnswer(commandName: string, body: BoltBody, now: Date): AckPayload {
  if (!('type' in body)) {
    const attempt = attemptOf(body, now);
    const mayRecord = parseLine(body.text).type === 'words';
    return mayRecord
      ? notRecordedAnswer(commandName, attempt, 'late')
      : formNotOpenedAnswer(commandName, attempt);
  }
  switch (body.type) {
    case 'view_submission':
      if (body.view.callback_id === ENTRY_FORM) return { ...notRecorded() };
      if (body.view.callback_id === ANSWER_FORM) return { ...notAnswered() };
      if (body.view.callback_id === DISPUTE_FORM) return { ...notAsked() };
      if (body.view.callback_id === KEEP_FORM) return { ...disputeNotKept() };
      // An empty answer would close the form as if it were done.
      if ([...Object.values(CHANGE_FORM), RETURN_FORM].includes(body.view.callback_id))
        return { ...notChanged() };
      if (Object.values(CASE_FORM).includes(body.view.callback_id)) return { ...caseNotChanged() };
      if (body.view.callback_id === OWN_MOVE_FORM) return { ...ownCallNotMoved() };
      return body.view.callback_id === BURDEN_FORM ? { ...notKept() } : undefined;
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
