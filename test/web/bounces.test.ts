import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BounceResult } from '../../src/delivery/bounce.ts';
import { createLogger } from '../../src/log.ts';
import { bearerToken } from '../../src/web/bearer.ts';
import { BOUNCE_PURPOSE } from '../../src/web/bounces.ts';
import { createReadiness } from '../../src/web/readiness.ts';
import { startWebServer, type WebServer } from '../../src/web/server.ts';
import { type BouncedMail, postfix } from '../support/bounced-mail.ts';
import { createWorld, type World } from '../support/world.ts';

const SECRET = '0123456789abcdef0123456789abcdef';
const TOKEN = bearerToken(SECRET, BOUNCE_PURPOSE);
const ADDRESS = 'soumu@acme.example';

let world: World;
let server: WebServer | undefined;
beforeAll(async () => {
  world = await createWorld();
});
beforeEach(() => world.clear());
afterEach(() => server?.close(0));
afterAll(() => world?.dispose());

async function start(
  take: (raw: Uint8Array) => Promise<BounceResult> = (raw) =>
    world.delivery.takeBounce(raw, 'webhook:bounce'),
  log = pino({ level: 'silent' }),
): Promise<string> {
  server = await startWebServer({
    host: '127.0.0.1',
    port: 0,
    readiness: createReadiness({}),
    metrics: { text: async () => ({ contentType: 'text/plain', body: '' }) },
    metricsToken: 'another',
    bounces: { token: TOKEN, take, log },
  });
  return `${server.url}/webhooks/bounce`;
}

const send = (url: string, body: string, authorization = `Bearer ${TOKEN}`) =>
  fetch(url, { method: 'POST', body, headers: { authorization, 'content-type': 'message/rfc822' } });

async function mailed(): Promise<BouncedMail> {
  const clientId = await world.addClient({
    code: 'acme',
    destinations: [
      { channel: 'email', address: ADDRESS },
      { channel: 'chatwork', address: '1001', fallback: true },
    ],
  });
  await world.recorder.record(world.entry(clientId));
  await world.deliverOnce();
  const { id } = await world.db.selectFrom('deliveries').select('id').executeTakeFirstOrThrow();
  return { deliveryId: id, recipient: ADDRESS };
}

const stateOf = async ({ deliveryId }: BouncedMail) =>
  (
    await world.db
      .selectFrom('deliveries')
      .select('state')
      .where('id', '=', deliveryId)
      .executeTakeFirstOrThrow()
  ).state;

describe('POST /webhooks/bounce', () => {
  it('P3 takes a mail that came back, and the same one again without a change', async () => {
    const url = await start();
    const mail = await mailed();
    const first = await send(url, postfix(mail));
    expect([first.status, await first.text()]).toEqual([204, '']);
    expect(await stateOf(mail)).toBe('failed');
    const audit = await world.db.selectFrom('audit_log').select('actor').execute();
    expect(audit).toEqual([{ actor: 'webhook:bounce' }]);
    expect((await send(url, postfix(mail))).status).toBe(204);
    await world.deliverOnce();
    expect(world.chatwork.sent).toHaveLength(2);
  });

  it('changes nothing without the token, with a wrong one, or with one for another door', async () => {
    const url = await start();
    const mail = await mailed();
    const attempts = [
      '',
      'Bearer',
      `Basic ${TOKEN}`,
      `Bearer ${TOKEN.slice(1)}`,
      `Bearer ${TOKEN}x`,
      `Bearer ${bearerToken(SECRET, 'metrics')}`,
    ];
    for (const authorization of attempts) {
      const answer = await send(url, postfix(mail), authorization);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
    expect(await stateOf(mail)).toBe('delivered');
  });

  it('refuses what is too large or cannot be read, and quietly takes what does not concern it', async () => {
    const url = await start();
    const mail = await mailed();
    expect((await send(url, 'x'.repeat(1_000_001))).status).toBe(413);
    expect((await send(url, '')).status).toBe(400);
    expect((await send(url, postfix({ ...mail, status: 'nonsense' }))).status).toBe(400);
    const stranger = { deliveryId: '0197a1b2-0000-7000-8000-00000000abcd', recipient: ADDRESS };
    expect((await send(url, postfix(stranger))).status).toBe(204);
    expect((await fetch(url)).status).toBe(404);
    expect(await stateOf(mail)).toBe('delivered');
  });

  it('P3 asks for it again when it cannot be taken now; P10 without a word of it in the log', async () => {
    const lines: string[] = [];
    const log = createLogger('trace', { write: (line) => void lines.push(line) });
    const broken = await start(async () => {
      throw new Error(`lost ${ADDRESS}`);
    }, log);
    const answer = await send(broken, 'Subject: x\r\n\r\n');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('60');
    expect(await answer.text()).not.toContain(ADDRESS);
    expect(lines).toHaveLength(1);
    expect(lines.join('')).not.toContain(ADDRESS);
    await server?.close(0);
    const early = await start(async () => ({ type: 'too_early', deliveryId: 'x' }));
    expect((await send(early, 'Subject: x\r\n\r\n')).status).toBe(503);
  });

  it('is not there in a process without operators', async () => {
    server = await startWebServer({
      host: '127.0.0.1',
      port: 0,
      readiness: createReadiness({}),
      metrics: { text: async () => ({ contentType: 'text/plain', body: '' }) },
      metricsToken: TOKEN,
    });
    expect((await send(`${server.url}/webhooks/bounce`, 'x')).status).toBe(404);
  });
});
