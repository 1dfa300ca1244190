import type { Kysely } from 'kysely';
import type { ClientCard } from '../clients/directory.ts';
import { isTrainee, reasonToReview } from '../delivery/review/reviewed.ts';
import { jstDay } from '../domain/calendar.ts';
import type { CallEntry, EntryProblem } from '../domain/call.ts';
import { type Kind, type RuleFlags, ruleFor } from '../domain/kinds.ts';
import type { ReminderSettings } from '../domain/reminders.ts';
import type { ReviewReason } from '../domain/review.ts';
import { loadKinds } from '../rulebook/kinds.ts';
import { type SurchargeReason, surchargeReasons } from '../rulebook/surcharges.ts';
import type { Schema } from '../storage/schema.ts';

/** An entry with everything it points at found. */
export interface LookedUp {
  readonly client: Pick<ClientCard, 'id' | 'code' | 'name' | 'kana'> & {
    readonly reminders: ReminderSettings | null;
  };
  readonly kind: Kind;
  /** The rule in force for this client on the JST day of the call. */
  readonly rule: RuleFlags;
  /** The roster member asked for; null when nobody, or somebody not on the roster. */
  readonly addressee: { readonly id: string; readonly name: string } | null;
  readonly responsibleMemberId: string | null;
  readonly surcharge: SurchargeReason | null;
  /** Why its report is read before it is sent; null when it is not. */
  readonly review: ReviewReason | null;
}

/**
 * Finds what an entry points at, locking the client's row: the running count of its month is taken under this
 * lock (P5). Every problem at once, each at its field.
 */
export async function lookUp(
  trx: Kysely<Schema>,
  entry: CallEntry,
): Promise<{ readonly found?: LookedUp; readonly problems: readonly EntryProblem[] }> {
  const problems: EntryProblem[] = [];
  const client = await trx
    .selectFrom('clients')
    .select(['id', 'code', 'name', 'kana', 'status', 'reminders', 'review'])
    .select(isTrainee(entry.operator.id).as('trainee'))
    .where('id', '=', entry.clientId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (client === undefined) {
    return {
      problems: [{ field: 'client', message: 'この顧客は見つかりません。一覧から選び直してください。' }],
    };
  }
  if (client.status === 'ended') {
    problems.push({
      field: 'client',
      message: `${client.code} は契約が終了しています。顧客を確かめ、必要なら管理者へご連絡ください。`,
    });
  }

  const day = jstDay(entry.occurredAt);
  const { kinds, rules } = await loadKinds(trx);
  const kind = kinds.find((candidate) => candidate.code === entry.kind);
  const rule = kind && ruleFor(rules, { kind: kind.code, clientId: client.id, day });
  if (kind === undefined || rule === undefined) {
    problems.push({ field: 'kind', message: 'この種別は使えません。一覧から選び直してください。' });
  }

  const roster = await trx
    .selectFrom('roster_members')
    .select(['id', 'name', 'responsible'])
    .where('client_id', '=', client.id)
    .where('active', '=', true)
    .execute();
  const { addressee } = entry;
  const member =
    addressee?.type === 'member' ? roster.find(({ id }) => id === addressee.memberId) : undefined;
  if (addressee?.type === 'member' && member === undefined) {
    problems.push({
      field: 'addressee',
      message: `お名指しの方が ${client.code} の名簿にありません。選び直すか、聞き取った名前を入力してください。`,
    });
  }

  const surcharge = await findSurcharge(trx, entry, rule, day, problems);
  if (problems.length > 0 || kind === undefined || rule === undefined) return { problems };
  return {
    found: {
      client: {
        id: client.id,
        code: client.code,
        name: client.name,
        kana: client.kana,
        reminders: client.reminders,
      },
      kind,
      rule,
      addressee: member ?? null,
      responsibleMemberId: roster.find((person) => person.responsible)?.id ?? null,
      surcharge,
      review: reasonToReview(client),
    },
    problems,
  };
}

async function findSurcharge(
  trx: Kysely<Schema>,
  entry: CallEntry,
  rule: RuleFlags | undefined,
  day: string,
  problems: EntryProblem[],
): Promise<SurchargeReason | null> {
  // A call that is not counted costs nothing, whatever was chosen before the kind was changed (P2).
  if (entry.surcharge === null || rule?.counted !== true) return null;
  const reason = (await surchargeReasons(trx, day)).find(({ code }) => code === entry.surcharge);
  if (reason === undefined) {
    problems.push({
      field: 'surcharge',
      message: 'この割増料金の理由は使えません。一覧から選び直してください。',
    });
    return null;
  }
  return reason;
}
