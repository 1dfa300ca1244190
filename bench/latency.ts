import type { Role } from '../src/app.ts';
import { openChatwork, TIMEOUT_MS } from './drain/chatwork.ts';
import { machineMs } from './helper-process.ts';
import { install } from './installation.ts';
import { CLIENTS, ROOM } from './ledger.ts';
import type { Servers } from './servers.ts';
import { offerEntries, steadily } from './signed-entries.ts';
import { percentile } from './statistics.ts';

export interface Latency {
  readonly roles: string;
  readonly perSecond: number;
  readonly entries: number;
  /** From sending the entry to the far side having its report whole, ms. */
  readonly entry: { readonly p50: number; readonly p99: number };
  /** The far side's own: the same for a post that comes from nowhere, at the same rate, in between. */
  readonly bare: { readonly p50: number; readonly p99: number };
  /** Until the operator was answered. */
  readonly ack: { readonly p50: number; readonly p99: number };
  /** Answers that came only after the program's deadline. */
  readonly late: number;
}

const BARE_FIRST = 1_000_000;
const WARM_UP = 100;

/** Entry → far side, at a steady rate, spread over all clients. */
export async function measureLatency(
  servers: Servers,
  o: {
    readonly template: string;
    readonly roles: readonly Role[];
    readonly loads: readonly { readonly perSecond: number; readonly seconds: number }[];
  },
): Promise<readonly Latency[]> {
  const installation = await install(servers, { ...o, budgets: 'none' });
  const { url, farSide, farSideUrl } = installation;
  const chatwork = openChatwork({ databaseUrl: '', redisUrl: '', farSideUrl, slots: 1 });
  const clientOf = (n: number) => `c${n % CLIENTS}`;
  const results: Latency[] = [];
  try {
    await offerEntries({ url, perSecond: 10, count: WARM_UP, first: 0, clientOf });
    await farSide.ask({ type: 'until', count: WARM_UP, timeoutMs: 60_000 });
    for (const { perSecond, seconds } of o.loads) {
      const count = perSecond * seconds;
      await farSide.ask({ type: 'reset' });
      const bareSentMs = new Map<number, number>();
      const bare = async (): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 500 / perSecond));
        await steadily({ perSecond, count }, async (n) => {
          const text = `【受電報告】 #bench-${BARE_FIRST + n}#`;
          const message = {
            deliveryId: '',
            mark: '',
            address: String(ROOM + n),
            mention: null,
            body: { text },
          };
          bareSentMs.set(BARE_FIRST + n, machineMs());
          await chatwork.send(message, AbortSignal.timeout(TIMEOUT_MS));
        });
      };
      const [sent] = await Promise.all([offerEntries({ url, perSecond, count, first: 0, clientOf }), bare()]);
      await farSide.ask({ type: 'until', count: 2 * count, timeoutMs: 60_000 });
      const { tokens } = await farSide.ask({ type: 'report' });
      results.push({
        roles: o.roles.join(' + '),
        perSecond,
        entries: count,
        entry: quantiles(took(sent.sentMs, tokens)),
        bare: quantiles(took(bareSentMs, tokens)),
        ack: quantiles(sent.ackMs),
        late: sent.late,
      });
    }
  } finally {
    await chatwork.close();
    await installation.close();
  }
  return results;
}

/** How long each took, ms. Throws when one never arrived: a latency without the lost ones would be a lie. */
export function took(
  sentMs: ReadonlyMap<number, number>,
  arrivedMs: ReadonlyMap<number, number>,
): readonly number[] {
  return [...sentMs].map(([number, sent]) => {
    const arrived = arrivedMs.get(number);
    if (arrived === undefined) throw new Error(`message ${number} never arrived`);
    return arrived - sent;
  });
}

function quantiles(values: readonly number[]) {
  return { p50: percentile(values, 50), p99: percentile(values, 99) };
}
