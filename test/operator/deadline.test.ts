import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { BoltBody } from '../../src/operator/dispatch.ts';
import { createDispatch } from '../../src/operator/dispatch.ts';
import { createDesk } from './desk.ts';

const COMMAND: BoltBody = { command: '/juden', text: '', user_id: 'U1', team_id: 'T1', trigger_id: '1.2' };
const log = pino({ level: 'silent' });

describe('the deadline', () => {
  it('answers for a listener that never acknowledges, and takes its late word for nothing', async () => {
    let ackLate: (() => Promise<void>) | undefined;
    const dispatch = createDispatch({
      bolt: {
        processEvent: ({ ack }) => {
          ackLate = async () => await ack({ text: 'late' });
          return new Promise(() => undefined);
        },
      },
      log,
      deadlineMs: 10,
      late: () => ({ text: 'not yet' }),
    });
    expect(await dispatch(COMMAND)).toEqual({ type: 'acknowledged', payload: { text: 'not yet' } });
    await expect(ackLate?.()).resolves.toBeUndefined();
  });

  it('passes the first acknowledgement on and ignores a second', async () => {
    const dispatch = createDispatch({
      bolt: {
        processEvent: async ({ ack }) => {
          await ack('first');
          await ack('second');
        },
      },
      log,
      deadlineMs: 1000,
      late: () => undefined,
    });
    expect(await dispatch(COMMAND)).toEqual({ type: 'acknowledged', payload: { text: 'first' } });
  });

  it('calls a body that Bolt throws at unreadable', async () => {
    const dispatch = createDispatch({
      bolt: { processEvent: () => Promise.reject(new TypeError('x of null')) },
      log,
      deadlineMs: 1000,
      late: () => undefined,
    });
    expect(await dispatch(COMMAND)).toEqual({ type: 'unreadable' });
  });

  it('holds through the whole app while Slack itself hangs', async () => {
    const desk = await createDesk({
      operators: ['U0OPERATOR1'],
      settings: { answerDeadlineMs: 500, slackTimeoutMs: 900, nameTimeoutMs: 50 },
    });
    try {
      desk.sandbox.fail({
        service: 'slack',
        operation: 'views.open',
        times: 'always',
        failure: { how: 'hang' },
      });
      await desk.addClient({ code: 'acme' });
      const opened = await desk.operator.command('acme');
      expect(opened.tookMs).toBeLessThan(1500);
      expect(opened.failed).toBeNull();
      expect(JSON.stringify(opened.message)).toContain('/juden acme');
      // Names and groups are Slack's to tell, but no entry waits for them.
      desk.sandbox.fail({
        service: 'slack',
        operation: 'users.info',
        times: 'always',
        failure: { how: 'hang' },
      });
      const recorded = await desk.operator.command('acme 営業電話');
      expect(recorded.message?.text).toContain('登録しました');
    } finally {
      await desk.close();
    }
  });

  it('tells the person what matters for each kind of request', async () => {
    const desk = await createDesk({
      operators: ['U0OPERATOR1'],
      settings: { answerDeadlineMs: 150, recordTimeoutMs: 5000 },
    });
    try {
      await desk.addClient({ code: 'acme' });
      const modal = await desk.operator.openModal('acme');
      desk.database.set('silent');
      expect(await modal.search('client', 'a')).toEqual([]);
      await modal.choose('kind', '営業電話');
      expect(modal.lastRequest()?.payload).toMatchObject({ type: 'block_actions' });
      expect(await modal.submit()).toMatchObject({
        type: 'errors',
        errors: { kind: expect.stringContaining('開いたままで大丈夫です') },
      });
      const line = await desk.operator.command('acme 営業電話');
      expect(line.message?.text).toContain('登録できたかどうか、まだ確認できていません');
      expect((await desk.operator.command('')).message?.text).toContain('開けませんでした');
      desk.database.set('up');
      await desk.app.stop();
      const calls = await desk.world.db.selectFrom('calls').select('source').execute();
      expect(calls.map(({ source }) => source).toSorted()).toEqual(['line', 'modal']);
    } finally {
      await desk.close();
    }
  });
});
