import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { App, AppOptions } from '../../src/app.ts';
import { commandRegistry } from '../../src/commands/registry.ts';
import { runOnStorage } from '../../src/commands/run-on-storage.ts';
import { type StartOptions, start } from '../../src/commands/start.ts';
import { SettingsError } from '../../src/config/settings-error.ts';
import { missingChannelSettings } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { quietTerminal } from './running.ts';

let test: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test?.dispose());
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'toritsugi-start-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const SETTINGS = {
  SLACK_BOT_TOKEN: 'xoxb-sandbox',
  SLACK_SIGNING_SECRET: 'sandbox-signing-secret',
  SLACK_OPERATORS: 'U0123ABCD',
  LINK_SECRET: '0123456789abcdef0123456789abcdef',
  PUBLIC_URL: 'https://toritsugi.example',
  LOG_LEVEL: 'info',
};

/** `start` with an app that only holds a database; the app itself has its own tests. */
function starting(
  o: {
    env?: Record<string, string>;
    role?: 'web';
    stopWithinMs?: number;
    startApp?: (o: AppOptions) => Promise<App>;
  } = {},
) {
  const { terminal, read } = quietTerminal({ env: { ...SETTINGS, DATA_DIR: dataDir, ...o.env } });
  const stopped = vi.fn(async () => undefined);
  const started = vi.fn(
    o.startApp ?? (async () => ({ database: test.database, url: 'http://127.0.0.1:1', stop: stopped })),
  );
  const lines: string[] = [];
  let stop: (reason: string) => void = () => undefined;
  const options: StartOptions = {
    role: o.role ?? 'all',
    terminal,
    registry: commandRegistry(),
    createLogger: (level) => createLogger(level, { write: (line) => void lines.push(line) }),
    watchFaults: () => undefined,
    startApp: started,
    ...(o.stopWithinMs !== undefined && { stopWithinMs: o.stopWithinMs }),
    untilStopped: new Promise((resolve) => {
      stop = resolve;
    }),
  };
  return { ended: start(options), read, started, stopped, stop, logged: () => lines.join(''), terminal };
}

async function list(): Promise<{ code: number; out: string; err: string }> {
  const { terminal, read } = quietTerminal();
  const command = commandRegistry().find((candidate) => candidate.name === 'clients list');
  if (!command) throw new Error('clients list is a command');
  const session = { ...terminal, config: { dataDir }, actor: 'cli:sato' };
  const code = await runOnStorage(command, { json: true }, session);
  return { code, ...read() };
}

describe('start', () => {
  it('runs until it is asked to end, and answers commands meanwhile', async () => {
    const running = starting();
    await vi.waitFor(() => expect(running.read().err).toMatch(/listens on http:\/\/127\.0\.0\.1:1\. Ctrl-C/));
    expect(await list()).toEqual({ code: 0, out: '[]\n', err: '' });
    expect(running.started.mock.calls[0]?.[0]).toMatchObject({ role: 'all', config: { dataDir } });
    running.stop('SIGTERM');
    expect(await running.ended).toBe(0);
    expect(running.stopped).toHaveBeenCalledOnce();
    expect(running.logged()).toContain('"reason":"SIGTERM"');
  });

  it('refuses a second one on the same directory, and lets one in afterwards', async () => {
    const first = starting();
    await vi.waitFor(() => expect(first.read().err).toContain('running'));
    const second = starting();
    expect(await second.ended).toBe(1);
    expect(second.read().err).toContain(`already running on ${dataDir}`);
    expect(second.started).not.toHaveBeenCalled();
    first.stop('SIGINT');
    await first.ended;
    const third = starting();
    third.stop('SIGTERM');
    expect(await third.ended).toBe(0);
  });

  it('lists every missing setting with an example and points to the demo', async () => {
    const running = starting({ env: { LINK_SECRET: '', PUBLIC_URL: 'nonsense', PORT: 'x' } });
    expect(await running.ended).toBe(1);
    const { err } = running.read();
    expect(err).toMatch(/^3 settings are missing or malformed:/);
    for (const name of ['LINK_SECRET', 'PUBLIC_URL', 'PORT']) {
      expect(err).toMatch(new RegExp(`^ {2}${name} .*\\n +for example: ${name}=`, 'm'));
    }
    expect(err).toContain('npm run demo');
    expect(running.started).not.toHaveBeenCalled();
  });

  it('P3 refuses while a destination uses a channel without settings', async () => {
    const running = starting({
      startApp: async () => {
        throw new SettingsError(missingChannelSettings({}, ['email']));
      },
    });
    expect(await running.ended).toBe(1);
    expect(running.read().err).toMatch(
      /SMTP_URL is missing, and at least one client has an email destination/,
    );
  });

  it('does not share an embedded database between roles', async () => {
    const running = starting({ role: 'web' });
    expect(await running.ended).toBe(2);
    expect(running.read().err).toContain('Set DATABASE_URL');
  });

  it('P10 tells a failed start in words and gives the directory back', async () => {
    const running = starting({
      startApp: async () => {
        throw Object.assign(new Error('address in use: 佐藤'), { code: 'EADDRINUSE', syscall: 'listen' });
      },
    });
    expect(await running.ended).toBe(1);
    expect(running.read().err).toContain('HOST and PORT');
    expect(running.logged() + running.read().err).not.toContain('佐藤');
    const next = starting();
    next.stop('SIGTERM');
    expect(await next.ended).toBe(0);
  });

  it('ends by itself when a part does not stop', async () => {
    const running = starting({
      stopWithinMs: 20,
      startApp: async () => ({
        database: test.database,
        url: 'http://127.0.0.1:1',
        stop: () => new Promise<never>(() => undefined),
      }),
    });
    running.stop('SIGTERM');
    expect(await running.ended).toBe(1);
    expect(running.logged()).toContain('a part did not stop in time');
  });
});
