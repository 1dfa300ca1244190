/** Why there is no token to send with to a client's workspace. */
export type NoToken =
  /** Never connected. */
  | 'not_connected'
  /** Uninstalled or revoked since. */
  | 'revoked'
  /** Stored under another `LINK_SECRET`, or damaged. */
  | 'unreadable';

export type WorkspaceToken =
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'none'; readonly why: NoToken };

/** The bot token of a client's workspace. Rejects when it cannot be looked up just now. */
export type WorkspaceTokens = (workspaceId: string) => Promise<WorkspaceToken>;

/** `reason` of whatever ends because its workspace is connected no more. */
export const WORKSPACE_REVOKED = 'slack.workspace_revoked';
export const WORKSPACE_NOT_CONNECTED = 'slack.workspace_not_connected';

/** What Slack, or our own records, say when a workspace's token is good for nothing any more. */
const ENDED: ReadonlySet<string> = new Set([
  WORKSPACE_REVOKED,
  WORKSPACE_NOT_CONNECTED,
  'slack.token_revoked',
  'slack.account_inactive',
  'slack.invalid_auth',
]);

export function endsWorkspace(reasonCode: string): boolean {
  return ENDED.has(reasonCode);
}
