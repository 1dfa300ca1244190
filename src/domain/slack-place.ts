/**
 * A destination in Slack as one text, which is what makes it one place: `C0123ABCDEF` in the agency's own
 * workspace, `T0123ABCDEF/C0123ABCDEF` in a client's. Slack promises ids to be unique within a workspace only.
 */
export interface SlackPlace {
  /** Id of a client's workspace; null: the agency's own. */
  readonly workspace: string | null;
  /** Channel or user id. */
  readonly channel: string;
}

const WORKSPACE = /^T[A-Z0-9]{5,20}$/;

export function isWorkspaceId(text: string): boolean {
  return WORKSPACE.test(text);
}

export function slackPlace(address: string): SlackPlace {
  const cut = address.indexOf('/');
  return cut < 0
    ? { workspace: null, channel: address }
    : { workspace: address.slice(0, cut), channel: address.slice(cut + 1) };
}

export function slackAddress({ workspace, channel }: SlackPlace): string {
  return workspace === null ? channel : `${workspace}/${channel}`;
}

/** Begins the credential of every client's workspace; the workspace's id follows. */
const OF_WORKSPACE = 'slack:';

/** What a delivery to this address is sent with: what a budget, a pause and a bar belong to. */
export function slackCredential(address: string): string {
  const { workspace } = slackPlace(address);
  return workspace === null ? 'slack' : `${OF_WORKSPACE}${workspace}`;
}

/** The client's workspace a credential is of; undefined for every other credential. */
export function workspaceOfCredential(credential: string): string | undefined {
  return credential.startsWith(OF_WORKSPACE) ? credential.slice(OF_WORKSPACE.length) : undefined;
}
