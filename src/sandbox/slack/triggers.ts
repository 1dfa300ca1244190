import { randomBytes } from 'node:crypto';
import type { Clock } from '../../domain/ports.ts';
import type { Limits } from '../limits.ts';

interface Trigger {
  readonly userId: string;
  /** The view the person was in, when there was one: what `views.push` stacks upon. */
  readonly viewId: string | null;
  readonly expiresAtMs: number;
  spent: boolean;
}

export interface ResponseUrl {
  readonly id: string;
  readonly userId: string;
  readonly channelId: string;
  /** The message whose button was pressed, which `replace_original` and `delete_original` mean. */
  readonly messageTs: string | null;
  readonly expiresAtMs: number;
  uses: number;
}

export type Spent =
  | { readonly ok: true; readonly userId: string; readonly viewId: string | null }
  | {
      readonly ok: false;
      readonly error: 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id';
    };

/** Trigger ids, good for one view within seconds, and response URLs, good for a few answers. */
export function createTriggers(clock: Clock, limits: Limits) {
  const triggers = new Map<string, Trigger>();
  const responseUrls = new Map<string, ResponseUrl>();

  /** Ids expire within seconds but a day of calls issues thousands: the oldest are forgotten. */
  function forget<K, V>(map: Map<K, V>): void {
    if (map.size <= 50_000) return;
    for (const key of [...map.keys()].slice(0, 25_000)) map.delete(key);
  }

  return {
    issue(userId: string, viewId: string | null = null): string {
      forget(triggers);
      const id = `${clock().getTime()}.${randomBytes(5).readUIntBE(0, 5)}.${randomBytes(16).toString('hex')}`;
      triggers.set(id, { userId, viewId, expiresAtMs: clock().getTime() + limits.triggerMs, spent: false });
      return id;
    },
    spend(id: string): Spent {
      const trigger = triggers.get(id);
      if (trigger === undefined) return { ok: false, error: 'invalid_trigger_id' };
      if (trigger.spent) return { ok: false, error: 'exchanged_trigger_id' };
      if (clock().getTime() > trigger.expiresAtMs) return { ok: false, error: 'expired_trigger_id' };
      trigger.spent = true;
      return { ok: true, userId: trigger.userId, viewId: trigger.viewId };
    },
    issueResponseUrl(o: {
      readonly userId: string;
      readonly channelId: string;
      readonly messageTs?: string;
    }): ResponseUrl {
      forget(responseUrls);
      const url: ResponseUrl = {
        id: randomBytes(12).toString('hex'),
        userId: o.userId,
        channelId: o.channelId,
        messageTs: o.messageTs ?? null,
        expiresAtMs: clock().getTime() + limits.responseUrlMs,
        uses: 0,
      };
      responseUrls.set(url.id, url);
      return url;
    },
    knowsResponseUrl: (id: string): boolean => responseUrls.has(id),
    /** One use of a response URL, or why it is refused, in Slack's words. */
    useResponseUrl(
      id: string,
    ): { ok: true; url: ResponseUrl } | { ok: false; error: 'used_url' | 'expired_url' } {
      const url = responseUrls.get(id);
      if (url === undefined || clock().getTime() > url.expiresAtMs)
        return { ok: false, error: 'expired_url' };
      if (url.uses >= limits.responseUrlUses) return { ok: false, error: 'used_url' };
      url.uses += 1;
      return { ok: true, url };
    },
  };
}
export type Triggers = ReturnType<typeof createTriggers>;
