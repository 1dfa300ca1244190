import { type Kysely, sql } from 'kysely';
import type { NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import type { Choice } from './choice.ts';

/** A home that was opened lately. */
export interface WatchedHome {
  readonly userId: string;
  readonly openedAt: Date;
  /** Its person asked for something that is not on the screen yet. */
  readonly asked: boolean;
  readonly shownPulse: string | null;
}

/** A home one process may publish now; nobody else does until the lease is over. */
export interface ClaimedHome {
  readonly userId: string;
  readonly lease: string;
  readonly openedAt: Date;
  readonly choice: unknown;
  readonly version: number;
  readonly shownDigest: string | null;
  readonly viewHash: string | null;
  readonly publishedAt: Date | null;
}

/** What a publication came to. */
export interface Shown {
  readonly digest: string | null;
  readonly viewHash: string | null;
}

/** Somebody opened or used the home. Raises its version, so that no publication begun before counts for it. */
export async function openHome(
  db: Kysely<Schema>,
  o: { readonly userId: string; readonly choice: Choice; readonly now: Date; readonly forget: boolean },
): Promise<void> {
  const choice = JSON.stringify(o.choice);
  await db
    .insertInto('homes')
    .values({ user_id: o.userId, opened_at: o.now, choice })
    .onConflict((conflict) =>
      conflict.column('user_id').doUpdateSet((eb) => ({
        opened_at: o.now,
        choice,
        version: eb('homes.version', '+', 1),
        ...(o.forget && { shown_digest: null, view_hash: null }),
      })),
    )
    .execute();
}

/** What somebody chose to see, as stored. */
export async function storedChoice(db: Kysely<Schema>, userId: string): Promise<unknown> {
  const row = await db.selectFrom('homes').select('choice').where('user_id', '=', userId).executeTakeFirst();
  return row?.choice;
}

/** By index `homes_opened`; those who asked first, then those who have waited longest. */
export async function watchedHomes(
  db: Kysely<Schema>,
  o: { readonly since: Date; readonly now: Date },
): Promise<readonly WatchedHome[]> {
  const { rows } = await sql<WatchedHome>`
    select user_id as "userId", opened_at as "openedAt", version > shown_version as asked, shown_pulse as "shownPulse"
    from homes
    where opened_at > ${o.since}
      and (rest_until is null or rest_until <= ${o.now})
      and (lease_until is null or lease_until <= ${o.now})
    order by version > shown_version desc, published_at nulls first, user_id
  `.execute(db);
  return rows;
}

/** Takes a home for one process; undefined while another has it, it rests, or it was published just now. */
export async function claimHome(
  db: Kysely<Schema>,
  o: {
    readonly userId: string;
    readonly now: Date;
    readonly gapMs: number;
    readonly leaseMs: number;
    readonly newId: NewId;
  },
): Promise<ClaimedHome | undefined> {
  const { rows } = await sql<ClaimedHome>`
    update homes set lease = ${o.newId()}, lease_until = ${new Date(o.now.getTime() + o.leaseMs)}
    where user_id = ${o.userId}
      and (lease_until is null or lease_until <= ${o.now})
      and (rest_until is null or rest_until <= ${o.now})
      and (published_at is null or published_at <= ${new Date(o.now.getTime() - o.gapMs)})
    returning user_id as "userId", lease, opened_at as "openedAt", choice, version,
      shown_digest as "shownDigest", view_hash as "viewHash", published_at as "publishedAt"
  `.execute(db);
  return rows[0];
}

/** Gives a home back. Nothing is written by who lost the lease meanwhile. */
export async function releaseHome(
  db: Kysely<Schema>,
  home: Pick<ClaimedHome, 'userId' | 'lease' | 'version'>,
  o: /** On the screen is what `pulse` stands for: published now, or found to be there already. */
    | {
        readonly type: 'shown';
        readonly pulse: string | null;
        readonly publishedAt: Date | null;
        readonly shown: Shown;
      }
    /** Nothing was published; tried again at the next look. */
    | { readonly type: 'untouched' }
    /** Nobody knows what is on the screen. */
    | { readonly type: 'unknown'; readonly restUntil: Date | null },
): Promise<void> {
  const free = { lease: null, lease_until: null };
  const update = db.updateTable('homes').where('user_id', '=', home.userId).where('lease', '=', home.lease);
  switch (o.type) {
    case 'shown':
      await update
        .set({
          ...free,
          shown_version: home.version,
          shown_pulse: o.pulse,
          shown_digest: o.shown.digest,
          view_hash: o.shown.viewHash,
          rest_until: null,
          ...(o.publishedAt !== null && { published_at: o.publishedAt }),
        })
        .execute();
      return;
    case 'untouched':
      await update.set(free).execute();
      return;
    case 'unknown':
      await update
        .set({ ...free, shown_pulse: null, shown_digest: null, view_hash: null, rest_until: o.restUntil })
        .execute();
      return;
    default:
      o satisfies never;
  }
}

/** Forgets somebody's home. */
export async function forgetHome(db: Kysely<Schema>, userId: string): Promise<void> {
  await db.deleteFrom('homes').where('user_id', '=', userId).execute();
}

/** Forgets homes nobody has opened since. */
export async function forgetOldHomes(db: Kysely<Schema>, since: Date): Promise<void> {
  await db.deleteFrom('homes').where('opened_at', '<', since).execute();
}
