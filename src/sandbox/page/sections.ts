import type { Arrived } from '../arrived.ts';

/** Where the page shows a message: with what clients see, by channel, or with what staff see in Slack. */
export const SECTIONS = ['chatwork', 'slack', 'email', 'staff'] as const;
export type Section = (typeof SECTIONS)[number];

export const SECTION_LABELS: Readonly<Record<Section, string>> = {
  chatwork: 'Chatwork',
  slack: 'Slack',
  email: 'メール',
  staff: '受付側への返事',
};

/** A place where messages arrive: a room, a channel, a mailbox, somebody's own messages. */
export interface Place {
  readonly section: Section;
  readonly target: string;
  readonly name: string;
  /** Newest first. */
  readonly messages: readonly Arrived[];
}

/** What the agency's own people read in Slack stands apart from the reports. */
export function sectionOf(message: Arrived): Section {
  return message.channel === 'slack' && message.audience === 'staff' ? 'staff' : message.channel;
}

/** What arrived, place by place; the place with the newest message first. */
export function placesOf(arrived: readonly Arrived[]): readonly Place[] {
  const places = new Map<string, { section: Section; target: string; name: string; messages: Arrived[] }>();
  for (const message of arrived.toReversed()) {
    const section = sectionOf(message);
    const key = `${section} ${message.target}`;
    const place = places.get(key);
    if (place === undefined) {
      places.set(key, { section, target: message.target, name: message.targetName, messages: [message] });
    } else place.messages.push(message);
  }
  return [...places.values()];
}

/** How many messages each section has. */
export function countsOf(arrived: readonly Arrived[]): Readonly<Record<Section, number>> {
  const counts = { chatwork: 0, slack: 0, email: 0, staff: 0 };
  for (const message of arrived) counts[sectionOf(message)] += 1;
  return counts;
}
