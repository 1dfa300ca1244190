/** How what a file wants differs from what is stored, item by item. */
export interface Diff<Stored, Wanted> {
  readonly added: readonly Wanted[];
  readonly removed: readonly Stored[];
  readonly changed: readonly { readonly before: Stored; readonly after: Wanted }[];
}

/**
 * Compares two sets by key.
 * @param contentOf what of an item counts; equal as JSON is no change
 */
export function diffByKey<Stored, Wanted>(
  stored: readonly Stored[],
  wanted: readonly Wanted[],
  keyOf: (item: Stored | Wanted) => string,
  contentOf: (item: Stored | Wanted) => unknown,
): Diff<Stored, Wanted> {
  const before = new Map(stored.map((item) => [keyOf(item), item]));
  const keys = new Set(wanted.map(keyOf));
  const added: Wanted[] = [];
  const changed: { before: Stored; after: Wanted }[] = [];
  for (const after of wanted) {
    const old = before.get(keyOf(after));
    if (old === undefined) added.push(after);
    else if (!sameContent(contentOf(old), contentOf(after))) changed.push({ before: old, after });
  }
  return { added, changed, removed: stored.filter((item) => !keys.has(keyOf(item))) };
}

export function sameContent(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A field's change in words, or nothing: `label 用件 → 伝言` · `aliases + 山田, - 社長`. */
export function fieldChange<Content extends string | readonly string[]>(
  field: string,
  before: Content,
  after: Content,
): readonly string[] {
  if (sameContent(before, after)) return [];
  if (typeof before === 'string' || typeof after === 'string') {
    const [old, now] = [oneLine(before), oneLine(after)];
    const from = Math.max(0, firstDifference(old, now) - 10);
    return [`${field} ${excerpt(old, from)} → ${excerpt(now, from)}`];
  }
  const moves = [
    ...after.filter((item) => !before.includes(item)).map((item) => `+ ${item}`),
    ...before.filter((item) => !after.includes(item)).map((item) => `- ${item}`),
  ];
  return [`${field} ${moves.length > 0 ? moves.join(', ') : `in the order ${after.join(', ')}`}`];
}

function oneLine(content: string | readonly string[]): string {
  return (typeof content === 'string' ? content : content.join(', ')).replaceAll(/\s+/g, ' ');
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

/** A long text from where it begins to differ. */
function excerpt(text: string, from: number): string {
  if (text === '') return '(none)';
  if (text.length <= 60) return text;
  return `${from > 0 ? '…' : ''}${text.slice(from, from + 60)}${from + 60 < text.length ? '…' : ''}`;
}
