import { z } from 'zod';
import { isUserGroup } from '../channels/address.ts';
import type { SlackConfig } from '../config.ts';
import type { Clock } from '../domain/ports.ts';
import { codeOf, type Finding, fail, ok, warn } from './finding.ts';

/** Slack requests older or newer than five minutes are refused, here and by Slack's own rules. */
const SKEW_REFUSED_MS = 300_000;
const SKEW_FAIL_MS = 240_000;
const SKEW_WARN_MS = 30_000;
const TIMEOUT_MS = 10_000;

type Fetch = typeof fetch;
type SlackDeps = { readonly fetch: Fetch; readonly clock: Clock };

const answerForm = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
const channelForm = z.looseObject({
  channel: z.looseObject({ is_member: z.boolean().optional(), is_archived: z.boolean().optional() }),
});

type SlackAnswer =
  | { readonly type: 'answer'; readonly body: z.infer<typeof answerForm>; readonly skewMs: number | null }
  | { readonly type: 'none'; readonly detail: string };

/** What the bot token alone does not tell: the clocks, the supervisors' channel, the operators' user groups. */
export async function checkSlackSurroundings(
  slack: SlackConfig,
  deps: SlackDeps,
): Promise<readonly Finding[]> {
  const [clock, channel, groups] = await Promise.all([
    checkClock(slack, deps),
    checkSupervisorChannel(slack, deps),
    checkUserGroups(slack, deps),
  ]);
  return [clock, ...channel, ...groups].filter((finding) => finding !== undefined);
}

async function checkClock(slack: SlackConfig, deps: SlackDeps): Promise<Finding | undefined> {
  const answer = await ask(slack, 'auth.test', {}, deps);
  // An unreachable Slack is told by the check of the token.
  if (answer.type === 'none' || answer.skewMs === null) return undefined;
  const seconds = Math.round(answer.skewMs / 1000);
  const seen = `this machine's clock is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} Slack's`;
  const advice = 'Switch on time synchronisation (NTP) on this machine.';
  if (Math.abs(answer.skewMs) >= SKEW_FAIL_MS) {
    return fail(
      'Clock',
      `${seen}; from ${SKEW_REFUSED_MS / 1000} s on every request of Slack is refused`,
      advice,
    );
  }
  if (Math.abs(answer.skewMs) >= SKEW_WARN_MS) return warn('Clock', seen, advice);
  return ok('Clock', "agrees with Slack's");
}

async function checkSupervisorChannel(slack: SlackConfig, deps: SlackDeps): Promise<readonly Finding[]> {
  const id = slack.supervisorChannel;
  if (id === undefined) return [];
  const subject = "Supervisors' channel";
  const answer = await ask(slack, 'conversations.info', { channel: id }, deps);
  if (answer.type === 'none') return [fail(subject, `could not be asked for: ${answer.detail}`, UNREACHABLE)];
  if (!answer.body.ok) {
    return [fail(subject, `${id}: ${answer.body.error ?? 'refused'}`, CHANNEL_ADVICE)];
  }
  const { channel } = channelForm.catch({ channel: {} }).parse(answer.body);
  if (channel.is_archived)
    return [fail(subject, `${id} is archived`, 'Unarchive it, or set another channel.')];
  if (channel.is_member === false) {
    return [
      fail(subject, `the bot is not a member of ${id}`, 'Invite it there: /invite @ and the name of the bot'),
    ];
  }
  return [ok(subject, `${id} can be reached`)];
}

async function checkUserGroups(slack: SlackConfig, deps: SlackDeps): Promise<readonly Finding[]> {
  const groups = [...new Set([...slack.operators, ...slack.supervisors])].filter(isUserGroup);
  const findings = await Promise.all(
    groups.map(async (id) => {
      const answer = await ask(slack, 'usergroups.users.list', { usergroup: id }, deps);
      const subject = 'User group';
      if (answer.type === 'none')
        return fail(subject, `${id} could not be asked for: ${answer.detail}`, UNREACHABLE);
      if (!answer.body.ok) {
        return fail(
          subject,
          `${id}: ${answer.body.error ?? 'refused'}`,
          'Check the id in SLACK_OPERATORS and SLACK_SUPERVISORS, and that the app has the scope usergroups:read.',
        );
      }
      const members = z.looseObject({ users: z.array(z.string()) }).safeParse(answer.body);
      const count = members.success ? members.data.users.length : 0;
      return count > 0
        ? ok(subject, `${id} has ${count} member(s)`)
        : warn(subject, `${id} has no members`, 'Add the operators to the user group in Slack.');
    }),
  );
  return findings;
}

const UNREACHABLE = 'Check the connection to Slack and SLACK_API_URL.';
const CHANNEL_ADVICE =
  'Check SLACK_SUPERVISOR_CHANNEL (an id, not a name), invite the bot to the channel, and see that the app has channels:read and groups:read.';

/** One call of the Web API; never throws for what Slack or the network does. */
async function ask(
  slack: SlackConfig,
  method: string,
  parameters: Readonly<Record<string, string>>,
  deps: SlackDeps,
): Promise<SlackAnswer> {
  try {
    const before = deps.clock().getTime();
    const response = await deps.fetch(new URL(method, slack.apiUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.botToken}` },
      body: new URLSearchParams(parameters),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
    const middle = (before + deps.clock().getTime()) / 2;
    const far = Date.parse(response.headers.get('date') ?? '');
    const parsed = answerForm.safeParse(await response.json());
    if (!parsed.success) return { type: 'none', detail: `an unexpected answer (HTTP ${response.status})` };
    // The header has whole seconds: half a second is the best guess at the rest.
    return {
      type: 'answer',
      body: parsed.data,
      skewMs: Number.isNaN(far) ? null : middle - (far + 500),
    };
  } catch (thrown) {
    return { type: 'none', detail: codeOf(thrown) };
  }
}
