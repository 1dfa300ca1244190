/**
 * What the pretend services allow, with the real services' figures as defaults; tests scale them. `Infinity`
 * switches a limit off. All times in ms.
 */
export interface Limits {
  /** Chatwork: requests a token has in one window. Official: 300 in 5 minutes. */
  readonly chatworkRequests: number;
  readonly chatworkWindowMs: number;
  /** Chatwork: messages and tasks together a room takes in one window. Official: 10 in 10 s. */
  readonly roomPosts: number;
  readonly roomWindowMs: number;
  /** Slack: a channel takes about one message a second; how large a burst it forgives is not documented. */
  readonly slackChannelIntervalMs: number;
  readonly slackChannelBurst: number;
  /** Slack: an app outside the Marketplace reads the messages of another's workspace once in so long. Official: 1 min. */
  readonly slackForeignReadMs: number;
  /** Slack: homes published in a workspace in one window. Official: tier 4, 100 and more a minute. */
  readonly slackPublishes: number;
  readonly slackPublishWindowMs: number;
  /** Slack: how long it waits for the answer to a command or an interaction. */
  readonly ackMs: number;
  /** Slack: how long a trigger id opens a view. */
  readonly triggerMs: number;
  /** Slack: how often and how long a response URL works. Official: 5 times in 30 minutes. */
  readonly responseUrlUses: number;
  readonly responseUrlMs: number;
  /** Mail: the largest message the relay takes, bytes. */
  readonly mailBytes: number;
  /** How many arrived messages are remembered before the oldest are dropped, all channels together. */
  readonly kept: number;
}

export const OFFICIAL_LIMITS: Limits = {
  chatworkRequests: 300,
  chatworkWindowMs: 5 * 60_000,
  roomPosts: 10,
  roomWindowMs: 10_000,
  slackChannelIntervalMs: 1_000,
  slackChannelBurst: 50,
  slackForeignReadMs: 60_000,
  slackPublishes: 100,
  slackPublishWindowMs: 60_000,
  ackMs: 3_000,
  triggerMs: 3_000,
  responseUrlUses: 5,
  responseUrlMs: 30 * 60_000,
  mailBytes: 25 * 1024 * 1024,
  kept: 100_000,
};
