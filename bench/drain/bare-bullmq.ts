import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { ChatworkBody } from '../../src/domain/body.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { openChatwork, TIMEOUT_MS } from './chatwork.ts';
import type { OpenContender } from './contender.ts';

type Post = { readonly id: string; readonly address: string; readonly body: ChatworkBody };

const QUEUE = 'bare';

/** The measure of all: BullMQ alone, the body in the job, nothing written down anywhere. Loses and doubles. */
export const bareBullmq: OpenContender = async (course) => {
  const { db } = await openDatabase({ databaseUrl: course.databaseUrl, dataDir: '/', maxConnections: 1 });
  const chatwork = openChatwork(course);
  const connection = () => new Redis(course.redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue<Post>(QUEUE, { connection: connection() });
  const worker = new Worker<Post>(
    QUEUE,
    async ({ data }) => {
      const message = {
        deliveryId: data.id,
        mark: '',
        address: data.address,
        mention: null,
        body: data.body,
      };
      const outcome = await chatwork.send(message, AbortSignal.timeout(TIMEOUT_MS));
      if (outcome.type !== 'delivered') throw new Error(outcome.type);
    },
    {
      connection: connection(),
      concurrency: course.slots,
      autorun: false,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    },
  );
  return {
    async load() {
      const posts = await db
        .selectFrom('deliveries')
        .select(['id', 'address', 'body'])
        .orderBy('id')
        .execute();
      for (let at = 0; at < posts.length; at += 500) {
        await queue.addBulk(
          posts.slice(at, at + 500).map(({ id, address, body }) => ({
            name: 'post',
            data: { id, address, body: body as ChatworkBody },
            opts: { attempts: 1, removeOnComplete: true, removeOnFail: true },
          })),
        );
      }
    },
    async start() {
      await worker.waitUntilReady();
      void worker.run();
    },
    async unfinished() {
      const counts = await queue.getJobCounts('waiting', 'active');
      return (counts.waiting ?? 0) + (counts.active ?? 0);
    },
  };
};
