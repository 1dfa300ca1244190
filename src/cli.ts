#!/usr/bin/env node
import { userInfo } from 'node:os';
import { v7 as newId } from 'uuid';
import { runProgram } from './commands/program.ts';
import type { Terminal } from './commands/terminal.ts';
import { readEnvironment } from './config/env-file.ts';
import { explain } from './explain.ts';
import type { Logger } from './log.ts';

/*
 * The `toritsugi` command: puts the real terminal, environment and clock together with what the command line
 * can ask for. Parts only some commands need are loaded when they are asked for.
 */
const SHIPPED = new URL('../', import.meta.url);

async function main(argv: readonly string[]): Promise<number> {
  const terminal: Terminal = {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    readStdin,
    env: await readEnvironment(process.cwd(), process.env),
    directory: process.cwd(),
    user: loginName(),
    templatesDir: new URL('templates/ja/', SHIPPED),
    kindsFile: new URL('examples/kinds.yaml', SHIPPED),
    clock: () => new Date(),
    newId,
  };
  const registry = async () => (await import('./commands/registry.ts')).commandRegistry();
  return runProgram(argv, terminal, {
    registry,
    async start({ role }) {
      const stopped = untilStopped();
      const { start } = await import('./commands/start.ts');
      const { startApp } = await import('./app.ts');
      const { createLogger } = await import('./log.ts');
      return start({
        role,
        terminal,
        registry: await registry(),
        createLogger: (level) => createLogger(level, process.stdout),
        watchFaults,
        startApp,
        untilStopped: stopped,
      });
    },
    async demo({ exit, json }) {
      const stopped = untilStopped();
      const { runDemo } = await import('./demo/run.ts');
      const { createLogger } = await import('./log.ts');
      return runDemo({
        ...terminal,
        exit,
        json,
        examplesDir: new URL('examples/', SHIPPED),
        random: Math.random,
        log: createLogger(process.env.LOG_LEVEL || 'silent', process.stderr),
        untilStopped: stopped,
      });
    },
    async doctor({ json }) {
      const { doctor } = await import('./commands/doctor.ts');
      return doctor(terminal, { nodeVersion: process.versions.node, fetch, json });
    },
    async manifest(o) {
      const { printManifest } = await import('./commands/manifest.ts');
      return printManifest(terminal, o);
    },
  });
}

async function readStdin(atMost = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > atMost) break;
  }
  return Buffer.concat(chunks);
}

/** Node's own report would print an error's message, which may quote a call (P10). */
function watchFaults(log: Logger): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (thrown: unknown) => {
      log.fatal({ err: thrown }, 'a bug ended the process');
      process.exit(1);
    });
  }
}

/** The first request to end; the second one ends at once. */
function untilStopped(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(signal === 'SIGINT' ? 130 : 143);
        asked = true;
        resolve(signal);
      });
    }
  });
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user id without an entry has no name.
    return String(process.getuid?.() ?? 'unknown');
  }
}

// A reader that went away, as in `clients list | head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  process.stderr.write(`${explain(thrown)}\n`);
  if (process.env.LOG_LEVEL === 'debug' && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
  process.exitCode = 1;
}
endSoon();

/** Everything was closed; should a connection linger all the same, the shell does not wait for it. */
function endSoon(): void {
  setTimeout(() => {
    if (process.stdout.writableLength + process.stderr.writableLength > 0) endSoon();
    else process.exit();
  }, 2_000).unref();
}
