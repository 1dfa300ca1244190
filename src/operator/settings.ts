import { DEFAULT_HOME_SETTINGS, type HomeSettings } from './home/home-settings.ts';

/** Limits and times of the Slack face. Settings, so that tests scale them down instead of waiting. */
export interface OperatorSettings extends HomeSettings {
  /** A request body above this many bytes is refused unread. Slack's own are far smaller (a view is ≤ 250 kB). */
  readonly requestLimitBytes: number;
  /** How far a request's timestamp may be from our clock, both ways, in seconds (Slack's window is 5 min). */
  readonly timestampToleranceS: number;
  /** After this long Slack gets an answer whatever happens; Slack itself waits 3,000 ms. */
  readonly answerDeadlineMs: number;
  /** How long recording may take before the operator is told that it did not work, yet. */
  readonly recordTimeoutMs: number;
  /** Time limit of one call to Slack. */
  readonly slackTimeoutMs: number;
  /** How long the members of a user group are believed. */
  readonly groupTtlMs: number;
  /** How long an operator's name is believed. */
  readonly nameTtlMs: number;
  /** How long clients' names are believed when an entry is looked through for them. */
  readonly clientNamesTtlMs: number;
  /** How long an entry waits for the operator's name before it takes the account's. */
  readonly nameTimeoutMs: number;
  /** How long unfinished work may hold up a stop. */
  readonly stopTimeoutMs: number;
  /** First pause before Socket Mode connects again; doubles up to a minute. */
  readonly reconnectMs: number;
}

export const DEFAULT_OPERATOR_SETTINGS: OperatorSettings = {
  ...DEFAULT_HOME_SETTINGS,
  requestLimitBytes: 900_000,
  timestampToleranceS: 300,
  answerDeadlineMs: 2700,
  recordTimeoutMs: 2000,
  slackTimeoutMs: 2000,
  groupTtlMs: 60_000,
  nameTtlMs: 3_600_000,
  clientNamesTtlMs: 60_000,
  nameTimeoutMs: 400,
  stopTimeoutMs: 5000,
  reconnectMs: 1000,
};
