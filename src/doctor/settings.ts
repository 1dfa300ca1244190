import { isUserGroup } from '../channels/address.ts';
import type { ConfigInspection } from '../config.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** Every missing or malformed setting, and what would work but is unwise. */
export function checkSettings(config: ConfigInspection): readonly Finding[] {
  const wrong = config.problems.map((problem) =>
    fail(
      problem.name,
      problem.message,
      `Set it in .env or in the environment, for example ${problem.example}`,
    ),
  );
  const findings = wrong.length > 0 ? wrong : [ok('Settings', 'everything required is set and well-formed')];
  return [...findings, ...checkStaff(config)];
}

function checkStaff({ slack, email }: ConfigInspection): readonly Finding[] {
  if (!slack) return [];
  const reachable = slack.supervisors.some((id) => !isUserGroup(id));
  const told = slack.supervisorChannel !== undefined || reachable;
  const mailed = (email?.alertTo.length ?? 0) > 0;
  if (told && mailed) return [];
  if (told) {
    return [
      warn(
        'ALERT_MAIL_TO',
        'not set: nobody is told of failures while Slack itself is down',
        'Set SMTP_URL, MAIL_FROM and ALERT_MAIL_TO.',
      ),
    ];
  }
  const why =
    slack.supervisors.length > 0
      ? 'not set, and SLACK_SUPERVISORS names only user groups, to which Slack posts nothing'
      : 'neither it nor SLACK_SUPERVISORS is set';
  return [
    warn(
      'SLACK_SUPERVISOR_CHANNEL',
      `${why}: ${mailed ? 'in Slack nobody is told' : 'nobody is told, in Slack or by mail,'} when a report fails`,
      'Set SLACK_SUPERVISOR_CHANNEL to the id of a channel your supervisors read, and invite the bot to it.',
    ),
  ];
}
