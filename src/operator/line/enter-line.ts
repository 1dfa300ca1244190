import type { Kysely } from 'kysely';
import type { ClientSummary } from '../../clients/directory.ts';
import type { CallEntry, EntryProblem } from '../../domain/call.ts';
import type { Kind } from '../../domain/kinds.ts';
import type { CaseBanner, Cases } from '../../followup/cases/cases.ts';
import type { EarlierEntry } from '../../intake/duplicate.ts';
import type { OtherClient, OtherClients } from '../../intake/other-clients.ts';
import type { CallReceipt } from '../../intake/receipt.ts';
import type { Recorder } from '../../intake/record.ts';
import { loadKinds } from '../../rulebook/kinds.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AllowList } from '../allow-list.ts';
import { entryNote } from '../change/notes.ts';
import type { OperatorNames } from '../operator-name.ts';
import type { LineAttempt } from './line-buttons.ts';
import { parseLine } from './parse-line.ts';
import { type LineReading, readLine } from './read-line.ts';

export type LineResult =
  /** Not on the allow-list. */
  | { readonly type: 'stranger' }
  | {
      readonly type: 'recorded' | 'already';
      readonly receipt: CallReceipt;
      /** The client's open harassment cases, this call included. */
      readonly cases: readonly CaseBanner[];
    }
  | { readonly type: 'refused'; readonly problems: readonly EntryProblem[] }
  /** Open the form, on this client if one was named. */
  | { readonly type: 'form'; readonly client: ClientSummary | null }
  | { readonly type: 'help'; readonly kinds: readonly Kind[] }
  /** Something is asked before the line is recorded. */
  | { readonly type: 'other-client'; readonly client: ClientSummary; readonly named: readonly OtherClient[] }
  | { readonly type: 'duplicate'; readonly earlier: EarlierEntry; readonly client: ClientSummary }
  | {
      readonly type: 'misread';
      readonly reading: Extract<LineReading, { type: `${string}-client` | `${string}-kind` }>;
      readonly kinds: readonly Kind[];
    };

/**
 * Does what a command's line asks for; a line with client and kind is recorded at once. Throws when the
 * database does; the same attempt may then be made again.
 */
export async function enterLine(
  deps: {
    readonly db: Kysely<Schema>;
    readonly recorder: Recorder;
    readonly names: OperatorNames;
    readonly allowList: AllowList;
    readonly otherClients: OtherClients;
    readonly cases: Pick<Cases, 'openOf'>;
  },
  attempt: LineAttempt,
  operator: { readonly id: string; readonly accountName: string | undefined },
): Promise<LineResult> {
  if (!(await deps.allowList.allows(operator.id))) return { type: 'stranger' };
  const line = parseLine(attempt.text);
  if (line.type === 'open') return { type: 'form', client: null };
  if (line.type === 'help') {
    // Help is of use without the kinds, too.
    return {
      type: 'help',
      kinds: await loadKinds(deps.db).then(
        ({ kinds }) => kinds,
        () => [],
      ),
    };
  }
  const { kinds } = await loadKinds(deps.db);
  const reading = await readLine(deps.db, line, kinds);
  switch (reading.type) {
    case 'client':
      return { type: 'form', client: reading.client };
    case 'unknown-client':
    case 'ended-client':
    case 'ambiguous-client':
    case 'unknown-kind':
      return { type: 'misread', reading, kinds };
    case 'entry': {
      const { client, kind, details } = reading;
      const name = await deps.names.nameOf(operator.id, operator.accountName);
      const entry: CallEntry = {
        key: attempt.key,
        source: 'line',
        clientId: client.id,
        kind: kind.code,
        occurredAt: attempt.at,
        operator: { id: operator.id, name },
        addressee: null,
        caller: { company: null, name: null, kana: null, number: details.number },
        message: details.note,
        quote: null,
        wish: details.wish,
        urgent: details.urgent,
        surcharge: null,
      };
      const named = attempt.sureOf === client.id ? [] : await deps.otherClients.namedIn(entry);
      if (named.length > 0) return { type: 'other-client', client, named };
      // The answer in the channel vanishes with the next start of Slack; this one stays, with its buttons.
      const result = await deps.recorder.record(entry, {
        notice: (receipt) => entryNote(receipt, operator.id),
        duplicates: { apartFrom: attempt.apartFrom ?? null },
      });
      switch (result.type) {
        case 'duplicate':
          return { ...result, client };
        case 'recorded':
        case 'already':
          // P1: the call is on record, whether or not its client's cases can be told.
          return { ...result, cases: await deps.cases.openOf(client.id).catch(() => []) };
        case 'refused':
          return result;
        default:
          return result satisfies never;
      }
    }
    default:
      return reading satisfies never;
  }
}
