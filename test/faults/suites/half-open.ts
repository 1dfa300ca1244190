import { conclude } from '../harness/conclude.ts';
import { type HalfOpenLink, startHalfOpenLink } from '../harness/half-open.ts';
import { enterWhile, pauseUnless } from '../harness/load.ts';
import { type Ends, openScene, type StorageKind, startProcesses } from '../harness/scene.ts';
import { startSupervisor } from '../harness/supervisor.ts';

const BREATH_MS = 700;

/** 6. Connections to the far sides, and to PostgreSQL and Redis, die without a word. */
export async function halfOpen(o: {
  readonly storage: StorageKind;
  readonly reports: number;
  readonly perSecond: number;
}): Promise<void> {
  const began = performance.now();
  const links = new Map<string, HalfOpenLink>();
  const through = async (name: string, address: string): Promise<string> => {
    const url = new URL(address);
    const link = links.get(name) ?? (await startHalfOpenLink(Number(url.port)));
    links.set(name, link);
    url.port = String(link.port);
    return address.endsWith('/') ? url.href : url.href.replace(/\/$/, '');
  };
  const between = async (ends: Ends): Promise<Ends> => ({
    chatworkUrl: await through('Chatwork and Slack', ends.chatworkUrl),
    slackUrl: await through('Chatwork and Slack', ends.slackUrl),
    smtpUrl: await through('mail', ends.smtpUrl),
    ...(ends.databaseUrl && { databaseUrl: await through('PostgreSQL', ends.databaseUrl) }),
    ...(ends.redisUrl && { redisUrl: await through('Redis', ends.redisUrl) }),
  });
  const scene = await openScene({ storage: o.storage, between });
  try {
    await startProcesses(scene, 2);
    const supervisor = startSupervisor(scene);
    const died = new Map<string, number>();
    let round = 0;
    const entered = await enterWhile(scene, o, async (over) => {
      await pauseUnless(over, BREATH_MS);
      const names = [...links.keys()];
      const name = names[round % names.length] ?? '';
      const how = Math.floor(round / names.length) % 2 === 0 ? 'answers' : 'both';
      round += 1;
      died.set(name, (died.get(name) ?? 0) + (links.get(name)?.silence(how) ?? 0));
    });
    const injected = `connections gone silent: ${[...died].map(([name, n]) => `${n} ${name}`).join(', ')}`;
    await conclude(scene, { suite: '6 half-open TCP', entered, supervisor, injected, began });
  } finally {
    await scene.close();
    await Promise.all([...links.values()].map((link) => link.close()));
  }
}
