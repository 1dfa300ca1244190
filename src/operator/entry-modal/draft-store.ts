import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { NUMBER_STATES, WISHES } from '../../domain/call.ts';
import { storable } from '../../domain/text.ts';
import type { Schema } from '../../storage/schema.ts';
import { type DraftPatch, EMPTY_DRAFT, type EntryDraft, mergeDraft } from './draft.ts';

/** A stored draft that no longer reads (an older version's) counts field by field, never as a failure. */
const Text = z.string().nullable().catch(null);
const StoredPrefill = z.object({
  clientId: z.string(),
  number: z.string(),
  company: Text,
  name: Text,
  kana: Text,
});
const Stored = z.object({
  clientId: Text,
  kind: Text,
  occurredAt: z.number().nullable().catch(null),
  addresseeName: Text,
  company: Text,
  name: Text,
  kana: Text,
  numberState: z.enum(NUMBER_STATES).nullable().catch(null),
  number: Text,
  numberConfirmed: z.boolean().catch(false),
  message: Text,
  quote: Text,
  wish: z.enum(WISHES).nullable().catch(null),
  urgent: z.boolean().catch(false),
  surcharge: Text,
});

/**
 * Merges what a form shows into its draft and returns the whole. Two changes may arrive in the wrong order:
 * where both speak of a field, the one acted on later wins.
 * @param actedAt when the operator acted, seconds since 1970 as Slack stamps actions
 */
export async function saveDraft(
  db: Kysely<Schema>,
  o: {
    readonly viewId: string;
    readonly operatorId: string;
    readonly patch: DraftPatch;
    readonly actedAt: number;
    readonly now: Date;
  },
): Promise<EntryDraft> {
  const fields = JSON.stringify({ ...toFields(o.patch), actedAt: o.actedAt });
  const { rows } = await sql<{ fields: unknown }>`
    insert into drafts (view_id, operator_id, fields, updated_at)
    values (${o.viewId}, ${o.operatorId}, ${fields}::jsonb, ${o.now})
    on conflict (view_id) do update set
      fields = case
        when (drafts.fields->>'actedAt')::float8 <= (excluded.fields->>'actedAt')::float8
        then drafts.fields || excluded.fields
        else excluded.fields || drafts.fields
      end,
      updated_at = excluded.updated_at
    where drafts.operator_id = excluded.operator_id
    returning fields
  `.execute(db);
  return readDraft(rows[0]?.fields) ?? mergeDraft(EMPTY_DRAFT, o.patch);
}

/** The draft of a form, or undefined when nothing was saved of it. Only its own operator's. */
export async function findDraft(
  db: Kysely<Schema>,
  viewId: string,
  operatorId: string,
): Promise<EntryDraft | undefined> {
  const row = await db
    .selectFrom('drafts')
    .select('fields')
    .where('view_id', '=', viewId)
    .where('operator_id', '=', operatorId)
    .executeTakeFirst();
  return readDraft(row?.fields);
}

/** Removes a draft whose call is on record. */
export async function deleteDraft(db: Kysely<Schema>, viewId: string): Promise<void> {
  await db.deleteFrom('drafts').where('view_id', '=', viewId).execute();
}

/**
 * Removes drafts nobody came back to; how many. For the clock: an open form that is still used keeps its own.
 * @param before drafts last changed before this moment; 24 h ago is the rule
 */
export async function purgeDrafts(db: Kysely<Schema>, before: Date): Promise<number> {
  const result = await db.deleteFrom('drafts').where('updated_at', '<', before).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** A roster member is a field of its own for each client, so that merging one leaves the others. */
const ADDRESSEE = 'addressee.';
/** So is the round of a block. */
const RENEWED = 'renewed.';
/** And the names put in for that round. */
const PREFILL = 'prefill.';

function readDraft(fields: unknown): EntryDraft | undefined {
  if (typeof fields !== 'object' || fields === null) return undefined;
  const under = (prefix: string) =>
    Object.entries(fields)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]): [string, unknown] => [key.slice(prefix.length), value]);
  const addressees = Object.fromEntries(
    under(ADDRESSEE).map(([key, value]) => [key, typeof value === 'string' ? value : null]),
  );
  const renewed = Object.fromEntries(
    under(RENEWED).flatMap(([key, value]) => (typeof value === 'number' ? [[key, value]] : [])),
  );
  const prefills = Object.fromEntries(
    under(PREFILL).flatMap(([key, value]) => {
      const prefill = StoredPrefill.safeParse(value).data;
      return prefill === undefined ? [] : [[key, prefill]];
    }),
  );
  return { ...Stored.parse({ ...EMPTY_DRAFT, ...fields }), addressees, prefills, renewed };
}

/** `jsonb` holds no NUL and no half characters. */
function toFields({ addressees, prefills, renewed, ...patch }: DraftPatch): Record<string, unknown> {
  return Object.fromEntries([
    ...Object.entries(patch).map(([key, value]) => [
      key,
      typeof value === 'string' ? storable(value) : value,
    ]),
    ...Object.entries(addressees ?? {}).map(([clientId, memberId]) => [`${ADDRESSEE}${clientId}`, memberId]),
    ...Object.entries(prefills ?? {}).map(([round, prefill]) => [`${PREFILL}${round}`, prefill]),
    ...Object.entries(renewed ?? {}).map(([base, round]) => [`${RENEWED}${base}`, round]),
  ]);
}
