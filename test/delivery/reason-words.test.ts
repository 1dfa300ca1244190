import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { reasonInWords } from '../../src/delivery/reason-words.ts';

const CHANNELS = new URL('../../src/channels/', import.meta.url);

/** Every code that stands whole in the channels' sources; what is put together from parts is listed below. */
function codesOfChannels(): readonly string[] {
  const sources = readdirSync(CHANNELS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(new URL(name, CHANNELS), 'utf8'));
  return [...new Set(sources.join('\n').match(/(?<=')(?:chatwork|slack|email)\.[a-z_]+(?=')/g) ?? [])].filter(
    (code) => !code.endsWith('not_configured'),
  );
}

it('says why a report did not arrive in words, with the code beside them', () => {
  const codes = [
    ...codesOfChannels(),
    ...['not_found', 'forbidden', 'unauthorized', 'refused_message', 'server_error', 'unexpected_answer'],
    ...['room_rate_limit', 'token_rate_limit', 'unreachable', 'connection_lost', 'timeout', 'no_message_id'],
  ].map((code) => (code.includes('.') ? code : `chatwork.${code}`));
  codes.push('slack.channel_not_found', 'slack.token_revoked', 'slack.app_uninstalled', 'slack.ratelimited');
  codes.push('email.recipient_refused', 'email.login_refused', 'email.timeout_after_data', 'delivery.late');
  expect(codes.length).toBeGreaterThan(25);
  const wordless = codes.filter((code) => !/^[\p{L}、・]+\(/u.test(reasonInWords({ code, said: 'x' })));
  expect(wordless).toEqual([]);
  expect(reasonInWords({ code: 'chatwork.not_found', said: 'HTTP 404' })).toBe(
    'ルームが見つからないか、報告用のアカウントが参加していません(chatwork.not_found、相手の応答: HTTP 404)',
  );
});

it('leaves what the far side invents later as it is', () => {
  expect(reasonInWords({ code: 'slack.brand_new' })).toBe('slack.brand_new');
  expect(reasonInWords({ code: 'slack.brand_new', said: 'x' })).toBe('slack.brand_new(相手の応答: x)');
});
