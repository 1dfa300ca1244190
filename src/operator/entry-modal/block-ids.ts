import type { EntryField } from '../../domain/call.ts';

/** `callback_id` of the form. */
export const ENTRY_FORM = 'call_entry';

/** The form's blocks. The person asked for from the roster has a block of its own for each client. */
export const BLOCK = {
  /** A line put above the form when something could not be done. */
  note: 'note',
  client: 'client',
  kind: 'kind',
  addresseeName: 'addressee_name',
  company: 'company',
  name: 'name',
  kana: 'kana',
  numberState: 'number_state',
  number: 'number',
  numberConfirmed: 'number_confirmed',
  message: 'message',
  quote: 'quote',
  wish: 'wish',
  urgent: 'urgent',
  surcharge: 'surcharge',
  occurredAt: 'occurred_at',
} as const;

/** Elements that Slack tells us about while the form is open. */
export const ACTION = {
  client: 'entry_client',
  kind: 'entry_kind',
  addressee: 'entry_addressee',
  number: 'entry_number',
  /** A button for each recent client: `entry_recent.<position>`, its value the client's id. */
  recent: 'entry_recent',
  salesNow: 'entry_sales_now',
} as const;
/** `action_id` of every other element. */
export const VALUE = 'value';

const ADDRESSEE = 'addressee.';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * The roster's block for one client. Slack keeps what was chosen as long as a block's id stays, so another
 * client's roster needs another id.
 */
export function addresseeBlock(clientId: string): string {
  return `${ADDRESSEE}${clientId}`;
}

/** The client whose roster a block shows; undefined for every other block. */
export function rosterClient(blockId: string): string | undefined {
  const clientId = blockId.startsWith(ADDRESSEE) ? blockId.slice(ADDRESSEE.length) : '';
  return isUuid(clientId) ? clientId : undefined;
}

/** Blocks the form itself may fill: for a new value to show, the block needs a new id, `<block>.<round>`. */
export const RENEWABLE = [BLOCK.client, BLOCK.company, BLOCK.name, BLOCK.kana] as const;
const ROUND = new RegExp(`^(${RENEWABLE.join('|')})\\.(\\d{1,16})$`);

/** The id of a block in its present round. */
export function blockInRound(base: string, renewed: Readonly<Record<string, number>>): string {
  const round = renewed[base];
  return round === undefined ? base : `${base}.${round}`;
}

/** Which block an id belongs to, and its round; undefined for blocks that are never renewed or never were. */
export function roundOf(blockId: string): { readonly base: string; readonly round: number } | undefined {
  const [, base, round] = ROUND.exec(blockId) ?? [];
  return base === undefined ? undefined : { base, round: Number(round) };
}

/** The id under which a block is on the screen; undefined when it is not there. */
export function onScreenAs(values: Readonly<Record<string, unknown>>, base: string): string | undefined {
  if (Object.hasOwn(values, base)) return base;
  return Object.keys(values).find((blockId) => roundOf(blockId)?.base === base);
}

/** The block at which a problem of an entry's field is shown. */
export const BLOCK_OF_FIELD: Readonly<Record<EntryField, string>> = {
  client: BLOCK.client,
  kind: BLOCK.kind,
  occurredAt: BLOCK.occurredAt,
  addressee: BLOCK.addresseeName,
  company: BLOCK.company,
  name: BLOCK.name,
  kana: BLOCK.kana,
  number: BLOCK.number,
  message: BLOCK.message,
  quote: BLOCK.quote,
  wish: BLOCK.wish,
  surcharge: BLOCK.surcharge,
};
