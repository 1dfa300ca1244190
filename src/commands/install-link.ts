import { z } from 'zod';
import type { Config } from '../config.ts';
import { formatCallTime } from '../domain/calendar.ts';
import { createInstallLinks, type InstallLinks } from '../domain/install-link.ts';
import { issueInstallLink } from '../workspaces/install-links.ts';
import { defineCommand, EXIT } from './command.ts';

/** Undefined while the app has no id by which others could install it. */
export function installLinksOf(config: Config): InstallLinks | undefined {
  return config.slack.clientId === undefined ? undefined : createInstallLinks(config);
}

/** `clients install-link`: the one way to connect a client's own Slack workspace to it (P9). */
export const installLinkCommand = defineCommand({
  name: 'clients install-link',
  input: z.strictObject({ clientCode: z.string().min(1).max(80) }),
  async run(context, { clientCode }) {
    const { installLinks, clock, newId, actor } = context;
    if (installLinks === undefined) {
      context.err(
        'Links for connecting workspaces need PUBLIC_URL, LINK_SECRET, SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and the other Slack settings: see docs/slack-app.md.\n',
      );
      return EXIT.failed;
    }
    const issued = await issueInstallLink(context.database.db, { clientCode, actor, clock, newId });
    switch (issued.type) {
      case 'no_client':
        context.err(`There is no client with the code ${clientCode}. Import it first.\n`);
        return EXIT.failed;
      case 'ended':
        context.err(`The client ${clientCode} has ended.\n`);
        return EXIT.failed;
      case 'issued':
        context.out(`${installLinks.url(issued)}\n`);
        context.err(
          `For ${issued.clientName} only, once, until ${formatCallTime(issued.expiresAt)} (Japan). Earlier links of this client no longer work.\n`,
        );
        return EXIT.done;
      default:
        return issued satisfies never;
    }
  },
});
