import { tmpdir } from 'node:os';
import type { Config } from '../src/config.ts';

export const SIGNING_SECRET = 'bench-signing-secret';
export const OPERATOR = 'U0BENCH01';

/** The program's settings with the benchmark's far side for Chatwork and Slack. */
export function appConfig(o: {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly farSideUrl: string;
}): Config {
  return {
    databaseUrl: o.databaseUrl,
    redisUrl: o.redisUrl,
    dataDir: tmpdir(),
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'https://bench.example',
    linkSecret: 'bench-only-link-secret-bench-only-link-secret',
    logLevel: 'info',
    slack: {
      signingSecret: SIGNING_SECRET,
      botToken: 'xoxb-bench',
      apiUrl: `${o.farSideUrl}/api/`,
      command: '/juden',
      operators: [OPERATOR],
      supervisors: [],
    },
    chatwork: { apiToken: 'bench', apiUrl: `${o.farSideUrl}/v2` },
  };
}
