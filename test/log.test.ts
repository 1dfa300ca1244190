import { describe, expect, it } from 'vitest';
import { createLogger } from '../src/log.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void, level = 'trace') {
  const lines: string[] = [];
  write(createLogger(level, { write: (line: string) => void lines.push(line) }));
  return { text: lines.join(''), lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('createLogger', () => {
  it('keeps what an administrator needs: level, time, ids, codes, figures, words', () => {
    const { lines } = logged((log) =>
      log.info(
        {
          deliveryId: '01907c2e-0678-7123-9123-0a1b2c3d4e5f',
          receiptNumber: '20240620-0012',
          channel: 'chatwork',
          state: 'due',
          code: 'chatwork.room_rate_limit',
          waitMs: 10_000,
          at: new Date('2024-06-20T04:05:00Z'),
          port: 3000,
        },
        'delivery waits',
      ),
    );
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        deliveryId: '01907c2e-0678-7123-9123-0a1b2c3d4e5f',
        receiptNumber: '20240620-0012',
        channel: 'chatwork',
        state: 'due',
        code: 'chatwork.room_rate_limit',
        waitMs: 10_000,
        at: '2024-06-20T04:05:00.000Z',
        port: 3000,
        msg: 'delivery waits',
      },
    ]);
  });

  it('P10 a careless call site does not put names, numbers, contents or secrets into the log', () => {
    const { text, lines } = logged((log) => {
      log.info(
        { caller: { company: 'Sample Corp', name: 'Sato' }, body: 'call me', kana: 'Sato' },
        'recorded',
      );
      log.info({ anything: '佐藤様 見積書の件' }, 'recorded for 佐藤様');
      log.warn({ where: '03-5550-0123', other: '+81355500123', mobile: 'call 09000001234 back' });
      log.warn({ page: `GET /r/${'k'.repeat(48)} 200` }, `GET https://base.example/r/${'k'.repeat(48)}`);
      log.warn({ who: 'sato@client.example', link: 'https://user:pw@host.example/x' });
      log.error({
        slackBotToken: 'abc',
        header: 'Bearer abc.def',
        oops: 'xoxb-1-secret',
        app: 'xapp-1-secret',
      });
      log.info('%s called', 'Sato');
      log.info({ view: { state: { values: { a: 'Sato' } } }, list: [{ message: 'Sato' }] });
      log.child({ client: '株式会社サンプル', token: 'abc' }).info('child');
      log.info({ deep: { a: { b: { c: { d: 'Sato' } } } }, map: new Map([['name', 'Sato']]) });
    });
    expect(lines).toHaveLength(10);
    for (const leak of [
      'Sato',
      'Sample',
      '佐藤',
      '見積',
      '5550',
      '0000',
      'client.example',
      'abc',
      'secret',
      'pw@',
      'call me',
      'kkk',
      '株式',
    ]) {
      expect(text).not.toContain(leak);
    }
  });

  it('P10 an error shows its kind, code and place, not its message, unless the message is our own', () => {
    class Coded extends Error {
      readonly code = 'storage.disk_full';
    }
    const refused = Object.assign(new Error('invalid input: "Sato"\n    at Sato (x:1:1)'), { code: '22P02' });
    const { text, lines } = logged((log) => {
      log.error({ err: refused }, 'failed');
      log.error(new Error('outer Sato', { cause: refused }));
      log.error({ err: new Coded('the disk is full') }, 'failed');
    });
    expect(text).not.toContain('Sato');
    expect(lines[0]?.err).toMatchObject({ type: 'Error', code: '22P02' });
    expect(lines[0]?.err).toHaveProperty('at', expect.arrayContaining([expect.stringMatching(/log\.test/)]));
    expect(lines[1]?.err).toMatchObject({ type: 'Error', cause: { code: '22P02' } });
    expect(lines[2]?.err).toMatchObject({ code: 'storage.disk_full', message: 'the disk is full' });
  });

  it('is silent below its level', () => {
    expect(logged((log) => log.info('x'), 'warn').lines).toEqual([]);
    expect(logged((log) => log.fatal('x'), 'silent').lines).toEqual([]);
  });
});
