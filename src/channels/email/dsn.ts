import { createHash } from 'node:crypto';
import { type Attachment, type HeaderLines, simpleParser } from 'mailparser';
import { mailAddress } from '../address.ts';
import { quote } from '../said.ts';
import { condemnedBy, enhancedStatus } from './refusal.ts';

/** Longest notification that is read, bytes. Ours come back with our own short mails in them. */
export const DSN_LIMIT = 1_000_000;

/** What RFC 3464 calls the `Action` of a recipient. */
export const DSN_ACTIONS = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const;
export type DsnAction = (typeof DSN_ACTIONS)[number];

/** What became of our mail at one address. */
export interface DsnRecipient {
  /** The address that was tried, in the form destinations are stored in; undefined when it is none. */
  readonly final: string | undefined;
  /** The address we gave, where the reporting server still knows it and it is another. */
  readonly original: string | undefined;
  readonly action: DsnAction;
  /** RFC 3463, such as `5.1.1`. */
  readonly status: string;
  /** The status says that the address itself is bad, as a refusal at once would have. */
  readonly condemnsAddress: boolean;
  /** Status and diagnostic for a person, without addresses (P10). */
  readonly said: string;
}

/** A delivery status notification about one of our deliveries. */
export interface Dsn {
  readonly deliveryId: string;
  /** The same for every copy of the same notification, whatever way it came. */
  readonly fingerprint: string;
  readonly recipients: readonly DsnRecipient[];
}

export type DsnReading =
  | { readonly type: 'dsn'; readonly dsn: Dsn }
  /** A mail that is no notification about a delivery: an answer, an out-of-office note, anything. */
  | { readonly type: 'other'; readonly why: 'not_a_report' | 'not_ours' | 'contradictory' }
  /** No mail at all, or a notification that cannot be read. */
  | { readonly type: 'unreadable'; readonly why: 'empty' | 'too_large' | 'malformed' };

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const ENVELOPE = new RegExp(`(?<![^\\s<"',;:])bounce\\+(${UUID})@[^\\s<>@]+`, 'gi');
const MESSAGE_ID = new RegExp(`^<(${UUID})@[^\\s<>@]+>$`, 'i');
/** Where mail servers write the address a mail was delivered to: Postfix, Exim, and what senders put into `To`. */
const RECIPIENT_HEADERS = ['x-original-to', 'delivered-to', 'envelope-to', 'original-recipient', 'to'];
const STATUS_TYPES = ['message/delivery-status', 'message/global-delivery-status'];
const RETURNED_TYPES = [
  'message/rfc822',
  'message/global',
  'text/rfc822-headers',
  'message/rfc822-headers',
  'message/global-headers',
];

/**
 * Reads a delivery status notification (RFC 3464) as a mail server hands it over. Which delivery it is about is
 * told by the address it was sent to (`bounce+<delivery>@…`) or by the Message-ID of the mail it returns; where
 * both are there they must agree. Nothing in it is believed beyond its form: the ledger decides what it may change.
 */
export async function readDsn(raw: Uint8Array): Promise<DsnReading> {
  if (raw.byteLength === 0) return { type: 'unreadable', why: 'empty' };
  if (raw.byteLength > DSN_LIMIT) return { type: 'unreadable', why: 'too_large' };
  const mail = await parse(raw);
  if (mail === undefined || mail.headerLines.length === 0) return { type: 'unreadable', why: 'malformed' };
  const contentType = mail.headers.get('content-type');
  if (!isStatusReport(contentType)) return { type: 'other', why: 'not_a_report' };

  const statusPart = partOf(mail.attachments, STATUS_TYPES);
  if (statusPart === undefined) return { type: 'unreadable', why: 'malformed' };
  // The first block is about the message and names no recipient.
  const recipients = fieldBlocks(statusPart).flatMap((fields) => recipientOf(fields) ?? []);
  if (recipients.length === 0) return { type: 'unreadable', why: 'malformed' };

  const returned = partOf(mail.attachments, RETURNED_TYPES);
  const named = new Set([...envelopeIds(mail.headerLines), ...returnedId(returned)]);
  const [deliveryId] = named;
  if (deliveryId === undefined) return { type: 'other', why: 'not_ours' };
  if (named.size > 1) return { type: 'other', why: 'contradictory' };
  return {
    type: 'dsn',
    dsn: {
      deliveryId,
      fingerprint: createHash('sha256')
        .update(`${mail.messageId ?? ''}\0${statusPart.trim()}`)
        .digest('hex'),
      recipients,
    },
  };
}

async function parse(raw: Uint8Array) {
  try {
    return await simpleParser(Buffer.from(raw), {
      keepDeliveryStatus: true,
      skipHtmlToText: true,
      skipTextToHtml: true,
      skipTextLinks: true,
      skipImageLinks: true,
    });
  } catch {
    return undefined;
  }
}

/** `multipart/report; report-type=delivery-status`: not a read receipt, not a spam complaint. */
function isStatusReport(contentType: unknown): boolean {
  if (typeof contentType !== 'object' || contentType === null || !('value' in contentType)) return false;
  const { value } = contentType;
  const params =
    'params' in contentType && typeof contentType.params === 'object' ? contentType.params : null;
  const type = params !== null && 'report-type' in params ? params['report-type'] : undefined;
  return (
    String(value).toLowerCase() === 'multipart/report' && String(type).toLowerCase() === 'delivery-status'
  );
}

function partOf(parts: readonly Attachment[], types: readonly string[]): string | undefined {
  return parts.find((part) => types.includes(part.contentType))?.content.toString('utf8');
}

type Fields = ReadonlyMap<string, string>;

/** Blocks of `Name: value` lines with empty lines between them; a folded line goes on with the one before. */
function fieldBlocks(text: string): readonly Fields[] {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n/)
    .map((block) => fieldsOf(block.replaceAll(/\n[ \t]+/g, ' ')))
    .filter((fields) => fields.size > 0);
}

/** The first of each name counts. */
function fieldsOf(block: string): Fields {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (name !== '' && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** Undefined where what RFC 3464 requires of a recipient is not there. */
function recipientOf(fields: Fields): DsnRecipient | undefined {
  const word = withoutComments(fields.get('action') ?? '').toLowerCase();
  const action = DSN_ACTIONS.find((known) => known === word);
  const status = /^([245]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(fields.get('status') ?? '')?.[1];
  const finalRecipient = fields.get('final-recipient');
  if (action === undefined || status === undefined || finalRecipient === undefined) return undefined;
  const diagnostic = typedValue(fields.get('diagnostic-code') ?? '');
  return {
    final: addressOf(finalRecipient),
    original: addressOf(fields.get('original-recipient') ?? ''),
    action,
    status,
    condemnsAddress: condemnsAddress(status, diagnostic),
    said: quote(`${status} ${diagnostic}`, { secrets: [], contents: [] }) ?? status,
  };
}

/**
 * `5.0.0` says nothing but "for good": then the far side's own words decide, where they carry a status. A bare
 * 550 does not, because filters and block lists answer it as well.
 */
function condemnsAddress(status: string, diagnostic: string): boolean {
  const reply = `550 ${status}`;
  if (!status.startsWith('5.')) return false;
  if (status !== '5.0.0') return condemnedBy(550, reply, 'recipient') === 'destination';
  const answered = /\b(5\d\d)[ -](5\.\d{1,3}\.\d{1,3})\b/.exec(diagnostic);
  const said = `${answered?.[1]} ${answered?.[2]}`;
  return (
    answered !== null &&
    enhancedStatus(said) !== undefined &&
    condemnedBy(Number(answered[1]), said, 'recipient') === 'destination'
  );
}

/** `rfc822; soumu@acme.example` → the address, as destinations are stored. */
function addressOf(field: string): string | undefined {
  const value = typedValue(field)
    .replace(/^<(.*)>$/, '$1')
    .replace(/^"([^"\\]*)"@/, '$1@');
  // xtext of RFC 3461, which some servers hand on undecoded.
  const decoded = value.replaceAll(/\+([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return mailAddress(value) ?? mailAddress(decoded);
}

/** What stands after the type: `smtp; 550 5.1.1 …` → `550 5.1.1 …`. */
function typedValue(field: string): string {
  return field.slice(field.indexOf(';') + 1).trim();
}

function withoutComments(value: string): string {
  return value.replaceAll(/\([^()]*\)/g, '').trim();
}

function envelopeIds(lines: HeaderLines): readonly string[] {
  return lines
    .filter(({ key }) => RECIPIENT_HEADERS.includes(key))
    .flatMap(({ line }) => [...line.matchAll(ENVELOPE)])
    .flatMap((match) => match[1]?.toLowerCase() ?? []);
}

/** Our Message-ID in the headers of the returned mail; a relay may have put its own in its place. */
function returnedId(returned: string | undefined): readonly string[] {
  const head = returned === undefined ? undefined : fieldBlocks(returned)[0];
  const id = MESSAGE_ID.exec(head?.get('message-id') ?? '')?.[1];
  return id === undefined ? [] : [id.toLowerCase()];
}
