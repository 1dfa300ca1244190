/*
 * Plain words made comparable. Only for recognising an answer: what is kept is always the text as typed.
 */

/** NFKC, lower case, hiragana for katakana, one space for each run of them; line breaks stay. */
export function comparable(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[ァ-ヶ]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0x60))
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[^\S\n]+/g, ' ')
    .trim();
}

const KANJI_DIGITS = '一二三四五六七八九';

/** 「二十五」 → 25; undefined above 99 and for anything else. */
function kanjiNumber(text: string): number | undefined {
  const match = /^([一二三四五六七八九])?(十)?([一二三四五六七八九])?$/.exec(text);
  if (match === null || text === '') return undefined;
  const [, first, ten, last] = match;
  const digit = (char: string | undefined) => (char === undefined ? 0 : KANJI_DIGITS.indexOf(char) + 1);
  if (ten === undefined) return last === undefined ? digit(first) : undefined;
  return (first === undefined ? 1 : digit(first)) * 10 + digit(last);
}

/** Kanji numbers before a unit of the calendar, as figures: 「二週間」 → 「2週間」, but never 「一旦」. */
export function withFigures(text: string): string {
  return text.replaceAll(
    /([一二三四五六七八九十]{1,3})(?=(?:週間?|日|か月|ゕ月|ゖ月|け月|箇月|月|番))/g,
    (kanji: string) => String(kanjiNumber(kanji) ?? kanji),
  );
}
