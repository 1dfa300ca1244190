import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bounceCommand } from '../../src/commands/bounce.ts';
import { printBounceToken, readBounce } from '../../src/commands/bounce-input.ts';
import { type BouncedMail, outOfOffice, postfix } from '../support/bounced-mail.ts';
import { createWorld, type World } from '../support/world.ts';
import { quietTerminal, runOn } from './running.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterAll(() => world?.dispose());

const base64 = (text: string) => Buffer.from(text).toString('base64');
const bounce = (text: string) =>
  runOn(world.database, bounceCommand, { mail: base64(text) }, { clock: world.clock.now });

async function mailed(): Promise<BouncedMail> {
  const clientId = await world.addClient({
    code: 'acme',
    destinations: [
      { channel: 'email', address: 'soumu@acme.example' },
      { channel: 'chatwork', address: '1001', fallback: true },
    ],
  });
  await world.recorder.record(world.entry(clientId));
  await world.deliverOnce();
  const { id } = await world.db.selectFrom('deliveries').select('id').executeTakeFirstOrThrow();
  return { deliveryId: id, recipient: 'soumu@acme.example' };
}

describe('bounce', () => {
  it('P3 fails the delivery, and the report goes elsewhere', async () => {
    const mail = await mailed();
    expect(await bounce(postfix(mail))).toEqual({
      code: 0,
      out: `${mail.deliveryId}: failed, and its destination is switched off\n`,
      err: '',
    });
    const audit = await world.db.selectFrom('audit_log').select(['actor', 'action']).execute();
    expect(audit).toEqual([{ actor: 'cli:test', action: 'delivery.bounced' }]);
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(2);
    expect(await bounce(postfix(mail))).toEqual({
      code: 0,
      out: 'nothing is changed: it was taken before\n',
      err: '',
    });
  });

  it('notes a delay', async () => {
    const mail = await mailed();
    const { code, out } = await bounce(postfix({ ...mail, action: 'delayed', status: '4.4.1' }));
    expect([code, out]).toEqual([0, `${mail.deliveryId}: delayed; the mail server goes on trying\n`]);
  });

  it('ends well, with a word, for what changes nothing: a mail server must not send it back', async () => {
    const mail = await mailed();
    for (const text of [
      '',
      'garbage',
      outOfOffice(mail),
      postfix({ ...mail, recipient: 'x@evil.example' }),
    ]) {
      expect(await bounce(text)).toEqual({
        code: 0,
        out: expect.stringMatching(/^nothing is changed: .+\n$/),
        err: '',
      });
    }
  });

  it('asks the mail server to come again while the mail is being handed over', async () => {
    const send = world.email.send;
    let early: Awaited<ReturnType<typeof bounce>> | undefined;
    world.email.send = async (message, signal) => {
      early = await bounce(postfix({ deliveryId: message.deliveryId, recipient: message.address }));
      return send(message, signal);
    };
    await mailed();
    world.email.send = send;
    expect(early).toMatchObject({ code: 75, out: expect.stringContaining('try again') });
  });

  it.each([{}, { mail: 1 }, { mail: '☎' }, { mail: 'x', more: 1 }])(
    'refuses %o over the socket',
    async (input) => {
      expect(await runOn(world.database, bounceCommand, input)).toMatchObject({ code: 2, out: '' });
    },
  );
});

describe('the mail on standard input', () => {
  it('comes over byte by byte, whatever its encoding', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const { mail } = await readBounce({ readStdin: async () => bytes });
    expect(Buffer.from(mail, 'base64').equals(bytes)).toBe(true);
  });

  it('is refused beyond 1 MB', async () => {
    await expect(readBounce({ readStdin: async (atMost = 0) => new Uint8Array(atMost + 1) })).rejects.toThrow(
      /larger than 1000000 bytes/,
    );
  });
});

describe('bounce --token', () => {
  it('prints what the web server wants to see, and needs the secret for it', () => {
    const LINK_SECRET = '0123456789abcdef0123456789abcdef';
    const having = quietTerminal({ env: { LINK_SECRET } });
    expect(printBounceToken(having.terminal)).toBe(0);
    const token = createHmac('sha256', LINK_SECRET).update('bounce webhook').digest('base64url');
    expect(having.read()).toEqual({ out: `${token}\n`, err: '' });
    const lacking = quietTerminal();
    expect(printBounceToken(lacking.terminal)).toBe(1);
    expect(lacking.read()).toEqual({ out: '', err: expect.stringContaining('LINK_SECRET') });
  });
});
