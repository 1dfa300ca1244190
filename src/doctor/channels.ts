import type { Channels } from '../channels/channel.ts';
import { type ConfigInspection, missingChannelSettings } from '../config.ts';
import { CHANNEL_NAMES, type ChannelName } from '../domain/outcome.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const TIMEOUT_MS = 15_000;

const TITLES: Readonly<Record<ChannelName, string>> = {
  slack: 'Slack',
  chatwork: 'Chatwork',
  email: 'Mail relay',
};

const SETTINGS_OF: Readonly<Record<ChannelName, RegExp>> = {
  slack: /^SLACK_/,
  chatwork: /^CHATWORK_/,
  email: /^(SMTP_URL|MAIL_FROM|ALERT_MAIL_TO)$/,
};

/** Asks each configured far side whether our credential works; sends nothing. */
export async function checkCredentials(channels: Channels): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    CHANNEL_NAMES.map(async (name) => {
      const channel = channels[name];
      if (!channel) return undefined;
      const check = await channel.checkCredential(AbortSignal.timeout(TIMEOUT_MS));
      if (check.ok) return ok(TITLES[name], check.detail);
      const said = check.reason.said ? `: ${check.reason.said}` : '';
      return fail(TITLES[name], `${check.reason.code}${said}`, check.advice);
    }),
  );
  return findings.filter((finding) => finding !== undefined);
}

/** Channels that clients' destinations use and no settings are there for. */
export function checkUsedChannels(
  config: ConfigInspection,
  destinations: Readonly<Partial<Record<ChannelName, number>>>,
): readonly Finding[] {
  // Malformed settings of a channel are told already, by name.
  const told = config.problems.map((problem) => problem.name);
  const used = CHANNEL_NAMES.filter(
    (name) => (destinations[name] ?? 0) > 0 && !told.some((setting) => SETTINGS_OF[name].test(setting)),
  );
  return missingChannelSettings(config, used).map((problem) =>
    fail(problem.name, problem.message, `Set it, for example ${problem.example}`),
  );
}

/** How clients' replies in Chatwork come in; nothing while nobody has anything to answer there. */
export function checkChatworkReplies(
  chatwork: ConfigInspection['chatwork'],
  openCases: number,
): readonly Finding[] {
  if (openCases === 0) return [];
  const subject = 'Chatwork replies';
  const cases = `${openCases} open case(s) of clients with a Chatwork room`;
  if (chatwork === undefined) {
    return [
      warn(
        subject,
        `${cases}, and nothing reads what they reply`,
        'Set CHATWORK_API_TOKEN; see docs/setup.md, Chatwork.',
      ),
    ];
  }
  return [
    ok(
      subject,
      chatwork.webhookToken === undefined
        ? `${cases}; replies are looked for once a minute (no CHATWORK_WEBHOOK_TOKEN)`
        : `${cases}; replies come by the webhook, and are looked for once a minute`,
    ),
  ];
}
