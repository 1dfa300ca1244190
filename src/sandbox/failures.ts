import { z } from 'zod';

/**
 * The ways a pretend service can fail, and for which requests. `accept` says whether the message is kept all the
 * same: the far side took it, and only the answer was lost. It defaults to what the failure usually means.
 */
const accept = z.boolean().optional();

const httpFailure = z.discriminatedUnion('how', [
  /** Any status with any body. Not accepted unless `accept`. */
  z.strictObject({
    how: z.literal('status'),
    status: z.number().int().min(200).max(599),
    body: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    accept,
  }),
  /** The connection is reset (RST) instead of an answer. */
  z.strictObject({ how: z.literal('reset'), accept }),
  /** The connection is closed (FIN) instead of an answer. */
  z.strictObject({ how: z.literal('close'), accept }),
  /** No answer at all; the connection stays open. */
  z.strictObject({ how: z.literal('hang'), accept }),
  /** Half of the real answer, then the connection is cut. Accepted unless `accept: false`. */
  z.strictObject({ how: z.literal('truncated'), accept }),
  /** 200 with a page instead of JSON, as proxies send it. Accepted unless `accept: false`. */
  z.strictObject({ how: z.literal('html'), accept }),
  /** The real answer byte by byte. Accepted unless `accept: false`. */
  z.strictObject({ how: z.literal('drip'), everyMs: z.number().positive(), accept }),
  /** The real answer, late. */
  z.strictObject({ how: z.literal('delay'), ms: z.number().positive() }),
]);
export type HttpFailure = z.infer<typeof httpFailure>;

const chatworkFailure = z.discriminatedUnion('how', [
  ...httpFailure.options,
  /** 429 with the per-room sentence. */
  z.strictObject({ how: z.literal('room_limit') }),
  /** 429 of the token's window, with its `x-ratelimit-*` headers. */
  z.strictObject({ how: z.literal('token_limit') }),
  z.strictObject({ how: z.literal('invalid_token') }),
  z.strictObject({ how: z.literal('no_permission') }),
]);
export type ChatworkFailure = z.infer<typeof chatworkFailure>;

const slackFailure = z.discriminatedUnion('how', [
  ...httpFailure.options,
  /** 200 with `ok: false` and this error; `fatal_error` and `internal_error` may come with `accept: true`. */
  z.strictObject({ how: z.literal('error'), error: z.string(), accept }),
  /** 429; `retryAfter` in seconds, null for an answer without the header. */
  z.strictObject({ how: z.literal('rate_limited'), retryAfter: z.number().int().nonnegative().nullable() }),
]);
export type SlackFailure = z.infer<typeof slackFailure>;

/** Where in an SMTP conversation: `end` is the answer to the final dot. */
export const SMTP_PHASES = ['connect', 'auth', 'mail', 'rcpt', 'data', 'end'] as const;
const phase = z.enum(SMTP_PHASES);
export type SmtpPhase = z.infer<typeof phase>;

const emailFailure = z.discriminatedUnion('how', [
  /** A reply such as 550 「5.1.1 User unknown」. After the dot nothing is kept unless `accept`. */
  z.strictObject({
    how: z.literal('reply'),
    phase,
    code: z.number().int().min(400).max(599),
    message: z.string(),
    accept,
  }),
  /** The connection is closed; after the dot the message is kept unless `accept: false`. The same for the next two. */
  z.strictObject({ how: z.literal('close'), phase, accept }),
  z.strictObject({ how: z.literal('reset'), phase, accept }),
  z.strictObject({ how: z.literal('silence'), phase, accept }),
]);
export type EmailFailure = z.infer<typeof emailFailure>;

const times = z.union([z.number().int().positive(), z.literal('always')]).optional();

/**
 * Which requests fail, how, and how often (`times`, once by default). `target` is a room, channel or recipient;
 * without one every target fails. `operation` is a Slack method or a Chatwork operation (`post_message`,
 * `get_messages`, `me`, `room`, `rooms`, `members`, `post_task`, `get_tasks`), `*` for any; by default only
 * sending fails, so that a reconciler can still look.
 */
export const failureRule = z.discriminatedUnion('service', [
  z.strictObject({
    service: z.literal('chatwork'),
    operation: z.string().optional(),
    target: z.string().optional(),
    times,
    failure: chatworkFailure,
  }),
  z.strictObject({
    service: z.literal('slack'),
    operation: z.string().optional(),
    target: z.string().optional(),
    times,
    failure: slackFailure,
  }),
  z
    .strictObject({
      service: z.literal('email'),
      target: z.string().optional(),
      times,
      failure: emailFailure,
    })
    .refine((rule) => rule.target === undefined || ['rcpt', 'data', 'end'].includes(rule.failure.phase), {
      message: 'no recipient is known yet in this phase: leave out the target',
      path: ['target'],
    }),
]);
export type FailureRule = z.infer<typeof failureRule>;

/** A rule at work. */
export interface ActiveFailure {
  readonly id: number;
  readonly rule: FailureRule;
  /** How many requests it has failed so far. */
  hits(): number;
  /** Takes the rule back before it is used up. */
  cancel(): void;
}

/** The rules at work, oldest first; each request meets at most one. */
export function createFailurePlan() {
  let rules: { id: number; rule: FailureRule; left: number; hits: number }[] = [];
  let lastId = 0;

  function take(matches: (rule: FailureRule) => boolean): FailureRule | undefined {
    const found = rules.find((candidate) => matches(candidate.rule));
    if (found === undefined) return undefined;
    found.hits += 1;
    found.left -= 1;
    if (found.left <= 0) rules = rules.filter((candidate) => candidate !== found);
    return found.rule;
  }

  return {
    add(rule: FailureRule): ActiveFailure {
      lastId += 1;
      const entry = {
        id: lastId,
        rule,
        left: rule.times === 'always' ? Number.POSITIVE_INFINITY : (rule.times ?? 1),
        hits: 0,
      };
      rules.push(entry);
      return {
        id: entry.id,
        rule,
        hits: () => entry.hits,
        cancel() {
          rules = rules.filter((candidate) => candidate !== entry);
        },
      };
    },
    chatwork(operation: string, target: string | undefined): ChatworkFailure | undefined {
      const rule = take(
        (candidate) =>
          candidate.service === 'chatwork' &&
          fits(candidate.operation ?? 'post_message', operation) &&
          (candidate.target === undefined || candidate.target === target),
      );
      return rule?.service === 'chatwork' ? rule.failure : undefined;
    },
    slack(operation: string, target: string | undefined): SlackFailure | undefined {
      const rule = take(
        (candidate) =>
          candidate.service === 'slack' &&
          fits(candidate.operation ?? 'chat.postMessage', operation) &&
          (candidate.target === undefined || candidate.target === target),
      );
      return rule?.service === 'slack' ? rule.failure : undefined;
    },
    email(phase: SmtpPhase, recipient: string | undefined): EmailFailure | undefined {
      const rule = take(
        (candidate) =>
          candidate.service === 'email' &&
          candidate.failure.phase === phase &&
          (candidate.target === undefined || candidate.target.toLowerCase() === recipient?.toLowerCase()),
      );
      return rule?.service === 'email' ? rule.failure : undefined;
    },
    active(): readonly { id: number; rule: FailureRule; hits: number }[] {
      return rules.map(({ id, rule, hits }) => ({ id, rule, hits }));
    },
    cancel(id: number): boolean {
      const before = rules.length;
      rules = rules.filter((candidate) => candidate.id !== id);
      return rules.length < before;
    },
    clear(): void {
      rules = [];
    },
  };
}
export type FailurePlan = ReturnType<typeof createFailurePlan>;

function fits(wanted: string, operation: string): boolean {
  return wanted === '*' || wanted === operation;
}
