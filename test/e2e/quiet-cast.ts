import { type FailureRule, SANDBOX_OPERATORS, SANDBOX_SUPERVISOR } from '../../src/sandbox/index.ts';
import { bearerToken } from '../../src/web/bearer.ts';
import { BOUNCE_PURPOSE } from '../../src/web/bounces.ts';
import { ALERT_MAIL, LINK_SECRET } from './agency.ts';

/* Who and what must never be seen in the run of `quiet.test.ts`, and what goes wrong in it. All fictional. */

const ROOM = '512345671';
const BAD_ROOM = '512345672';
const LOST_ROOM = '512345673';
export const BOB = '佐渡島';

export const CLIENTS = `
clients:
  - code: kakushiya
    name: 株式会社隠し屋見本
    kana: カクシヤミホン
    aliases: [かくしや]
    own_numbers: [03-5550-0181]
    greeting: お電話ありがとうございます。隠し屋でございます。
    operator_notes: 裏口の合言葉は申しません。
    roster:
      - { name: 密田静子, kana: ミツダシズコ, aliases: [密田], responsible: true }
    destinations:
      - { channel: chatwork, address: ${ROOM}, mention: 3999001777 }
      - { channel: slack, address: C0HIMITSU1 }
      - { member: 密田静子, channel: email, address: mitsuda@kakushiya.example, mention: 密田静子 }
  - code: kowareya
    name: こわれ屋見本合同会社
    kana: コワレヤミホン
    destinations:
      - { channel: chatwork, address: ${BAD_ROOM} }
      - { channel: slack, address: C0KOWARE01 }
      - { channel: email, address: uketsuke@kowareya.example, mention: 受付 }
      - { channel: email, address: yobi@kowareya.example, mention: 予備係, fallback: true }
  - code: mayoiya
    name: 迷い屋見本商店
    kana: マヨイヤミホン
    destinations:
      - { channel: chatwork, address: ${LOST_ROOM} }
      - { channel: slack, address: C0MAYOIYA1 }
      - { channel: email, address: annai@mayoiya.example, mention: 案内係 }
`;

export const CALLER = {
  company: '有限会社ひみつ運送',
  name: BOB,
  kana: 'サドガシマ',
  number: '03-5550-0177',
  message: '黒い封筒の件でお電話しました。暗号は kuroneko-4711 です。',
  quote: 'だれにも言わないで',
};

/** Whatever belongs to a person or opens a door, in every form in which it might come out. */
export const NEVER: readonly string[] = [
  ...['kakushiya', 'kowareya', 'mayoiya', '隠し屋', 'こわれ屋', '迷い屋', 'かくしや', 'カクシヤ'],
  ...['密田', 'ミツダ', 'mitsuda', 'uketsuke', 'yobi@', 'annai', ALERT_MAIL, 'report@agency.example'],
  ...['ひみつ運送', BOB, 'サドガシマ', '封筒', '暗号', 'kuroneko', 'だれにも', '合言葉'],
  ...['03-5550-0177', '0355500177', '355500177', '５５５０', '03-5550-0181', '355500181', '090-0000-4242'],
  ...[ROOM, BAD_ROOM, LOST_ROOM, '3999001777', 'C0HIMITSU1', 'C0KOWARE01', 'C0MAYOIYA1'],
  ...SANDBOX_OPERATORS.map(({ name }) => name),
  SANDBOX_SUPERVISOR.name,
  LINK_SECRET,
  bearerToken(LINK_SECRET, 'metrics'),
  bearerToken(LINK_SECRET, BOUNCE_PURPOSE),
];

/** For one report to each channel: what is refused, and what is lost on the way. */
export const FAILURES: readonly FailureRule[] = [
  {
    service: 'chatwork',
    target: BAD_ROOM,
    operation: '*',
    times: 'always',
    failure: { how: 'no_permission' },
  },
  { service: 'slack', target: 'C0KOWARE01', failure: { how: 'error', error: 'channel_not_found' } },
  {
    service: 'email',
    target: 'uketsuke@kowareya.example',
    failure: {
      how: 'reply',
      phase: 'rcpt',
      code: 550,
      message: `5.1.1 <uketsuke@kowareya.example> ${BOB} unknown, call 03-5550-0177`,
    },
  },
  { service: 'chatwork', target: LOST_ROOM, failure: { how: 'truncated' } },
  { service: 'slack', target: 'C0MAYOIYA1', failure: { how: 'html' } },
  { service: 'email', target: 'annai@mayoiya.example', failure: { how: 'close', phase: 'end' } },
];
/** For a second one: credentials, limits, messages refused, and an urgent mail cut off. */
export const MORE_FAILURES: readonly FailureRule[] = [
  { service: 'chatwork', target: ROOM, failure: { how: 'invalid_token' } },
  { service: 'slack', target: 'C0HIMITSU1', failure: { how: 'rate_limited', retryAfter: 1 } },
  {
    service: 'chatwork',
    target: LOST_ROOM,
    failure: { how: 'status', status: 400, body: JSON.stringify({ errors: [CALLER.message] }) },
  },
  { service: 'slack', target: 'C0MAYOIYA1', failure: { how: 'error', error: `msg_too_long` } },
  { service: 'email', target: 'annai@mayoiya.example', failure: { how: 'reset', phase: 'end' } },
];
