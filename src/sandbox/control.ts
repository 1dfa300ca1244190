import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { Inbox } from './arrived.ts';
import type { PretendChatwork } from './chatwork/index.ts';
import { type FailurePlan, failureRule } from './failures.ts';

const said = z.strictObject({
  roomId: z.string(),
  account: z.strictObject({ accountId: z.number().int(), name: z.string() }),
  body: z.string().min(1),
});

/**
 * The sandbox's own endpoints, for people and scripts outside the process. Only JSON is taken, which also keeps
 * other pages in a browser from pressing these buttons.
 *
 * `POST /fail` adds a failure rule · `DELETE /fail/:id` takes it back · `GET /failures` lists those at work ·
 * `GET /arrived?channel=&target=` what arrived · `POST /chatwork/say` somebody writes in a room · `POST /reset`
 */
export function createControl(deps: {
  readonly inbox: Inbox;
  readonly failures: FailurePlan;
  readonly chatwork: PretendChatwork;
  readonly reset: () => void;
}): Hono {
  const { inbox, failures } = deps;
  const app = new Hono();

  app.post('/fail', async (c) => {
    const parsed = failureRule.safeParse(await jsonOf(c));
    if (!parsed.success) return c.json({ errors: z.prettifyError(parsed.error).split('\n') }, 400);
    return c.json({ id: failures.add(parsed.data).id }, 201);
  });
  app.delete('/fail/:id', (c) => {
    const known = failures.cancel(Number(c.req.param('id')));
    return known ? c.body(null, 204) : c.json({ errors: ['no such rule, or it is used up'] }, 404);
  });
  app.get('/failures', (c) => c.json({ failures: failures.active() }));
  app.get('/arrived', (c) => {
    const { channel, target } = c.req.query();
    const arrived = inbox
      .all()
      .filter((message) => channel === undefined || message.channel === channel)
      .filter((message) => target === undefined || message.target === target);
    return c.json({ count: arrived.length, arrived });
  });
  app.post('/chatwork/say', async (c) => {
    const parsed = said.safeParse(await jsonOf(c));
    if (!parsed.success) return c.json({ errors: z.prettifyError(parsed.error).split('\n') }, 400);
    return c.json(await deps.chatwork.say(parsed.data), 201);
  });
  app.post('/reset', async (c) => {
    if ((await jsonOf(c)) === undefined) return c.json({ errors: ['send JSON, {} will do'] }, 400);
    deps.reset();
    return c.body(null, 204);
  });
  return app;
}

async function jsonOf(c: Context): Promise<unknown> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) return undefined;
  return c.req.json().catch(() => undefined);
}
