import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { OPERATOR, SIGNING_SECRET } from './app-config.ts';
import { machineMs } from './helper-process.ts';

/** Entries sent, by the number in their text: `machineMs` before the request, and how long the answer took, ms. */
export interface Sent {
  readonly sentMs: ReadonlyMap<number, number>;
  readonly ackMs: readonly number[];
  /** How many the program could not confirm within its deadline; they are recorded all the same. */
  readonly late: number;
}

export interface Load {
  /** Address of the web role. */
  readonly url: string;
  readonly perSecond: number;
  readonly count: number;
  /** Number of the first entry; every entry of a measurement has its own. */
  readonly first: number;
  /** The client of the n-th entry, as typed. */
  readonly clientOf: (n: number) => string;
  /** Ends before `count` when it says so. */
  readonly until?: () => boolean;
}

/**
 * One-line entries as signed Slack requests at a steady rate. The load is open: a request goes out when its time
 * has come, whether or not earlier ones were answered. Throws when one is refused.
 */
export async function offerEntries(load: Load): Promise<Sent> {
  const sentMs = new Map<number, number>();
  const ackMs: number[] = [];
  let late = 0;
  await steadily(load, async (n) => {
    const number = load.first + n;
    const at = machineMs();
    sentMs.set(number, at);
    const answer = await post(
      load.url,
      `${load.clientOf(n)} 用件 見積書の件で折り返しがほしいとのこと #bench-${number}#`,
      number,
    );
    ackMs.push(machineMs() - at);
    if (answer.includes('登録できたかどうか、まだ確認できていません')) late += 1;
    else if (!answer.includes('受付番号')) {
      throw new Error(`entry ${number} was not recorded: ${answer.slice(0, 300)}`);
    }
  });
  return { sentMs, ackMs, late };
}

/** Calls `send` at a steady rate, without waiting for it; rejects when one of them did. */
export async function steadily(
  o: { readonly perSecond: number; readonly count: number; readonly until?: () => boolean },
  send: (n: number) => Promise<void>,
): Promise<void> {
  const began = machineMs();
  const running: Promise<void>[] = [];
  for (let n = 0; n < o.count; n += 1) {
    const pause = began + (n * 1000) / o.perSecond - machineMs();
    if (pause > 0) await sleep(pause);
    if (o.until?.()) break;
    const one = send(n);
    one.catch(() => undefined);
    running.push(one);
  }
  await Promise.all(running);
}

async function post(url: string, text: string, number: number): Promise<string> {
  const body = new URLSearchParams({
    command: '/juden',
    text,
    user_id: OPERATOR,
    user_name: 'suzuki',
    team_id: 'T0BENCH01',
    channel_id: 'C0BENCH01',
    channel_name: 'bench',
    api_app_id: 'A0BENCH01',
    // A trigger is what tells one command from the next.
    trigger_id: `${Date.now()}.${number}.bench`,
    response_url: 'http://127.0.0.1:9/never-used',
  }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', SIGNING_SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
  const response = await fetch(`${url}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  });
  return await response.text();
}
