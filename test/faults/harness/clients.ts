import type { ChannelName } from '../../../src/domain/outcome.ts';

/** Where a client's reports go. */
export interface Target {
  readonly channel: ChannelName;
  readonly address: string;
}

export interface Client {
  readonly code: string;
  readonly targets: readonly Target[];
}

const CHANNELS = ['chatwork', 'slack', 'email'] as const;
/** Every so many clients one has its reports sent to a second channel as well. */
const SECOND_EVERY = 5;

/** Clients over all channels; some with two destinations. Codes `k0`, `k1` …; everything about them is made up. */
export function makeClients(count: number, channels: readonly ChannelName[] = CHANNELS): readonly Client[] {
  return Array.from({ length: count }, (_, index) => {
    const first = channels[index % channels.length] ?? 'chatwork';
    const second = channels[(index + 1) % channels.length] ?? 'chatwork';
    const both = index % SECOND_EVERY === 0 && second !== first ? [first, second] : [first];
    return {
      code: `k${index}`,
      targets: both.map((channel) => ({ channel, address: addressOf(channel, index) })),
    };
  });
}

function addressOf(channel: ChannelName, index: number): string {
  switch (channel) {
    case 'chatwork':
      return String(300_000_000 + index);
    case 'slack':
      return `C0FAULT${String(index).padStart(4, '0')}`;
    case 'email':
      return `k${index}@client.example`;
    default:
      return channel satisfies never;
  }
}

/** The clients as `clients import` reads them. */
export function clientsYaml(clients: readonly Client[]): string {
  const one = ({ code, targets }: Client): string => `  - code: ${code}
    name: サンプル${code}株式会社
    kana: サンプル${code.slice(1)}
    plans: [{ from: 2026-01, plan: small }]
    destinations: [${targets.map(({ channel, address }) => `{ channel: ${channel}, address: '${address}' }`).join(', ')}]
`;
  return `clients:\n${clients.map(one).join('')}`;
}
