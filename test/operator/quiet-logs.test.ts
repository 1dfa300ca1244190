import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createBoltLogger } from '../../src/operator/bolt-logger.ts';
import { faultOf } from '../../src/operator/fault.ts';

describe('what is logged of Slack', () => {
  it('P10 keeps the fixed beginning of a message and the class of an error, never what follows', () => {
    const lines: string[] = [];
    const logger = createBoltLogger(
      pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    );
    logger.debug('http request body: {"text":"秘密"}');
    logger.info('API Call failed', { text: '秘密' });
    logger.warn('http request failed', '秘密の宛先');
    logger.error('An unhandled error occurred while Bolt processed (type: 秘密)', new TypeError('秘密'));
    logger.error(new Error('秘密'));
    logger.error(
      Object.assign(new Error('秘密'), { code: 'slack_webapi_platform_error', data: { error: '秘密' } }),
    );
    const log = lines.join('');
    expect(log).not.toContain('秘密');
    expect(lines).toHaveLength(5);
    expect(log).toContain('An unhandled error occurred while Bolt processed');
    expect(log).toContain('TypeError');
    expect(log).toContain('slack_webapi_platform_error');
  });

  it('P10 names an error by class, code and place', () => {
    expect(faultOf(Object.assign(new RangeError('秘密\n    at 秘密'), { code: '23505' }))).toMatchObject({
      error: 'RangeError',
      code: '23505',
    });
    expect(faultOf(Object.assign(new Error('x'), { code: '秘密 の コード' }))).not.toHaveProperty('code');
    expect(faultOf('秘密')).toEqual({ error: 'string' });
    const odd = new Error('一行目\n    at 秘密の行');
    expect(JSON.stringify(faultOf(odd))).not.toContain('秘密');
  });
});
