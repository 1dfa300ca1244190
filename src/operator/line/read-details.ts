import type { CallerNumber, Wish } from '../../domain/call.ts';
import { isUrgentWord, numberStateByWord, wishByWord } from '../../domain/entry-words.ts';
import { parsePhone } from '../../domain/phone.ts';
import { wordsOf } from './parse-line.ts';

/** What stands between the kind and the note of a line. */
export interface LineDetails {
  readonly number: CallerNumber;
  readonly wish: Wish | null;
  readonly urgent: boolean;
  /** Everything from the first word that is none of these, as typed. */
  readonly note: string | null;
}

/** A number typed with spaces is looked for over this many words, a wish over two. */
const NUMBER_WORDS = 4;
const WISH_WORDS = 2;
/** A word that can be a part of a number: digits of every width, dashes and brackets. */
const NUMBER_PART = /^[\d\p{Nd}+()()\p{Pd}ー−~〜.]+$/u;

/**
 * Reads number, wish and 至急 at the beginning of a note, each once and in any order; the first word that is
 * none of them begins the message, which stays as typed. A number that is not whole belongs to the message.
 */
export function readDetails(typed: string | null): LineDetails {
  let number: CallerNumber | undefined;
  let wish: Wish | undefined;
  let urgent = false;
  let rest = typed ?? '';
  for (;;) {
    const words = wordsOf(rest);
    const first = (count: number) =>
      words
        .slice(0, count)
        .map(({ word }) => word)
        .join(' ');
    const lengths = (most: number) =>
      Array.from({ length: Math.min(most, words.length) }, (_, i) => most - i);
    const take = (count: number): void => {
      rest = words[count - 1]?.rest ?? '';
    };
    const numberLength =
      number === undefined
        ? lengths(Math.min(NUMBER_WORDS, words.length)).find(
            (count) =>
              words.slice(0, count).every(({ word }) => NUMBER_PART.test(word)) &&
              parsePhone(first(count)).ok,
          )
        : undefined;
    const wishLength =
      wish === undefined
        ? lengths(Math.min(WISH_WORDS, words.length)).find((count) => wishByWord(first(count)) !== undefined)
        : undefined;
    const state = number === undefined ? numberStateByWord(first(1)) : undefined;
    if (numberLength !== undefined) {
      number = { state: 'given', raw: first(numberLength), confirmed: false };
      take(numberLength);
    } else if (state !== undefined) {
      number = { state };
      take(1);
    } else if (wishLength !== undefined) {
      wish = wishByWord(first(wishLength));
      take(wishLength);
    } else if (!urgent && isUrgentWord(first(1))) {
      urgent = true;
      take(1);
    } else break;
  }
  return {
    number: number ?? { state: 'unknown' },
    wish: wish ?? null,
    urgent,
    note: rest === '' ? null : rest,
  };
}
