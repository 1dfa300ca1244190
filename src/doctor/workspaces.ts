import type { ConfigInspection } from '../config.ts';
import { keyIdOf } from '../workspaces/seal.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import type { StorageFacts } from './storage-facts.ts';

const SUBJECT = 'Clients’ workspaces';

/** Clients' own Slack workspaces: which can be sent to, which must be connected again, and why. */
export function checkWorkspaces(
  config: Pick<ConfigInspection, 'linkSecret'>,
  { workspaces }: Pick<StorageFacts, 'workspaces'>,
): readonly Finding[] {
  const { linkSecret } = config;
  // A missing LINK_SECRET is told by the check of the settings.
  const keyId = linkSecret === undefined ? undefined : keyIdOf(linkSecret);
  const connected = workspaces.filter(({ keyId: sealedWith }) => sealedWith !== null);
  const unreadable = connected.filter(({ keyId: sealedWith }) => keyId !== undefined && sealedWith !== keyId);
  const readable = connected.length - unreadable.length;
  return [
    ...(readable > 0 && keyId !== undefined ? [ok(SUBJECT, `${readable} connected`)] : []),
    ...unreadable.map(({ id, client }) =>
      fail(
        SUBJECT,
        `${id} of ${client}: its token was stored under another LINK_SECRET and cannot be read`,
        `Put the old LINK_SECRET back; or connect it again: npm run toritsugi -- clients install-link ${client}`,
      ),
    ),
    ...workspaces
      .filter(({ keyId: sealedWith, destinations }) => sealedWith === null && destinations > 0)
      .map(({ id, client, destinations }) =>
        warn(
          SUBJECT,
          `${id} of ${client} is connected no more; ${destinations} destination(s) there are switched off`,
          `Connect it again: npm run toritsugi -- clients install-link ${client}; or take them out of the clients file`,
        ),
      ),
  ];
}
