import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { createSlackOAuth } from '../../channels/slack/oauth.ts';
import type { Config } from '../../config.ts';
import { tellOfWorkspace } from '../../delivery/workspace-notice.ts';
import { createInstallLinks, OAUTH_REDIRECT_PATH } from '../../domain/install-link.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import { createConnectWorkspace } from '../../workspaces/connect.ts';
import { linkStanding } from '../../workspaces/install-links.ts';
import type { TokenSeal } from '../../workspaces/seal.ts';
import type { InstallDoor } from './handler.tsx';

/** A person waits for the page. */
const OWN_TEAM_WAIT_MS = 5_000;

/** The pages by which clients connect workspaces of their own. Without an id of our app there are none. */
export function openInstallDoor(o: {
  readonly config: Pick<Config, 'slack' | 'publicUrl' | 'linkSecret'>;
  readonly db: Kysely<Schema>;
  /** Who knows which workspace is the agency's own. */
  readonly operator: {
    readonly ownWorkspace: (waitMs: number) => Promise<{ readonly teamId: string } | undefined>;
  };
  readonly seal: TokenSeal;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly wake: () => void;
  readonly log: Logger;
}): { readonly door: InstallDoor | undefined; close(): Promise<void> } {
  const { config, db, clock, newId, log } = o;
  const { clientId, clientSecret, apiUrl } = config.slack;
  if (clientId === undefined || clientSecret === undefined) {
    return { door: undefined, close: async () => undefined };
  }
  const redirectUri = `${config.publicUrl}${OAUTH_REDIRECT_PATH}`;
  const oauth = createSlackOAuth({ clientId, clientSecret, apiUrl, redirectUri });
  const connect = createConnectWorkspace({
    db,
    seal: o.seal,
    tellStaff: (trx, workspace, linkId) => tellOfWorkspace(trx, workspace, linkId, { clock, newId }),
    clock,
    newId,
  });
  const door: InstallDoor = {
    links: createInstallLinks(config),
    oauth,
    standing: (linkId, now) => linkStanding(db, linkId, now),
    async connect(linkId, installation) {
      const connected = await connect(linkId, installation);
      o.wake();
      return connected;
    },
    ownTeam: async () => (await o.operator.ownWorkspace(OWN_TEAM_WAIT_MS))?.teamId,
    publicUrl: config.publicUrl,
    clock,
    log,
  };
  return { door, close: () => oauth.close() };
}
