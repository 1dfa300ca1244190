import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Turns } from '../../src/storage/turns.ts';

it('gives turns in the order they were asked for, one at a time, however long each is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { maxLength: 30 }), async (lengths) => {
      const turns = new Turns();
      const order: number[] = [];
      let inside = 0;
      await Promise.all(
        lengths.map(async (length, index) => {
          await turns.take();
          inside += 1;
          expect(inside).toBe(1);
          for (let i = 0; i < length; i += 1) await setImmediate();
          order.push(index);
          inside -= 1;
          turns.give();
        }),
      );
      expect(order).toEqual(lengths.map((_, index) => index));
    }),
    { numRuns: 50 },
  );
});

it('refuses those who wait and those who come once closed, after the last has given its turn', async () => {
  const turns = new Turns();
  await turns.take();
  const waiting = turns.take();
  let done = false;
  const closed = turns.close(new Error('closed')).then(() => {
    done = true;
  });
  await expect(waiting).rejects.toThrow('closed');
  await expect(turns.take()).rejects.toThrow('closed');
  await setImmediate();
  expect(done).toBe(false);
  turns.give();
  await closed;
});

it('is closed at once when nobody has the turn', async () => {
  await new Turns().close(new Error('closed'));
});
