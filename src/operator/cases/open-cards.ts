import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Channels } from '../../channels/channel.ts';
import { createSlackUpdater } from '../../channels/slack/update.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Cases } from '../../followup/cases/cases.ts';
import type { Schema } from '../../storage/schema.ts';
import { type CardPump, type CardSettings, createCardPump } from './card-pump.ts';

/** The supervisors' cards with a connection to Slack of their own, to be closed with `close`. */
export function openCards(deps: {
  readonly db: Kysely<Schema>;
  readonly cases: Pick<Cases, 'read'>;
  readonly channels: Channels;
  readonly slack: {
    readonly botToken: string;
    readonly apiUrl: string;
    readonly supervisorChannel?: string | undefined;
  };
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
  readonly settings?: Partial<CardSettings>;
}): { readonly pump: CardPump; close(): Promise<void> } {
  const { botToken, apiUrl, supervisorChannel: channel } = deps.slack;
  const updater = createSlackUpdater({ botToken, apiUrl, clock: deps.clock });
  const pump = createCardPump({ ...deps, slack: deps.channels.slack, updater, channel });
  return { pump, close: () => updater.close() };
}
