import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { App } from '../../src/app.ts';
import { type NetworkProxy, startProxy } from '../support/proxy.ts';
import { type Agency, createAgency } from './agency.ts';

const DATABASE_URL = process.env.TEST_DATABASE_URL;
const REDIS_URL = process.env.TEST_REDIS_URL;
const PATIENCE = { timeout: 30_000, interval: 200 };

let agency: Agency | undefined;
const proxies: NetworkProxy[] = [];
afterEach(async () => {
  for (const proxy of proxies) proxy.mend();
  await agency?.close();
  for (const proxy of proxies.splice(0)) await proxy.close();
});

/** One process whose database and queue are reached through proxies that can be cut. */
async function start(): Promise<{ app: App; agency: Agency; database: NetworkProxy; redis: NetworkProxy }> {
  // The name of the database is known only when the agency has one; its server is.
  const database = await startProxy(new URL(DATABASE_URL ?? ''), 5432);
  const redis = await startProxy(new URL(REDIS_URL ?? ''), 6379);
  proxies.push(database, redis);
  const created = await createAgency({
    clock: () => new Date(),
    log: pino({ level: 'silent' }),
    config: (config) => {
      const through = new URL(database.url);
      through.pathname = new URL(config.databaseUrl ?? '').pathname;
      return { ...config, databaseUrl: through.href, redisUrl: redis.url };
    },
  });
  agency = created;
  const [app] = await created.start('all');
  if (app === undefined) throw new Error('no process is running');
  return { app, agency: created, database, redis };
}

describe.runIf(DATABASE_URL && REDIS_URL)('/readyz on servers that go away', () => {
  it('fails while the database is away, names what cannot go on, and comes back with it', async () => {
    const { app, agency, database } = await start();
    expect((await agency.readyz(app)).status).toBe(200);
    database.cut();
    await vi.waitFor(async () => {
      const { status, checks } = await agency.readyz(app);
      expect(status).toBe(503);
      expect(checks).toMatchObject({ database: 'failing', queue: 'ok', relay: 'failing', sweep: 'failing' });
    }, PATIENCE);
    // Nobody who scrapes is kept waiting, and nothing unknown is shown as a number.
    const began = performance.now();
    const text = await agency.metrics(app);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(text).not.toContain('toritsugi_relay_lag_seconds 0');
    // This scrape's failures are in the next one.
    expect(await agency.metrics(app)).not.toContain('toritsugi_scrape_failures_total 0\n');
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
    database.mend();
    await vi.waitFor(async () => expect((await agency.readyz(app)).status).toBe(200), PATIENCE);
  }, 90_000);

  it('fails while the queue is away, and comes back with it', async () => {
    const { app, agency, redis } = await start();
    expect((await agency.readyz(app)).status).toBe(200);
    redis.freeze();
    await vi.waitFor(async () => {
      const { status, checks } = await agency.readyz(app);
      expect(status).toBe(503);
      expect(checks).toMatchObject({ database: 'ok', queue: 'failing' });
    }, PATIENCE);
    redis.cut();
    redis.mend();
    await vi.waitFor(async () => expect((await agency.readyz(app)).status).toBe(200), PATIENCE);
  }, 90_000);
});
