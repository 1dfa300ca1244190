/** Legal forms, which people leave out or write in many ways (株式会社 · ㈱ · (株)); after NFKC. */
const LEGAL_FORMS =
  /株式会社|有限会社|合同会社|合資会社|合名会社|(?:一般|公益)(?:社団|財団)法人|医療法人|学校法人|社会福祉法人|税理士法人|弁護士法人|\((?:株|有|同|資|名|社|財|医|学|福|税|弁)\)/g;

/** Old and rare forms of characters common in names, beside the form most people type. */
const NAME_VARIANTS: ReadonlyMap<string, string> = new Map([
  ...[...'髙'].map((variant) => [variant, '高'] as const),
  ...[...'﨑嵜埼'].map((variant) => [variant, '崎'] as const),
  ...[...'邊邉'].map((variant) => [variant, '辺'] as const),
  ...[...'齋齊斎'].map((variant) => [variant, '斉'] as const),
  ...[...'濵濱'].map((variant) => [variant, '浜'] as const),
  ...[...'澤'].map((variant) => [variant, '沢'] as const),
  ...[...'廣'].map((variant) => [variant, '広'] as const),
  ...[...'國'].map((variant) => [variant, '国'] as const),
  ...[...'嶋'].map((variant) => [variant, '島'] as const),
  ...[...'櫻'].map((variant) => [variant, '桜'] as const),
  ...[...'德'].map((variant) => [variant, '徳'] as const),
  ...[...'眞'].map((variant) => [variant, '真'] as const),
  ...[...'惠'].map((variant) => [variant, '恵'] as const),
  ...[...'槇'].map((variant) => [variant, '槙'] as const),
  ['\u{20bb7}', '吉'],
]);
const NAME_VARIANT = new RegExp(`[${[...NAME_VARIANTS.keys()].join('')}]`, 'gu');

const DASHES = /[ー‐‑‒–—―−﹣─━~〜-]+/g;
const IGNORED = /[\s・･.,、。'"「」『』()[\]{}&＆/|_]+/g;

/**
 * Folds a word for comparison: width (NFKC), case, hiragana and katakana, dashes, legal forms, spaces and
 * punctuation, old forms of name characters. Lossy on purpose: for matching only, never for showing or storing
 * as a name. A word that is nothing but a legal form keeps it, so that it still matches something.
 */
export function fold(word: string): string {
  const plain = word
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[ァ-ヶ]/g, (katakana) => String.fromCharCode(katakana.charCodeAt(0) - 0x60))
    .replaceAll(NAME_VARIANT, (variant) => NAME_VARIANTS.get(variant) ?? variant)
    .replaceAll(DASHES, '-');
  const core = plain.replaceAll(LEGAL_FORMS, '').replaceAll(IGNORED, '');
  return core === '' ? plain.replaceAll(IGNORED, '') : core;
}

/** The separate words of a query, each folded; empty when there is nothing to look for. */
export function foldWords(query: string): readonly string[] {
  return query
    .split(/\s+/)
    .map(fold)
    .filter((word) => word !== '');
}

/**
 * A haystack of folded fields, each on a line of its own with a line break on both sides, so that "equals a
 * field" is a search for `\nword\n` and "begins a field" one for `\nword`.
 */
export function haystack(fields: readonly string[]): string {
  const folded = new Set(fields.map(fold).filter((field) => field !== ''));
  return `\n${[...folded].join('\n')}\n`;
}

/** A typed word in the form codes are stored in: people type them in full width and capitals. */
export function codeForm(word: string): string {
  return word.normalize('NFKC').trim().toLowerCase();
}
