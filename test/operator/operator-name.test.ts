import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { createOperatorNames } from '../../src/operator/operator-name.ts';
import { handClock } from '../support/hand-clock.ts';

const log = pino({ level: 'silent' });

function namesFrom(answer: () => Promise<unknown>) {
  const clock = handClock();
  let asked = 0;
  const slack = {
    users: {
      info: async () => {
        asked += 1;
        return { ok: true, user: await answer() };
      },
    },
  };
  const names = createOperatorNames({
    slack: slack as never,
    clock: clock.now,
    log,
    settings: { nameTtlMs: 1000, nameTimeoutMs: 20 },
  });
  return { names, clock, asked: () => asked };
}

describe("operators' names", () => {
  it('are those of the profile, asked once', async () => {
    const { names, asked } = namesFrom(async () => ({
      profile: { display_name: ' ', real_name: '鈴木 一郎' },
      name: 'suzuki',
    }));
    expect(await Promise.all([names.nameOf('U1', 'suzuki'), names.nameOf('U1', 'suzuki')])).toEqual([
      '鈴木 一郎',
      '鈴木 一郎',
    ]);
    expect(await names.nameOf('U1', undefined)).toBe('鈴木 一郎');
    expect(asked()).toBe(1);
  });

  it('are renewed in the background', async () => {
    let name = '鈴木';
    const { names, clock } = namesFrom(async () => ({ profile: { display_name: name } }));
    await names.nameOf('U1', undefined);
    name = '高橋';
    clock.advance(1001);
    expect(await names.nameOf('U1', undefined)).toBe('鈴木');
    await vi.waitFor(async () => expect(await names.nameOf('U1', undefined)).toBe('高橋'));
  });

  it('fall back on the account while Slack fails or hangs, and are asked again', async () => {
    let down = true;
    const failing = namesFrom(async () => {
      if (down) throw new Error('away');
      return { name: 'suzuki' };
    });
    expect(await failing.names.nameOf('U1', 'account')).toBe('account');
    expect(await failing.names.nameOf('U1', undefined)).toBe('U1');
    down = false;
    expect(await failing.names.nameOf('U1', 'account')).toBe('suzuki');
    const hanging = namesFrom(() => new Promise(() => undefined));
    expect(await hanging.names.nameOf('U1', 'account')).toBe('account');
  });
});
