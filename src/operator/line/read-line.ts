import type { Kysely } from 'kysely';
import {
  type ClientResolution,
  type ClientSummary,
  endedClient,
  resolveClient,
} from '../../clients/directory.ts';
import type { Kind } from '../../domain/kinds.ts';
import { storable } from '../../domain/text.ts';
import { kindByWord } from '../../rulebook/kinds.ts';
import type { Schema } from '../../storage/schema.ts';
import type { LineWord, ParsedLine } from './parse-line.ts';
import { type LineDetails, readDetails } from './read-details.ts';

/** What a line means once its words are looked up. */
export type LineReading =
  | {
      readonly type: 'entry';
      readonly client: ClientSummary;
      readonly kind: Kind;
      readonly details: LineDetails;
    }
  /** Only a client: the form opens with it. */
  | { readonly type: 'client'; readonly client: ClientSummary }
  /** The client has left: nothing can be recorded for it. */
  | { readonly type: 'ended-client'; readonly client: ClientSummary }
  | { readonly type: 'unknown-client'; readonly word: string; readonly near: readonly ClientSummary[] }
  | { readonly type: 'ambiguous-client'; readonly word: string; readonly clients: readonly ClientSummary[] }
  | { readonly type: 'unknown-kind'; readonly word: string; readonly client: ClientSummary };

/** A client's name typed without brackets is looked for up to this many words long. */
const NAME_WORDS_AT_MOST = 5;

/**
 * Finds the client and the kind in the words of a line. The client is the shortest beginning that names one
 * and is followed by a kind; failing that, the longest beginning that names one.
 */
export async function readLine(
  db: Kysely<Schema>,
  line: Extract<ParsedLine, { type: 'words' }>,
  kinds: readonly Kind[],
): Promise<LineReading> {
  const reading = await readServed(db, line, kinds);
  if (reading.type !== 'unknown-client') return reading;
  const left = await endedClient(db, storable(reading.word));
  return left === undefined ? reading : { type: 'ended-client', client: left };
}

async function readServed(
  db: Kysely<Schema>,
  line: Extract<ParsedLine, { type: 'words' }>,
  kinds: readonly Kind[],
): Promise<LineReading> {
  if (line.quotedClient !== null) {
    const found = await resolveClient(db, storable(line.quotedClient));
    return found.type === 'one'
      ? afterClient(found.client, line.words, kinds)
      : notOne(line.quotedClient, found);
  }
  const nameAt = (count: number): string =>
    storable(
      line.words
        .slice(0, count)
        .map(({ word }) => word)
        .join(' '),
    );
  const lengths = Array.from({ length: Math.min(NAME_WORDS_AT_MOST, line.words.length) }, (_, i) => i + 1);
  const beforeKind = lengths.filter((n) => kindByWord(kinds, line.words[n]?.word ?? '') !== undefined);
  let firstMiss: { readonly word: string; readonly found: ClientResolution } | undefined;
  for (const count of new Set([...beforeKind, ...lengths.toReversed()])) {
    const name = nameAt(count);
    const found = await resolveClient(db, name);
    if (found.type === 'one') return afterClient(found.client, line.words.slice(count), kinds);
    // The name before a kind, or the first word alone, is what was most likely meant as the client.
    if (firstMiss === undefined && (beforeKind.includes(count) || count === 1))
      firstMiss = { word: name, found };
    if (found.type === 'many') return notOne(name, found);
  }
  return firstMiss === undefined || firstMiss.found.type === 'one'
    ? { type: 'unknown-client', word: nameAt(1), near: [] }
    : notOne(firstMiss.word, firstMiss.found);
}

function afterClient(client: ClientSummary, words: readonly LineWord[], kinds: readonly Kind[]): LineReading {
  const [next] = words;
  if (next === undefined) return { type: 'client', client };
  const kind = kindByWord(kinds, next.word);
  if (kind === undefined) return { type: 'unknown-kind', word: next.word, client };
  return { type: 'entry', client, kind, details: readDetails(next.rest === '' ? null : next.rest) };
}

function notOne(word: string, found: Exclude<ClientResolution, { type: 'one' }>): LineReading {
  return found.type === 'many'
    ? { type: 'ambiguous-client', word, clients: found.clients }
    : { type: 'unknown-client', word, near: found.near };
}
