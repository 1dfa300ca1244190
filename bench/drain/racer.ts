import { answerRequests, machineMs } from '../helper-process.ts';
import { bareBullmq } from './bare-bullmq.ts';
import type { Contender, Course, OpenContender } from './contender.ts';
import type { ContenderName } from './contender-names.ts';
import { graphileWorker } from './graphile-worker.ts';
import { pgBoss } from './pg-boss.ts';
import { toritsugi } from './toritsugi.ts';

/* One contender in a process of its own, fresh for every race. */

export type RacerRequest =
  | { readonly type: 'prepare'; readonly contender: ContenderName; readonly course: Course }
  | { readonly type: 'start' }
  /** Answers when nothing is unfinished. */
  | { readonly type: 'finish' };
export interface RacerAnswer {
  /** `machineMs` of the answer. */
  readonly atMs: number;
}

const OPEN: Readonly<Record<ContenderName, OpenContender>> = {
  toritsugi,
  'bare-bullmq': bareBullmq,
  'graphile-worker-each': graphileWorker('each'),
  'pg-boss-each': pgBoss('each'),
  'graphile-worker-shared': graphileWorker('shared'),
  'pg-boss-shared': pgBoss('shared'),
};

/** Longest wait for what follows the last post, ms. */
const FINISH_MS = 60_000;

let contender: Contender | undefined;

answerRequests<RacerRequest, RacerAnswer>(async (request) => {
  switch (request.type) {
    case 'prepare':
      contender = await OPEN[request.contender](request.course);
      await contender.load();
      break;
    case 'start':
      await contender?.start();
      break;
    case 'finish':
      await finish();
      break;
    default:
      request satisfies never;
  }
  return { atMs: machineMs() };
});

async function finish(): Promise<void> {
  const until = performance.now() + FINISH_MS;
  for (;;) {
    const unfinished = (await contender?.unfinished()) ?? 0;
    if (unfinished === 0) return;
    if (performance.now() > until) throw new Error(`${unfinished} were never finished`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
