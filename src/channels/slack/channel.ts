import { z } from 'zod';
import type { SlackBody } from '../../domain/body.ts';
import type { Outcome, Reconciliation } from '../../domain/outcome.ts';
import type { Clock } from '../../domain/ports.ts';
import { checkAddress } from '../address.ts';
import type { Channel, CredentialCheck, OutgoingMessage } from '../channel.ts';
import type { HttpTimeouts } from '../http/far-side.ts';
import type { Hidden } from '../said.ts';
import { classifyPost, errorCode, failureReason } from './classify.ts';
import { createSlackClient } from './client.ts';
import { postArguments } from './post.ts';
import { lookIntoConversation } from './reconcile.ts';

/** What the bot token must be allowed for posting, and for looking back after a lost answer. */
const SCOPES = ['chat:write', 'channels:history', 'groups:history', 'im:history', 'im:write'] as const;

const self = z.object({
  team: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});

/** Reports as messages of the bot in one Slack workspace. */
export function createSlackChannel(o: {
  readonly botToken: string;
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly timeouts?: HttpTimeouts;
}): Channel<SlackBody> {
  const client = createSlackClient(o);
  const secrets = [o.botToken];
  /** Our own bot, asked for once: a token never changes its bot. */
  let botId: string | undefined;

  const hiddenOf = (message: OutgoingMessage<SlackBody>): Hidden => ({
    secrets,
    contents: [message.body.text, ...stringsIn(message.body.blocks)],
  });

  return {
    name: 'slack',

    async send(message, signal): Promise<Outcome> {
      if (!checkAddress('slack', message.address, null).ok) {
        return { type: 'rejected', scope: 'destination', reason: { code: 'slack.invalid_address' } };
      }
      const call = await client.call('chat.postMessage', postArguments(message), signal);
      return classifyPost(call, { nowMs: o.clock().getTime(), hidden: hiddenOf(message) });
    },

    async reconcile(attempt, signal): Promise<Reconciliation> {
      if (botId === undefined) {
        const call = await client.call('auth.test', {}, signal);
        const known = call.type === 'ok' ? self.safeParse(call.result) : undefined;
        botId = known?.success === true ? known.data.bot_id : undefined;
      }
      return await lookIntoConversation(client, attempt, {
        botId,
        hidden: hiddenOf(attempt.message),
        signal,
      });
    },

    async checkCredential(signal): Promise<CredentialCheck> {
      const call = await client.call('auth.test', {}, signal);
      if (call.type === 'failed') {
        const code = errorCode(call);
        return {
          ok: false,
          reason: failureReason(call, { secrets, contents: [] }),
          advice:
            code === undefined
              ? 'Slack did not answer as expected: check the network and SLACK_API_URL.'
              : 'Slack refuses the token: reinstall the app to the workspace and set SLACK_BOT_TOKEN to the new bot token.',
        };
      }
      const parsed = self.safeParse(call.result);
      if (!parsed.success) {
        return {
          ok: false,
          reason: { code: 'slack.unexpected_answer' },
          advice: 'This does not look like the Slack Web API: check SLACK_API_URL.',
        };
      }
      botId = parsed.data.bot_id;
      const granted = parsed.data.response_metadata?.scopes;
      const missing = granted === undefined ? [] : SCOPES.filter((scope) => !granted.includes(scope));
      if (missing.length > 0) {
        return {
          ok: false,
          reason: { code: 'slack.missing_scope', said: `missing: ${missing.join(', ')}` },
          advice: `Add the scopes ${missing.join(', ')} to the app and reinstall it to the workspace.`,
        };
      }
      return {
        ok: true,
        detail: `Slack bot ${parsed.data.user ?? 'unknown'} in ${parsed.data.team ?? 'unknown'}`,
      };
    },

    close: () => client.close(),
  };
}

/** Every text inside blocks, so that an error that echoes one is not quoted. */
function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  if (value !== null && typeof value === 'object') {
    return Object.entries(value).flatMap(([key, inner]) => (key === 'type' ? [] : stringsIn(inner)));
  }
  return [];
}
