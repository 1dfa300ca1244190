import type { ChatworkBody } from '../../domain/body.ts';
import type { Outcome, Reconciliation } from '../../domain/outcome.ts';
import type { Clock } from '../../domain/ports.ts';
import { checkAddress } from '../address.ts';
import type { Channel, CredentialCheck, OutgoingMessage } from '../channel.ts';
import type { Exchange, HttpTimeouts } from '../http/far-side.ts';
import type { Hidden } from '../said.ts';
import { me, parseAnswer } from './answer.ts';
import { classifyConfirmation, classifyPost, lossReason, reason } from './classify.ts';
import { createChatworkClient } from './client.ts';
import { lookIntoRoom } from './reconcile.ts';

/** Longest `body` of a message. The unit is not documented, so the strictest reading: UTF-8 bytes. */
export const CHATWORK_BODY_BYTES = 65_535;

/** Reports as messages in Chatwork rooms, posted by the account the token belongs to. */
export function createChatworkChannel(o: {
  readonly apiToken: string;
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly timeouts?: HttpTimeouts;
}): Channel<ChatworkBody> {
  const client = createChatworkClient(o);
  const secrets = [o.apiToken];
  /** Our own account, asked for once: a token never changes its owner. */
  let accountId: string | undefined;

  const hiddenOf = (message: OutgoingMessage<ChatworkBody>): Hidden => ({
    secrets,
    contents: [message.body.text, message.mention ?? ''],
  });
  const readAccount = (result: Exchange): string | undefined => {
    if (result.type === 'lost' || result.status !== 200) return undefined;
    const parsed = me.safeParse(parseAnswer(result.body));
    accountId = parsed.success ? parsed.data.account_id : undefined;
    return accountId;
  };

  /**
   * Chatwork's link to the message this one answers, which names its author: whom the receipt names, else ourselves.
   * Empty when it cannot be made.
   */
  const replyTo = async (
    message: OutgoingMessage<ChatworkBody>,
    roomId: string,
    signal: AbortSignal,
  ): Promise<string> => {
    const messageId = message.answers?.receipt?.message_id ?? '';
    if (!/^\d{1,20}$/.test(messageId) || message.body.text === '') return '';
    const author = message.answers?.receipt?.account_id ?? '';
    const account = /^\d{1,20}$/.test(author) ? author : (accountId ?? readAccount(await client.me(signal)));
    return account === undefined ? '' : `[rp aid=${account} to=${roomId}-${messageId}]\n`;
  };

  return {
    name: 'chatwork',

    async send(message, signal): Promise<Outcome> {
      const address = checkAddress('chatwork', message.address, null);
      if (!address.ok) {
        return { type: 'rejected', scope: 'destination', reason: { code: 'chatwork.invalid_address' } };
      }
      const text = `${await replyTo(message, address.address, signal)}${message.body.text}`;
      const bytes = Buffer.byteLength(text, 'utf8');
      if (bytes === 0 || bytes > CHATWORK_BODY_BYTES) {
        return {
          type: 'rejected',
          scope: 'payload',
          reason: {
            code: bytes === 0 ? 'chatwork.empty_message' : 'chatwork.message_too_long',
            said: `${bytes} bytes, at most ${CHATWORK_BODY_BYTES}`,
          },
        };
      }
      const hidden = hiddenOf(message);
      const posted = await client.postMessage(address.address, text, signal);
      const outcome = classifyPost(posted, { roomId: address.address, nowMs: o.clock().getTime(), hidden });
      if (outcome.type !== 'confirm') return outcome;
      const room = await client.room(address.address, signal);
      return classifyConfirmation(room, { nowMs: o.clock().getTime(), hidden, refusal: outcome.reason });
    },

    async reconcile(attempt, signal): Promise<Reconciliation> {
      const hidden = hiddenOf(attempt.message);
      if (accountId === undefined) {
        const result = await client.me(signal);
        if (readAccount(result) === undefined) {
          return {
            type: 'inconclusive',
            reason:
              result.type === 'lost'
                ? lossReason('account_unknown', result)
                : reason('account_unknown', result, hidden),
          };
        }
      }
      return await lookIntoRoom(client, attempt, { accountId: accountId ?? '', hidden, signal });
    },

    async checkCredential(signal): Promise<CredentialCheck> {
      const result = await client.me(signal);
      const account = readAccount(result);
      if (account !== undefined) return { ok: true, detail: `Chatwork account ${account}` };
      if (result.type === 'lost') {
        return {
          ok: false,
          reason: lossReason('unreachable', result),
          advice: 'Chatwork did not answer: check the network and CHATWORK_API_URL.',
        };
      }
      return {
        ok: false,
        reason: reason(result.status === 401 ? 'unauthorized' : 'unexpected_answer', result, {
          secrets,
          contents: [],
        }),
        advice:
          result.status === 401
            ? 'Chatwork refuses the token: issue a new one under 利用者アイコン → サービス連携 → API トークン and set CHATWORK_API_TOKEN.'
            : 'This does not look like the Chatwork API: check CHATWORK_API_URL.',
      };
    },

    close: () => client.close(),
  };
}
