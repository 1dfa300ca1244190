import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Allowances } from '../../../src/delivery/budgets.ts';
import { makeClients } from '../harness/clients.ts';
import { conclude } from '../harness/conclude.ts';
import { enterCalls } from '../harness/load.ts';
import { openScene, type Scene, startProcesses } from '../harness/scene.ts';
import { startSupervisor } from '../harness/supervisor.ts';

/**
 * Chatwork's 300 requests in 5 minutes and 10 posts in 10 s a room, windows shortened. Our own pace is counted in
 * whole seconds and rounded to the slower side, so it uses a smaller part of a short window than of a real one.
 */
const REQUESTS = 30;
const WINDOW_MS = 10_000;
const ROOM_POSTS = 3;
const ROOM_WINDOW_MS = 5_000;
const ROOMS = 12;
const OFFERED = 3;
const WINDOWS = 2;
/** Of the lines operators type, so many are reported (see the kinds of the load). */
const REPORTED_OF_TYPED = 5 / 7;
const REST_WITHIN_MS = 400_000;

const ALLOWANCES: Allowances = {
  chatwork: {
    credential: { requests: REQUESTS, windowMs: WINDOW_MS },
    destination: { requests: ROOM_POSTS, windowMs: ROOM_WINDOW_MS },
  },
};

/**
 * One Chatwork token is offered three times its budget for the length of two windows, with the far side's limits of
 * token and rooms both on: at most one request in a hundred may get a 429, and everything arrives in the end.
 */
export async function overload(o: {
  /** Waits until the last report has arrived, some minutes; else only the two windows are watched. */
  readonly toTheEnd: boolean;
}): Promise<void> {
  const began = performance.now();
  const scene = await openScene({
    storage: 'server',
    clients: makeClients(ROOMS, ['chatwork']),
    allowances: ALLOWANCES,
    limits: {
      chatworkRequests: REQUESTS,
      chatworkWindowMs: WINDOW_MS,
      roomPosts: ROOM_POSTS,
      roomWindowMs: ROOM_WINDOW_MS,
    },
  });
  try {
    await startProcesses(scene, 2);
    const supervisor = startSupervisor(scene);
    const reports = REQUESTS * OFFERED * WINDOWS;
    const perSecond = reports / ((WINDOWS * WINDOW_MS) / 1000) / REPORTED_OF_TYPED;
    const entered = await enterCalls(scene, { reports, perSecond });
    if (o.toTheEnd) {
      await conclude(scene, {
        suite: '429: three times the budget',
        entered,
        supervisor,
        injected: `${reports} reports in ${WINDOWS} windows of ${REQUESTS} requests`,
        began,
        restWithinMs: REST_WITHIN_MS,
      });
    } else {
      await supervisor.leave();
      await scene.fleet.stopAll();
    }
    const { requests, limited } = await countRequests(scene);
    process.stdout.write(`${JSON.stringify({ suite: '429', requests, limited })}\n`);
    expect(requests).toBeGreaterThanOrEqual(o.toTheEnd ? reports : REQUESTS / 4);
    expect(limited / requests, 'requests that got a 429').toBeLessThanOrEqual(0.01);
  } finally {
    await scene.close();
  }
}

async function countRequests(scene: Scene): Promise<{ requests: number; limited: number }> {
  const database = await scene.openDatabase();
  try {
    const { rows } = await sql<{ requests: string; limited: string }>`
      select count(*) as requests,
        count(*) filter (where reason in ('chatwork.token_rate_limit', 'chatwork.room_rate_limit')) as limited
      from attempts
    `.execute(database.db);
    return { requests: Number(rows[0]?.requests ?? 0), limited: Number(rows[0]?.limited ?? 0) };
  } finally {
    await database.close();
  }
}
