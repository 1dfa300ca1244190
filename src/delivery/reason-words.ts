import type { Reason } from '../domain/outcome.ts';

/*
 * Why an attempt ended as it did, in words for supervisors. The code stays beside the words: it is what the logs, the
 * metrics and `deliveries list` call it by.
 */

/** The first that matches says it. What the far side invents later has no words and stands as its code. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^chatwork\.not_found$/, 'ルームが見つからないか、報告用のアカウントが参加していません'],
  [/^chatwork\.(?:forbidden|readonly)$/, '報告用のアカウントが、このルームに書き込めません'],
  [/^chatwork\.unauthorized$/, 'ChatworkのAPIトークンが受け付けられません'],
  [/^slack\.channel_not_found$/, 'チャンネルが見つからないか、アプリが参加していません'],
  [/^slack\.not_in_channel$/, 'アプリがチャンネルに参加していません'],
  [/^slack\.is_archived$/, 'チャンネルがアーカイブされています'],
  [/^slack\.(?:user_not_found|user_disabled|cannot_dm_bot)$/, '宛先の方に送れません'],
  [/^slack\.restricted_action/, 'このチャンネルへの投稿が制限されています'],
  [/^slack\.(?:app_uninstalled|tokens_revoked)$/, '顧客がアプリを外したか、許可を取り消しました'],
  [/^slack\.workspace_(?:revoked|not_connected)$/, '顧客のワークスペースとつながっていません'],
  [/^slack\.workspace_token_/, '顧客のワークスペースとの連携情報を読み取れません'],
  [/^slack\.(?:missing_scope|no_permission|access_denied)$/, 'アプリの権限が足りません'],
  [
    /^slack\.(?:invalid_auth|not_authed|account_inactive|token_revoked|token_expired|not_allowed_token_type)$/,
    'Slackのトークンが受け付けられません',
  ],
  [/^email\.recipient_refused$/, '相手のメールサーバーが、このアドレスを受け付けません'],
  [/^email\.sender_refused$/, '相手のメールサーバーが、差出人を受け付けません'],
  [/^email\.login_/, 'メールサーバーにログインできません'],
  [/^email\.tls$/, 'メールサーバーと安全に接続できません'],
  [/^email\.bounced$/, '送ったメールが戻ってきました'],
  [/^email\.(?:server_busy|turned_away)$/, 'メールサーバーが、いまは受け付けません'],
  [/\.invalid_address$/, '宛先の書き方が正しくありません'],
  [/\.(?:message_too_long|msg_too_long|msg_blocks_too_long|too_large)$/, '報告が長すぎます'],
  [/\.(?:refused_message|message_refused|empty_message|no_text|invalid_)/, '報告の形式が受け付けられません'],
  [/rate_?limit|_limit_exceeded$|\.rate_limit$/, '短い時間に送れる数の上限に達しました'],
  [/_before_(?:sending|data)$|\.(?:unreachable|not_sent)$/, '相手のサーバーにつながりません'],
  [/\.(?:timeout|silent)/, '送ったあと、相手のサーバーから返事がありません'],
  [/\.(?:connection_lost|lost|aborted)/, '送っている途中で接続が切れました'],
  [
    /\.(?:server_error|service_unavailable|request_timeout|fatal_error|internal_error)$/,
    '相手のサーバーの不調です',
  ],
  [/\.(?:unexpected_answer|no_message_id|no_timestamp)$/, '相手のサーバーの返事を読み取れません'],
  [
    /\.(?:look_failed|messages_hidden|window_too_short|window_too_long|window_not_shown|phase_unknown)$/,
    '届いたかどうかを宛先で確かめられません',
  ],
  [/^delivery\.late$/, '送信の順番を待っています'],
];

/** 「ルームが見つからないか、…(chatwork.not_found、相手の応答: HTTP 404)」 */
export function reasonInWords({ code, said }: Reason): string {
  const words = WORDS.find(([pattern]) => pattern.test(code))?.[1];
  const answered = said ? [`相手の応答: ${said}`] : [];
  if (words === undefined) return `${code}${said ? `(${answered.join('')})` : ''}`;
  return `${words}(${[code, ...answered].join('、')})`;
}
