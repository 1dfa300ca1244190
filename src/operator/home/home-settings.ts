/** Times of the App Home, all in milliseconds. */
export interface HomeSettings {
  /** How often it is looked whether something on an open home has changed. */
  readonly homeTickMs: number;
  /** How long a home is kept up to date after it was opened or used: Slack does not tell when it is left. */
  readonly homeWatchedMs: number;
  /** At most one update by itself in this time, for operators and for supervisors, who see everybody's entries. */
  readonly homeGapMs: number;
  readonly homeSupervisorGapMs: number;
  /** The same for what its person asks for. */
  readonly homeAskedGapMs: number;
  /** How long one process may take to publish a home before another may. Above `slackTimeoutMs`. */
  readonly homeLeaseMs: number;
  /** How long a home rests that Slack refused for a reason that does not pass by itself. */
  readonly homeRestMs: number;
}

export const DEFAULT_HOME_SETTINGS: HomeSettings = {
  homeTickMs: 2000,
  homeWatchedMs: 1_800_000,
  homeGapMs: 3000,
  homeSupervisorGapMs: 10_000,
  homeAskedGapMs: 1000,
  homeLeaseMs: 15_000,
  homeRestMs: 30_000,
};
