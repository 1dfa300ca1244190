import { type Kysely, sql } from 'kysely';
import { atJst, monthStart } from '../../domain/calendar.ts';
import type { Schema } from '../../storage/schema.ts';

/*
 * A pulse is a sign that stays the same as long as nothing a home shows has changed. It may change without need (the
 * home is then built anew and found to be the same), never the other way round. Asked every few seconds for all open
 * homes together.
 *
 * Beside a million earlier calls, on PostgreSQL 15 and a busy machine with two cores: 34 ms for 59 operators with 1,400
 * entries of the day (23 ms in the server), 5 ms for the floor (0.3 ms in the server). What is older is not touched.
 */

/**
 * The pulses of operators' days, by operator; absent: no entry yet. One statement for all of them, by indexes
 * `calls_operator_recorded`, `reports_call_id_sequence_key` and `deliveries_report_id_channel_address_key`.
 */
export async function operatorPulses(
  db: Kysely<Schema>,
  operatorIds: readonly string[],
  day: string,
): Promise<ReadonlyMap<string, string>> {
  if (operatorIds.length === 0) return new Map();
  const { rows } = await operatorPulsesQuery(operatorIds, day).execute(db);
  return new Map(rows.map(({ person, pulse }) => [person, `${day} ${pulse}`]));
}

export function operatorPulsesQuery(operatorIds: readonly string[], day: string) {
  return sql<{ person: string; pulse: string }>`
    select watched.person, md5(string_agg(today.sign, ' ' order by today.id)) as pulse
    from unnest(${[...operatorIds]}::text[]) watched(person)
    cross join lateral (
      select c.id, concat_ws(',', c.id, c.revision, c.retracted_at is not null, (
        select string_agg(case when d.state in ('due', 'queued', 'sending') then 'waiting' else d.state end, ',' order by d.id)
        from reports r join deliveries d on d.report_id = r.id where r.call_id = c.id
      )) as sign
      from calls c
      where c.operator_id = watched.person and c.recorded_at >= ${atJst(day, '00:00')}
    ) today
    group by watched.person
  `;
}

/**
 * The pulse of the whole floor. Each part reads one index of what is open, or of today: `calls_recorded`,
 * `call_changes_at`, `deliveries_waiting`, `deliveries_leased`, `deliveries_uncertain`, `deliveries_failed`,
 * `cases_open`, `disputes_open`, `disputes_at`, `destinations_disabled`.
 */
export async function floorPulse(db: Kysely<Schema>, day: string, now: Date): Promise<string> {
  const { rows } = await floorPulseQuery(day, now).execute(db);
  return `${day} ${rows[0]?.pulse ?? ''}`;
}

export function floorPulseQuery(day: string, now: Date) {
  const since = atJst(day, '00:00');
  const month = atJst(monthStart(day.slice(0, 7)), '00:00');
  // While something waits, its age is looked at every minute.
  const minute = sql`${` ${Math.floor(now.getTime() / 60_000)}`}::text`;
  return sql<{ pulse: string }>`
    select md5(concat_ws('|',
      (select concat(count(*), ' ', max(recorded_at)) from calls where recorded_at >= ${since}),
      (select count(*) from call_changes where at >= ${since}),
      (select concat(count(*), ' ', sum(hashtext(id::text)::bigint * case state when 'held' then 3 else 1 end),
          case when count(*) > 0 then ${minute} end)
        from deliveries where state in ('held', 'due')),
      (select concat(count(*), ' ', sum(hashtext(id::text)::bigint)) from deliveries where state in ('queued', 'sending')),
      (select concat(count(*), ' ', sum(hashtext(concat(id, looks, superseded))::bigint),
          case when count(*) > 0 then ${minute} end)
        from deliveries where state = 'uncertain'),
      (select count(*) from deliveries where state = 'failed' and ended_at >= ${since}),
      (select concat(count(*), ' ', sum(last_seq), ' ', max(updated_at)) from cases where state <> 'closed'),
      (select concat(count(*), ' ', min(at)) from disputes where decision is null),
      (select concat(count(*), ' ', count(decision)) from disputes where at >= ${month}),
      (select concat(count(*), ' ', max(disabled_at)) from destinations where disabled_at is not null and active)
    )) as pulse
  `;
}
