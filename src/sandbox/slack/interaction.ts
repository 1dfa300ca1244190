import type { Inbox } from '../arrived.ts';
import type { Limits } from '../limits.ts';
import type { JsonObject } from './json.ts';
import type { Responses } from './responses.ts';
import type { Signal } from './signal.ts';
import type { Transport } from './transport.ts';
import type { Triggers } from './triggers.ts';
import type { Views } from './views.ts';
import { APP_ID, type SlackUser, type Team, type Workspace } from './workspace.ts';

/** The rooms of the pretend Slack a person's actions touch. */
export interface PersonDeps {
  readonly workspace: Workspace;
  readonly views: Views;
  readonly triggers: Triggers;
  readonly transport: Transport;
  readonly responses: Responses;
  readonly inbox: Inbox;
  readonly limits: Limits;
  readonly changed: Signal;
  /** Address that response URLs start with, no slash at the end. */
  readonly baseUrl: () => string;
  readonly defaultChannelId: string;
}

/** Fields every interaction carries. Of somebody from elsewhere the workspace named is their own. */
export function interactionBase(user: SlackUser, home: Team): JsonObject {
  const teamId = user.visitorOf ?? home.id;
  return {
    user: { id: user.id, username: user.name, name: user.name, team_id: teamId },
    team: { id: teamId, domain: user.visitorOf === null ? home.domain : 'elsewhere' },
    api_app_id: APP_ID,
    token: 'sandbox-verification-token',
    enterprise: null,
    is_enterprise_install: false,
  };
}
