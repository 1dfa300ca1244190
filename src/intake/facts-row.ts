import type { CallEntry } from '../domain/call.ts';
import { storable, textOrNull } from '../domain/text.ts';
import type { CheckedNumber } from './check-entry.ts';
import type { LookedUp } from './look-up.ts';

/** The columns of a call that say what was heard, as an entry or a correction gives them. */
export function factsRow(
  entry: Pick<CallEntry, 'occurredAt' | 'addressee' | 'caller' | 'message' | 'quote' | 'wish' | 'urgent'>,
  number: CheckedNumber,
  found: Pick<LookedUp, 'addressee' | 'surcharge'>,
) {
  const kept = (text: string | null) => {
    const stored = textOrNull(text);
    return stored === null ? null : storable(stored);
  };
  const { addressee, caller } = entry;
  return {
    occurred_at: entry.occurredAt,
    addressee_id: found.addressee?.id ?? null,
    addressee_name: found.addressee?.name ?? kept(addressee?.type === 'heard' ? addressee.name : null),
    caller_company: kept(caller.company),
    caller_name: kept(caller.name),
    caller_kana: kept(caller.kana),
    number_state: caller.number.state,
    number_raw: number?.raw ?? null,
    number_e164: number?.e164 ?? null,
    number_display: number?.display ?? null,
    number_confirmed: caller.number.state === 'given' && caller.number.confirmed,
    message: kept(entry.message),
    quote: kept(entry.quote),
    wish: entry.wish,
    urgent: entry.urgent,
    surcharge_code: found.surcharge?.code ?? null,
    surcharge_yen: found.surcharge?.amountYen ?? null,
    surcharge_label: found.surcharge?.label ?? null,
  };
}
