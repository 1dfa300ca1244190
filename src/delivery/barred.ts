import { sql } from 'kysely';

/**
 * SQL that is true where delivery `d` may not be handed out at `now`: its room, its client's share, its
 * credential, or the part of it that is not for urgent reports. The scopes are those of `SCOPE` in `budgets.ts`.
 */
export function barred(now: Date) {
  return sql<boolean>`exists (
    select 1 from blocked_scopes blocked
    where blocked.until > ${now}
      and blocked.scope in (
        'destination:' || d.channel || ':' || d.address,
        'client:' || d.credential || ':' || d.client_id,
        'credential:' || d.credential,
        case when d.urgent then null else 'not-urgent:' || d.credential end
      )
  )`;
}
