import type { Clock } from '../domain/ports.ts';
import type { WorkspaceTokens } from '../domain/workspace-token.ts';
import type { Channels } from './channel.ts';
import { createChatworkChannel } from './chatwork/channel.ts';
import { createEmailChannel } from './email/channel.ts';
import { createSlackChannel } from './slack/channel.ts';

/** The settings of the channels; one whose settings are absent is not opened. */
export interface ChannelsConfig {
  readonly chatwork?: { readonly apiToken: string; readonly apiUrl: string } | undefined;
  readonly slack?: { readonly botToken: string; readonly apiUrl: string } | undefined;
  readonly email?:
    | {
        readonly smtpUrl: string;
        readonly from: string;
        /** Where bounces go: the sender's domain unless given; `off` leaves them to the sender's own mailbox. */
        readonly bounces?: { readonly domain: string } | 'off';
      }
    | undefined;
}

/**
 * Every channel there is, in one place. Nothing goes over the network yet.
 *
 * @throws MailSettingError when a mail setting cannot be used
 */
export function openChannels(
  config: ChannelsConfig,
  o: {
    readonly clock: Clock;
    /** Tokens of clients' own Slack workspaces. */
    readonly workspaces?: WorkspaceTokens;
  },
): Channels {
  const { chatwork, slack, email } = config;
  const { clock } = o;
  return {
    ...(chatwork && {
      chatwork: createChatworkChannel({ apiToken: chatwork.apiToken, apiUrl: chatwork.apiUrl, clock }),
    }),
    ...(slack && {
      slack: createSlackChannel({
        botToken: slack.botToken,
        apiUrl: slack.apiUrl,
        clock,
        workspaces: o.workspaces,
      }),
    }),
    ...(email && {
      email: createEmailChannel({
        smtpUrl: email.smtpUrl,
        from: email.from,
        clock,
        ...(email.bounces !== 'off' && { bounces: email.bounces ?? {} }),
      }),
    }),
  };
}

/** Closes every channel; waits for what is under way for a short, bounded time. */
export async function closeChannels(channels: Channels): Promise<void> {
  await Promise.all(Object.values(channels).map((channel) => channel.close()));
}
