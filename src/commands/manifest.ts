import { webAddress } from '../config/values.ts';
import { inspectConfig } from '../config.ts';
import { slackManifest } from '../operator/manifest.ts';
import { EXIT } from './command.ts';
import { settingProblemsText } from './setting-problems.ts';
import type { Terminal } from './terminal.ts';

/**
 * `slack manifest`: the Slack app for this installation, to be pasted at api.slack.com/apps. It works before
 * there are any credentials, because those come from the app made of it.
 */
export function printManifest(
  terminal: Terminal,
  o: { readonly url?: string | undefined; readonly socketMode: boolean },
): number {
  const config = inspectConfig(terminal.env);
  const socketMode = o.socketMode || config.socketMode;
  // A command Slack would refuse must not silently become another one.
  const malformed = config.problems.filter(({ name }) => name === 'SLACK_COMMAND');
  if (malformed.length > 0) {
    terminal.err(settingProblemsText(malformed));
    return EXIT.failed;
  }
  const given = o.url === undefined ? undefined : webAddress.safeParse(o.url);
  if (given && !given.success) {
    terminal.err(`--url ${given.error.issues[0]?.message ?? 'is not accepted'}\n`);
    return EXIT.wrongUse;
  }
  const publicUrl = given?.data ?? config.publicUrl;
  if (!socketMode && publicUrl === undefined) {
    terminal.err(
      'Slack must know where to send requests: set PUBLIC_URL or give --url https://…, or use --socket-mode.\n',
    );
    return EXIT.failed;
  }
  const { slackCommand: command, otherWorkspaces } = config;
  if (otherWorkspaces && publicUrl === undefined) {
    terminal.err(
      'SLACK_CLIENT_ID is set, so clients install the app themselves and come back to this server: set PUBLIC_URL or give --url https://….\n',
    );
    return EXIT.failed;
  }
  const manifest = slackManifest({ command, publicUrl: publicUrl ?? '', socketMode, otherWorkspaces });
  terminal.out(`${JSON.stringify(manifest, null, 2)}\n`);
  return EXIT.done;
}
