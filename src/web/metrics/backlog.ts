import type { Kysely } from 'kysely';
import type { Registry } from 'prom-client';
import * as backlog from '../../delivery/backlog.ts';
import type { Clock } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import { readGauge } from './reading.ts';

/** Makes a reading that scrapes share. */
export type Share = <T>(read: () => Promise<T>) => () => Promise<T | undefined>;

/** What waits in the database, read when somebody asks. The same from every process: take the maximum, not the sum. */
export function showBacklog(
  registry: Registry,
  o: { readonly db: Kysely<Schema>; readonly clock: Clock; readonly share: Share },
): void {
  const { db, clock } = o;
  const ageOf = (moment: Date): number => Math.max(0, clock().getTime() - moment.getTime()) / 1000;

  const open = [
    o.share(() => backlog.waitingDeliveries(db)),
    o.share(() => backlog.deliveriesInFlight(db)),
    o.share(() => backlog.uncertainDeliveries(db)),
  ];
  const allOpen = async () => (await Promise.all(open.map((read) => read()))).flatMap((rows) => rows ?? []);
  readGauge(registry, {
    name: 'toritsugi_deliveries',
    help: 'Deliveries that have not ended, by state: held, due, queued, sending, uncertain.',
    labelNames: ['state', 'channel'],
    read: async () =>
      (await allOpen()).map(({ state, channel, count }) => ({ labels: { state, channel }, value: count })),
  });
  readGauge(registry, {
    name: 'toritsugi_deliveries_oldest_age_seconds',
    help: 'How long the client of the oldest delivery in this state has been without its report.',
    labelNames: ['state', 'channel'],
    read: async () =>
      (await allOpen()).map(({ state, channel, oldest }) => ({
        labels: { state, channel },
        value: ageOf(oldest),
      })),
  });

  const relayLag = o.share(() => backlog.relayLagMs(db, clock()));
  readGauge(registry, {
    name: 'toritsugi_relay_lag_seconds',
    help: 'How long a delivery whose time has come, and which no budget or far side bars, has not been handed out.',
    async read() {
      const lag = await relayLag();
      return lag === undefined ? undefined : [{ labels: {}, value: lag / 1000 }];
    },
  });

  const notices = o.share(() => backlog.waitingNotices(db));
  readGauge(registry, {
    name: 'toritsugi_notices_waiting',
    help: 'Messages of the bot that have not been sent, by who is to read them.',
    labelNames: ['audience'],
    read: async () =>
      (await notices())?.map(({ audience, count }) => ({ labels: { audience }, value: count })),
  });
  readGauge(registry, {
    name: 'toritsugi_notices_oldest_age_seconds',
    help: 'Age of the oldest message of the bot that has not been sent.',
    labelNames: ['audience'],
    read: async () =>
      (await notices())?.map(({ audience, oldest }) => ({ labels: { audience }, value: ageOf(oldest) })),
  });

  const barred = o.share(() => backlog.barredScopes(db, clock()));
  readGauge(registry, {
    name: 'toritsugi_blocked_scopes',
    help: 'Scopes nothing is sent in now (destination, client, credential, not-urgent), by who bars them.',
    labelNames: ['kind', 'by'],
    read: async () =>
      (await barred())?.map(({ kind, by, count }) => ({ labels: { kind, by }, value: count })),
  });
}
