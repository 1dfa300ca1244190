import { fold } from './search.ts';

/** A company and the names it goes by: name, kana, aliases; each folded (`fold`). */
export interface Named {
  readonly id: string;
  readonly folded: readonly string[];
}

/**
 * Names for looking through a text once: 1 ms for 2,000 characters and 5,000 clients of much the same name. It was
 * 26 ms with every name of the same beginning compared in turn.
 */
export interface NameIndex {
  /** How long the names are that begin with these characters. */
  readonly lengths: ReadonlyMap<string, ReadonlySet<number>>;
  /** Who has a name, by the whole name. */
  readonly within: ReadonlyMap<string, readonly string[]>;
  readonly whole: ReadonlyMap<string, readonly string[]>;
  readonly latin: ReadonlyMap<string, readonly string[]>;
}

/** Characters a name is indexed under; no name that is looked for within a text is shorter. */
const START = 3;
const KANJI = /[\p{Script=Han}々]/u;
const LATIN = /^[a-z0-9-]+$/;
/** A name in kana alone is looked for within a text from this length on: shorter ones are parts of other words. */
const KANA_AT_LEAST = 5;
const LATIN_AT_LEAST = 3;
/** A name in Latin letters is looked for over this many words. */
const LATIN_WORDS = 4;

/** Makes an index of everybody's names; built once for many texts. */
export function indexNames(companies: readonly Named[]): NameIndex {
  const lengths = new Map<string, Set<number>>();
  const within = new Map<string, string[]>();
  const whole = new Map<string, string[]>();
  const latin = new Map<string, string[]>();
  for (const { id, folded } of companies) {
    for (const text of new Set(folded)) {
      if ([...text].length < 2) continue;
      add(whole, text, id);
      if (LATIN.test(text)) {
        if (text.length >= LATIN_AT_LEAST && /[a-z]/.test(text)) add(latin, text.replaceAll('-', ''), id);
      } else if (isTelling(text)) {
        const start = text.slice(0, START);
        const known = lengths.get(start);
        if (known === undefined) lengths.set(start, new Set([text.length]));
        else known.add(text.length);
        add(within, text, id);
      }
    }
  }
  return { lengths, within, whole, latin };
}

/**
 * Companies a call's texts name, in the order found: a company field that is one of their names, or a name
 * within any text. Legal forms, width, case and kana script do not matter. Names of `own` count as nothing, nor
 * do names within them: サンプル商事 is not named by サンプル商事大阪支店.
 */
export function companiesNamed(
  index: NameIndex,
  o: {
    readonly company: string | null;
    readonly texts: readonly (string | null)[];
    readonly own: Named;
  },
): readonly string[] {
  const found = new Set<string>();
  const own = o.own.folded.filter((name) => name !== '').toSorted((a, b) => b.length - a.length);
  const note = (ids: readonly string[] | undefined) => {
    for (const id of ids ?? []) if (id !== o.own.id) found.add(id);
  };
  const company = o.company === null ? '' : fold(o.company);
  if (!own.includes(company)) note(index.whole.get(company));
  for (const typed of [o.company, ...o.texts]) {
    if (typed === null) continue;
    const text = own.reduce((rest, name) => rest.replaceAll(name, '\n'), fold(typed));
    for (let at = 0; at + START <= text.length; at++) {
      for (const length of index.lengths.get(text.slice(at, at + START)) ?? []) {
        note(index.within.get(text.slice(at, at + length)));
      }
    }
    for (const words of latinWords(typed)) if (!own.includes(words)) note(index.latin.get(words));
  }
  return [...found];
}

function isTelling(folded: string): boolean {
  return [...folded].length >= (KANJI.test(folded) ? START : KANA_AT_LEAST) && folded.length >= START;
}

/** Every run of one to four words in Latin letters, joined. */
function latinWords(text: string): readonly string[] {
  const runs = text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[a-z0-9]+(?:[ .&'-]+[a-z0-9]+)*/g);
  return (runs ?? []).flatMap((run) => {
    const words = run.split(/[^a-z0-9]+/);
    return words.flatMap((_, start) =>
      Array.from({ length: Math.min(LATIN_WORDS, words.length - start) }, (_unused, n) =>
        words.slice(start, start + n + 1).join(''),
      ),
    );
  });
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
