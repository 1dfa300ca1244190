import { OAUTH_REDIRECT_PATH } from '../domain/install-link.ts';
import { SHORTCUT } from './shortcuts.ts';
import { WORKSPACE_EVENTS } from './workspace-events.ts';

/** What the Slack app may do; each with what it is for. */
export const BOT_SCOPES = [
  'commands', // the command itself
  'chat:write', // reports, notes to operators, alerts, case cards
  'im:write', // direct messages to operators
  'users:read', // operators' names in reports
  'usergroups:read', // user groups in SLACK_OPERATORS
  'channels:read', // whether a destination exists
  'groups:read',
  'channels:history', // whether an uncertain report has arrived
  'groups:history',
  'im:history',
] as const;

/** A Slack app manifest: the form Slack imports under "Create New App → From a manifest", as JSON or YAML. */
export interface SlackManifest {
  readonly display_information: {
    readonly name: string;
    readonly description: string;
    readonly background_color: string;
  };
  readonly features: {
    readonly app_home: {
      readonly home_tab_enabled: boolean;
      readonly messages_tab_enabled: boolean;
      readonly messages_tab_read_only_enabled: boolean;
    };
    readonly bot_user: { readonly display_name: string; readonly always_online: boolean };
    readonly shortcuts: readonly {
      readonly name: string;
      readonly type: 'global' | 'message';
      readonly callback_id: string;
      readonly description: string;
    }[];
    readonly slash_commands: readonly {
      readonly command: string;
      readonly url?: string;
      readonly description: string;
      readonly usage_hint: string;
      readonly should_escape: boolean;
    }[];
  };
  readonly oauth_config: {
    readonly redirect_urls?: readonly string[];
    readonly scopes: { readonly bot: readonly string[] };
  };
  readonly settings: {
    readonly interactivity: {
      readonly is_enabled: boolean;
      readonly request_url?: string;
      readonly message_menu_options_url?: string;
    };
    readonly event_subscriptions: {
      readonly request_url?: string;
      readonly bot_events: readonly string[];
    };
    readonly org_deploy_enabled: boolean;
    readonly socket_mode_enabled: boolean;
    readonly token_rotation_enabled: boolean;
  };
}

/**
 * The manifest for this installation. Over HTTP every address is `<publicUrl>/slack/events`; in Socket Mode
 * there is none.
 * @param o.publicUrl does not end with a slash
 */
export function slackManifest(o: {
  readonly command: string;
  readonly publicUrl: string;
  readonly socketMode: boolean;
  /** Whether clients may install it in workspaces of their own. */
  readonly otherWorkspaces?: boolean;
}): SlackManifest {
  const url = `${o.publicUrl}/slack/events`;
  return {
    display_information: {
      name: '取次 Toritsugi',
      description: '電話代行の受電を登録し、顧客へ報告します',
      background_color: '#1f3a5f',
    },
    features: {
      app_home: {
        home_tab_enabled: true,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: true,
      },
      bot_user: { display_name: 'toritsugi', always_online: true },
      shortcuts: [
        {
          name: '受電を登録',
          type: 'global',
          callback_id: SHORTCUT.anywhere,
          description: '受電の入力画面を開きます',
        },
        {
          name: '受電を登録',
          type: 'message',
          callback_id: SHORTCUT.message,
          description: 'このメッセージを「ご用件」に入れて、受電の入力画面を開きます',
        },
      ],
      slash_commands: [
        {
          command: o.command,
          ...(!o.socketMode && { url }),
          description: '受電を登録します(何も付けなければ入力画面、helpで使い方)',
          usage_hint: '[顧客] [種別] [番号] [ご用件]',
          // Names and channels stay as they were typed.
          should_escape: false,
        },
      ],
    },
    oauth_config: {
      ...(o.otherWorkspaces && { redirect_urls: [`${o.publicUrl}${OAUTH_REDIRECT_PATH}`] }),
      scopes: { bot: [...BOT_SCOPES] },
    },
    settings: {
      interactivity: {
        is_enabled: true,
        ...(!o.socketMode && { request_url: url, message_menu_options_url: url }),
      },
      event_subscriptions: {
        ...(!o.socketMode && { request_url: url }),
        // The home is drawn when somebody opens it.
        bot_events: ['app_home_opened', ...(o.otherWorkspaces ? WORKSPACE_EVENTS : [])],
      },
      org_deploy_enabled: false,
      socket_mode_enabled: o.socketMode,
      token_rotation_enabled: false,
    },
  };
}
