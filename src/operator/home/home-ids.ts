import { CHANGE_TYPES, type ChangeType } from '../../domain/change.ts';
import { isUuid } from '../entry-modal/block-ids.ts';

/** `callback_id` of every home we publish. */
export const HOME = 'home';

/** `action_id`s of the home's own elements. Those of others (decisions) keep their own. */
export const HOME_ACTION = {
  enter: 'home_enter',
  renew: 'home_renew',
  shown: 'home_shown',
  client: 'home_client',
  operator: 'home_operator',
  /** Takes every narrowing back. */
  everything: 'home_everything',
  previous: 'home_previous',
  next: 'home_next',
  /** The menu beside an entry: 訂正, 取消, 種別を変更. */
  entry: 'home_entry',
  /** Supervisors: what clients dispute, by operator and kind. */
  shares: 'home_shares',
} as const;

/** Value of the option that narrows nothing. */
export const ANY = 'any';

/** What a choice of an entry's menu carries. */
export function entryOption(type: ChangeType, callId: string): string {
  return `${type}.${callId}`;
}

export function readEntryOption(
  value: unknown,
): { readonly type: ChangeType; readonly callId: string } | undefined {
  if (typeof value !== 'string') return undefined;
  const [name, callId = ''] = value.split('.');
  const type = CHANGE_TYPES.find((candidate) => candidate === name);
  return type === undefined || !isUuid(callId) ? undefined : { type, callId };
}
