import { type Logger as BoltLogger, LogLevel } from '@slack/bolt';
import type { Logger } from 'pino';
import { faultOf } from './fault.ts';

/** Bolt's messages begin with a fixed sentence; what it adds of a request follows one of these signs. */
const WHERE_PAYLOADS_BEGIN = /[:({["']/;
const LONGEST = 100;

/**
 * Bolt's and Slack's own logging, bridged without payloads (P10): debug lines, which hold whole requests, are
 * dropped; of the others only the fixed beginning and the class of an error are kept.
 */
export function createBoltLogger(log: Logger): BoltLogger {
  const write = (level: 'info' | 'warn' | 'error', parts: readonly unknown[]): void => {
    const error = parts.find((part) => part instanceof Error);
    const sentence = parts.find((part) => typeof part === 'string') ?? '';
    const said = sentence.split(WHERE_PAYLOADS_BEGIN, 1)[0]?.slice(0, LONGEST).trim() ?? '';
    log[level]({ from: 'bolt', ...(error === undefined ? {} : faultOf(error)) }, said);
  };
  return {
    debug: () => undefined,
    info: (...parts: unknown[]) => write('info', parts),
    warn: (...parts: unknown[]) => write('warn', parts),
    error: (...parts: unknown[]) => write('error', parts),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
