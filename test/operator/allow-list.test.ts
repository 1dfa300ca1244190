import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createAllowList } from '../../src/operator/allow-list.ts';
import { handClock } from '../support/hand-clock.ts';

const log = pino({ level: 'silent' });
const settings = { groupTtlMs: 60_000, slackTimeoutMs: 100 };

function listOf(entries: readonly string[], answer: () => Promise<readonly string[]>) {
  const clock = handClock();
  let asked = 0;
  const slack = {
    usergroups: {
      users: {
        list: async () => {
          asked += 1;
          return { ok: true, users: [...(await answer())] };
        },
      },
    },
  };
  const list = createAllowList({ entries, slack: slack as never, clock: clock.now, log, settings });
  return { list, clock, asked: () => asked };
}

describe('the allow-list', () => {
  it('P9 takes user ids as they stand and nobody else', async () => {
    const { list, asked } = listOf(['U1', 'W2'], async () => ['U3']);
    expect(await list.allows('U1')).toBe(true);
    expect(await list.allows('W2')).toBe(true);
    expect(await list.allows('U3')).toBe(false);
    expect(await list.allows('u1')).toBe(false);
    expect(asked()).toBe(0);
  });

  it('takes the members of a group, and believes them for a while', async () => {
    let members = ['U1'];
    const { list, clock, asked } = listOf(['S1'], async () => members);
    expect(await list.allows('U1')).toBe(true);
    members = ['U2'];
    expect(await list.allows('U1')).toBe(true);
    expect(asked()).toBe(1);
    clock.advance(60_001);
    expect(await list.allows('U1')).toBe(false);
    expect(await list.allows('U2')).toBe(true);
    expect(asked()).toBe(2);
  });

  it('asks again in the background before a list is too old', async () => {
    let members = ['U1'];
    const { list, clock, asked } = listOf(['S1'], async () => members);
    await list.allows('U1');
    members = ['U2'];
    clock.advance(31_000);
    expect(await list.allows('U1')).toBe(true);
    expect(asked()).toBe(2);
    expect(await list.allows('U2')).toBe(true);
  });

  it('P9 keeps the last good list while Slack fails, and lets nobody in without one', async () => {
    let down = true;
    const { list, clock } = listOf(['S1'], async () => {
      if (down) throw new Error('Slack is away');
      return ['U1'];
    });
    expect(await list.allows('U1')).toBe(false);
    down = false;
    expect(await list.allows('U1')).toBe(true);
    down = true;
    for (let i = 0; i < 5; i++) {
      clock.advance(60_001);
      expect(await list.allows('U1')).toBe(true);
      expect(await list.allows('U2')).toBe(false);
    }
  });

  it('does not wait for a Slack that hangs', async () => {
    const { list } = listOf(['S1', 'U9'], () => new Promise(() => undefined));
    expect(await list.allows('U1')).toBe(false);
    expect(await list.allows('U9')).toBe(true);
  });

  it('asks once for many requests at the same moment', async () => {
    const { list, asked } = listOf(['S1'], async () => ['U1']);
    expect(await Promise.all(Array.from({ length: 20 }, () => list.allows('U1')))).not.toContain(false);
    expect(asked()).toBe(1);
  });
});
