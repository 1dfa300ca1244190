import type { Socket } from 'node:net';
import { simpleParser } from 'mailparser';
import { afterEach, describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../src/channels/channel.ts';
import { createEmailChannel } from '../../src/channels/email/channel.ts';
import type { EmailBody } from '../../src/domain/body.ts';
import { deliveryMark } from '../../src/domain/delivery.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import { describeContract, expectQuiet, type Fault, type Rig } from './contract.ts';
import { openScriptedSmtp, type SmtpAct, type SmtpScript } from './far-sides/smtp-far-side.ts';
import { drip, openSocketFarSide, unusedPort } from './far-sides/socket-far-side.ts';

const PASSWORD = 'pass:word/9f3c';
const DELIVERY = '01902f6e-7c1a-7b3c-9d4e-5f60718293a4';
const NOW = new Date('2024-06-20T04:05:06Z');
const TEXT = `佐藤様 Sample Trading 090-0000-1234 見積書の件 ${deliveryMark(DELIVERY)}`;
const SECRETS = [
  PASSWORD,
  encodeURIComponent(PASSWORD),
  Buffer.from(PASSWORD).toString('base64'),
  Buffer.from(`\0report\0${PASSWORD}`).toString('base64'),
  '佐藤',
  'Trading',
  '0000-1234',
  '見積書',
];
const TIMEOUTS = { connectMs: 250, greetingMs: 250, silenceMs: 400, totalMs: 500 };
const MINUTE = 60_000;

const message = (): OutgoingMessage<EmailBody> => ({
  deliveryId: DELIVERY,
  mark: deliveryMark(DELIVERY),
  address: 'soumu@client.example',
  mention: '総務部',
  body: { subject: '【受電報告】', text: TEXT, html: `<p>${TEXT}</p>` },
});
const connect = (
  port: number,
  o: { scheme?: string; host?: string; connections?: number; timeouts?: typeof TIMEOUTS } = {},
) =>
  createEmailChannel({
    smtpUrl: `${o.scheme ?? 'smtp'}://report:${encodeURIComponent(PASSWORD)}@${o.host ?? '127.0.0.1'}:${port}`,
    from: '受電報告 <report@agency.example>',
    clock: () => NOW,
    timeouts: o.timeouts ?? TIMEOUTS,
    ...(o.connections === undefined ? {} : { connections: o.connections }),
  });

const reset: SmtpAct = (socket) => socket.resetAndDestroy();
const silence: SmtpAct = () => {};
const taken = (then: (socket: Socket) => void): SmtpAct => {
  return (socket, session) => {
    session.accept();
    then(socket);
  };
};

/** A loss may surface as another error of Node's; what follows from it may not differ. */
function withoutQuote(outcome: Outcome | undefined): unknown {
  return outcome !== undefined && 'reason' in outcome ? { ...outcome, reason: outcome.reason.code } : outcome;
}

async function start(fault: Fault): Promise<Rig> {
  const scripted = async (script: SmtpScript): Promise<Rig> => {
    const farSide = await openScriptedSmtp(script);
    const channel = connect(farSide.port);
    return {
      channel,
      accepted: () => farSide.mails.length,
      connections: farSide.connections,
      async close() {
        await farSide.close();
        await channel.close();
      },
    };
  };
  const raw = async (onConnection: (socket: Socket) => void, scheme = 'smtp'): Promise<Rig> => {
    const farSide = await openSocketFarSide(onConnection);
    const channel = connect(farSide.port, { scheme });
    return {
      channel,
      accepted: () => 0,
      connections: farSide.connections,
      async close() {
        await farSide.close();
        await channel.close();
      },
    };
  };
  const nowhere = (port: number, host?: string): Rig => {
    const channel = connect(port, host === undefined ? {} : { host });
    return { channel, accepted: () => 0, connections: () => 0, close: () => channel.close() };
  };
  switch (fault) {
    case 'healthy':
      return scripted({});
    case 'refused':
      return nowhere(await unusedPort());
    case 'noSuchHost':
      return nowhere(25, 'nobody.invalid');
    case 'tlsSilence':
      return raw(() => {}, 'smtps');
    case 'tlsGarbage':
      return raw((socket) => socket.write('220 relay.example ESMTP\r\n'), 'smtps');
    case 'resetAtOnce':
      return raw((socket) => socket.resetAndDestroy());
    case 'silentAtOnce':
      return raw((socket) => socket.resume());
    case 'garbageAtOnce':
      return raw((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
    case 'lostMidway':
      return scripted({ body: reset });
    case 'readThenReset':
      return scripted({ dot: reset });
    case 'takenThenReset':
      return scripted({ dot: taken((socket) => socket.resetAndDestroy()) });
    case 'takenThenClosed':
      return scripted({ dot: taken((socket) => socket.end()) });
    case 'takenThenSilent':
      return scripted({ dot: taken(() => {}) });
    case 'takenThenTruncated':
      return scripted({ dot: taken((socket) => socket.end('250 2.0.0 o')) });
    case 'takenThenDripping':
      return scripted({ dot: taken((socket) => drip(socket, '250-still thinking\r\n', 5)) });
    case 'takenThenGarbage':
      return scripted({ dot: taken((socket) => socket.write('\u0001 hello?\r\n')) });
    default:
      return fault satisfies never;
  }
}

describeContract({ channel: 'email', protocol: 'smtp', message, secrets: SECRETS, start });

describe('email: every documented reply', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()));
  });
  const rig = async (
    script: Parameters<typeof openScriptedSmtp>[0],
    o: { pipelining?: boolean; connections?: number; timeouts?: typeof TIMEOUTS } = {},
  ) => {
    const farSide = await openScriptedSmtp(script, o);
    const channel = connect(farSide.port, o);
    open.push(farSide, channel);
    return { farSide, channel };
  };
  const sendTo = async (script: SmtpScript, attempt = 1) => {
    const outcomes = [];
    // The phase must be right with commands sent one by one and with all of them sent ahead.
    for (const pipelining of [true, false]) {
      const { farSide, channel } = await rig(script, { pipelining });
      const outcome = await channel.send({ ...message(), attempt }, new AbortController().signal);
      expectQuiet(outcome, { channel: 'email', secrets: SECRETS });
      expect(farSide.mails).toHaveLength(outcome.type === 'delivered' ? 1 : 0);
      outcomes.push(outcome);
    }
    expect(withoutQuote(outcomes[0])).toEqual(withoutQuote(outcomes[1]));
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error('nothing was sent');
    return outcome;
  };

  it('sends one readable mail to one recipient', async () => {
    const { farSide, channel } = await rig({});
    const outcome = await channel.send(message(), new AbortController().signal);
    expect(outcome).toEqual({
      type: 'delivered',
      receipt: { message_id: `<${DELIVERY}@agency.example>`, reply: '250 2.0.0 ok: queued as 4RzXq1' },
    });
    const [mail] = farSide.mails;
    expect(mail).toMatchObject({ from: 'report@agency.example', to: ['soumu@client.example'] });
    const parsed = await simpleParser(mail?.source ?? '');
    expect(parsed.subject).toBe('【受電報告】');
    expect(parsed.messageId).toBe(`<${DELIVERY}@agency.example>`);
    expect(parsed.from?.value).toEqual([{ address: 'report@agency.example', name: '受電報告' }]);
    expect(parsed.to).toMatchObject({ value: [{ address: 'soumu@client.example', name: '総務部' }] });
    expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
    expect(parsed.text?.trim()).toBe(TEXT);
    expect(parsed.html).toContain(TEXT);
  });

  it.each<[string, SmtpScript]>([
    ['greeting 554', { greeting: '554 5.7.1 no' }],
    ['greeting 421', { greeting: '421 too busy' }],
    ['EHLO and HELO refused', { EHLO: '502 what' }],
    ['AUTH 454', { AUTH: '454 4.7.0 later' }],
    ['421 at MAIL', { MAIL: '421 4.3.2 closing' }],
    ['421 at RCPT', { RCPT: '421 4.3.2 closing' }],
    ['421 after the dot', { dot: '421 4.3.2 closing' }],
    ['503 at RCPT', { RCPT: '503 5.5.1 bad sequence' }],
    ['closes during MAIL', { MAIL: (socket) => socket.end() }],
    ['closes during RCPT', { RCPT: (socket) => socket.end() }],
    ['resets during RCPT', { RCPT: reset }],
    ['is silent at RCPT', { RCPT: silence }],
    ['is silent at DATA', { DATA: silence }],
    ['resets at DATA', { DATA: reset }],
    ['closes at DATA', { DATA: (socket) => socket.end() }],
  ])('%s: retry', async (_name, script) => {
    expect((await sendTo(script)).type).toBe('retry');
  });

  it('a server that turns us away is tried again at growing distances', async () => {
    const script = { greeting: '421 too busy' };
    expect(await sendTo(script, 1)).not.toHaveProperty('afterMs');
    expect(await sendTo(script, 2)).toMatchObject({ type: 'retry', afterMs: 5 * MINUTE });
    expect(await sendTo(script, 9)).toMatchObject({ type: 'retry', afterMs: 30 * MINUTE });
  });

  it.each<[number, number, boolean | undefined]>([
    [1, 5, undefined],
    [2, 15, undefined],
    [3, 30, undefined],
    [4, 60, true],
    [7, 60, true],
  ])('other 4xx, attempt %i: wait %i minutes', async (attempt, minutes, alert) => {
    for (const script of [
      { RCPT: '450 4.2.0 greylisted' },
      { dot: '451 4.3.0 try later' },
      { MAIL: '452 4.3.1 full' },
    ]) {
      const outcome = await sendTo(script, attempt);
      expect(outcome).toMatchObject({
        type: 'wait',
        scope: 'destination',
        untilMs: NOW.getTime() + minutes * MINUTE,
      });
      expect(outcome.type === 'wait' && outcome.alert).toBe(alert);
    }
  });

  it.each<[string, SmtpScript]>([
    ['535', { AUTH: '535 5.7.8 bad credentials' }],
    ['534', { AUTH: '534 5.7.9 application password required' }],
    ['530', { MAIL: '530 5.7.0 authenticate first' }],
    ['MAIL FROM 550', { MAIL: '550 5.7.1 sender not allowed' }],
    ['MAIL FROM 553', { MAIL: '553 sender rejected' }],
    ['STARTTLS refused for good', { EHLO: '250-relay.example\r\n250 STARTTLS' }],
    ['the sender address refused at RCPT', { RCPT: '550 5.1.8 sender domain does not exist' }],
  ])('%s: the credential', async (_name, script) => {
    expect(await sendTo(script)).toMatchObject({ type: 'rejected', scope: 'credential' });
  });

  it.each(
    ['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'].flatMap((status) => [
      [status, { RCPT: `550 ${status} refused` }] as const,
      [`${status} after the dot`, { dot: `550 ${status} refused` }] as const,
    ]),
  )('%s: the destination', async (_name, script) => {
    expect(await sendTo(script)).toMatchObject({ type: 'rejected', scope: 'destination' });
  });

  it.each([['550 no such user'], ['551 not here'], ['553 name not allowed']])(
    'RCPT %s: the destination',
    async (reply) => {
      expect(await sendTo({ RCPT: reply })).toMatchObject({ type: 'rejected', scope: 'destination' });
    },
  );

  it.each<[string, SmtpScript]>([
    ['5.2.2', { RCPT: '552 5.2.2 mailbox full' }],
    ['5.3.0', { RCPT: '550 5.3.0 system' }],
    ['5.4.1', { RCPT: '550 5.4.1 no route' }],
    ['5.7.1', { RCPT: '550 5.7.1 blocked by policy' }],
    ['5.7.26 after the dot', { dot: '550 5.7.26 not authenticated' }],
    ['552 too many recipients', { RCPT: '552 too many recipients' }],
    ['554 without a status', { RCPT: '554 refused' }],
    ['a code with a temporary status', { RCPT: '550 4.7.1 later' }],
  ])('%s: wait and tell somebody, but keep the destination', async (_name, script) => {
    expect(await sendTo(script)).toMatchObject({ type: 'wait', scope: 'destination', alert: true });
  });

  it.each<[string, SmtpScript]>([
    ['5.3.4', { MAIL: '552 5.3.4 message too big' }],
    ['5.3.4 after the dot', { dot: '552 5.3.4 message too big' }],
    ['5.6.0', { dot: '554 5.6.0 cannot be displayed' }],
    ['552 size', { dot: '552 message size exceeds limit' }],
    ['554 for the content', { dot: '554 transaction failed' }],
  ])('%s: the payload', async (_name, script) => {
    expect(await sendTo(script)).toMatchObject({ type: 'rejected', scope: 'payload' });
  });

  it('an answer to the message that is neither yes nor no: uncertain', async () => {
    for (const dot of ['354 go on', '199 hmm', 'ok']) expect((await sendTo({ dot })).type).toBe('uncertain');
  });

  it('records how far it had come, and that is all a look can tell', async () => {
    const uncertain = async (script: SmtpScript) => {
      const { channel } = await rig(script);
      const outcome = await channel.send(message(), new AbortController().signal);
      if (outcome.type !== 'uncertain') throw new Error(`unexpected ${outcome.type}`);
      const look = await channel.reconcile(
        { message: message(), startedAtMs: 0, reason: outcome.reason, ownedByOther: async () => false },
        new AbortController().signal,
      );
      expect(look).toEqual({ type: 'inconclusive', reason: outcome.reason });
      return outcome.reason.code;
    };
    expect(await uncertain({ dot: reset })).toBe('email.lost_after_data');
    expect(await uncertain({ dot: silence })).toBe('email.silent_after_data');
    const { channel } = await rig({});
    expect(
      await channel.reconcile(
        { message: message(), startedAtMs: 0, ownedByOther: async () => false },
        new AbortController().signal,
      ),
    ).toEqual({ type: 'inconclusive', reason: { code: 'email.phase_unknown' } });
  });

  it('P4 the phase is right per message, however many share the connections of the pool', async () => {
    const acts: Record<string, SmtpScript> = {
      ok: {},
      refused: { RCPT: '550 5.1.1 unknown' },
      lostbefore: { RCPT: reset },
      lostafter: { dot: taken((socket) => socket.resetAndDestroy()) },
      droppedafter: { dot: reset },
      greylisted: { RCPT: '451 4.7.1 later' },
    };
    const expected: Record<string, string> = {
      ok: 'delivered',
      refused: 'rejected',
      lostbefore: 'retry',
      lostafter: 'uncertain',
      droppedafter: 'uncertain',
      greylisted: 'wait',
    };
    const { farSide, channel } = await rig((mail) => acts[mail.to[0]?.split('.')[0] ?? ''] ?? {}, {
      connections: 3,
      timeouts: { ...TIMEOUTS, totalMs: 15_000 },
    });
    const kinds = Object.keys(acts);
    const sent = await Promise.all(
      Array.from({ length: 90 }, async (_, nth) => {
        const kind = kinds[(nth * 7 + Math.floor(nth / 6)) % kinds.length] ?? 'ok';
        const address = `${kind}.${nth}@client.example`;
        const deliveryId = `01902f6e-7c1a-7b3c-9d4e-${String(nth).padStart(12, '0')}`;
        const outcome = await channel.send(
          { ...message(), address, deliveryId },
          new AbortController().signal,
        );
        return { kind, address, outcome };
      }),
    );
    for (const { kind, address, outcome } of sent) {
      expect([address, outcome.type], JSON.stringify(outcome)).toEqual([address, expected[kind]]);
      const taken = farSide.mails.filter((mail) => mail.to[0] === address).length;
      expect([address, taken]).toEqual([address, kind === 'ok' || kind === 'lostafter' ? 1 : 0]);
    }
    // Connections were shared: fewer were opened than mails handed over, and more than lost.
    expect(farSide.connections()).toBeLessThan(90);
    expect(farSide.connections()).toBeGreaterThanOrEqual(45);
  });

  it('P10 replies that echo login, address or message are not quoted', async () => {
    const echo = `${PASSWORD} ${Buffer.from(`\0report\0${PASSWORD}`).toString('base64')} <soumu@client.example> Sample Trading 090-0000-1234`;
    for (const script of [
      { AUTH: `535 5.7.8 ${echo}` },
      { RCPT: `550 5.1.1 ${echo}` },
      { dot: `554 5.6.0 ${echo}` },
      { greeting: `554 ${echo}` },
      { dot: `250 2.0.0 ${echo}` },
    ]) {
      const { channel } = await rig(script);
      const outcome = await channel.send(message(), new AbortController().signal);
      expectQuiet(outcome, { channel: 'email', secrets: SECRETS });
      expect(JSON.stringify(outcome)).not.toContain('soumu');
    }
  });

  it('checks host and login without sending', async () => {
    const signal = new AbortController().signal;
    const good = await rig({});
    expect(await good.channel.checkCredential(signal)).toMatchObject({ ok: true });
    expect(good.farSide.commands.some((command) => command.startsWith('MAIL'))).toBe(false);
    const bad = await rig({ AUTH: '535 5.7.8 no' });
    expect(await bad.channel.checkCredential(signal)).toMatchObject({
      ok: false,
      reason: { code: 'email.login_refused' },
    });
  });
});
