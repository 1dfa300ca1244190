import { openSync } from 'node:fs';
import { pino } from 'pino';
import { v7 as newId } from 'uuid';
import { startApp } from '../../src/app.ts';
import { createLogger } from '../../src/log.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { appConfig } from '../app-config.ts';
import { KINDS_FILE, TEMPLATES_DIR } from '../ledger.ts';
import type { OpenContender } from './contender.ts';
import { unsettled } from './ledger-writes.ts';

/** The program itself: a whole worker process with relay, ledger, sweeper and log, but for the budgets. */
export const toritsugi: OpenContender = async (course) => {
  const database = await openDatabase({ databaseUrl: course.databaseUrl, dataDir: '/', maxConnections: 1 });
  return {
    async load() {},
    async start() {
      await startApp({
        config: appConfig(course),
        role: 'worker',
        templatesDir: TEMPLATES_DIR,
        kindsFile: KINDS_FILE,
        clock: () => new Date(),
        newId,
        random: Math.random,
        log: createLogger('info', pino.destination({ fd: openSync('/dev/null', 'w'), sync: true })),
        delivery: { concurrency: course.slots },
        allowances: {},
      });
    },
    unfinished: () => unsettled(database.db),
  };
};
