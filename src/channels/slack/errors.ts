/** What an `ok: false` answer to `chat.postMessage` means for the delivery. */
export type SlackErrorClass =
  | 'destination'
  | 'credential'
  | 'payload'
  | 'rate_limit'
  | 'workspace_limit'
  | 'pause'
  | 'pause_workspace'
  | 'uncertain';

/** The failure table of the Slack channel. A name that ends in `*` stands for every code that begins so. */
const TABLE: Readonly<Record<Exclude<SlackErrorClass, 'uncertain'>, readonly string[]>> = {
  destination: [
    'channel_not_found',
    'not_in_channel',
    'is_archived',
    'restricted_action*',
    'messages_tab_disabled',
    'ekm_access_denied',
    'slack_connect_*',
    'user_not_found',
    'user_disabled',
    'cannot_dm_bot',
  ],
  credential: [
    'invalid_auth',
    'not_authed',
    'account_inactive',
    'token_revoked',
    'token_expired',
    'missing_scope',
    'access_denied',
    'accesslimited',
    'no_permission',
    'org_login_required',
    'two_factor_setup_required',
    'enterprise_is_restricted',
    'team_access_not_granted',
    'team_not_found',
    'not_allowed_token_type',
  ],
  payload: [
    'msg_too_long',
    'msg_blocks_too_long',
    'invalid_blocks*',
    'no_text',
    // The message to be answered is gone: the plainest form answers none.
    'cannot_reply_to_message',
    'thread_not_found',
    'invalid_thread_ts',
    'metadata_*',
    'invalid_metadata_*',
    'invalid_arg*',
    'invalid_array_arg',
    'invalid_charset',
    'invalid_form_data',
    'attachment_payload_limit_exceeded',
    'too_many_attachments',
  ],
  rate_limit: ['ratelimited', 'rate_limited'],
  workspace_limit: ['message_limit_exceeded'],
  pause: ['request_timeout'],
  pause_workspace: ['service_unavailable', 'team_added_to_org'],
};

/** `fatal_error` and `internal_error` may have succeeded in part; they and every unknown code are uncertain. */
export function classOfSlackError(code: string): SlackErrorClass {
  for (const [name, patterns] of Object.entries(TABLE)) {
    const matches = patterns.some((pattern) =>
      pattern.endsWith('*') ? code.startsWith(pattern.slice(0, -1)) : code === pattern,
    );
    if (matches) return name as SlackErrorClass;
  }
  return 'uncertain';
}
