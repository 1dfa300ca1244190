import type { NumberState, Wish } from './call.ts';
import { fold } from './search.ts';

/*
 * Words operators type for what a call is about, beside the Japanese of the form: kana, romaji and what they
 * abbreviate it to. Only whole words count, and only such as mean nothing else: 「再度 電話あり」 is a message.
 */
const WISH_WORDS: Readonly<Record<Wish, readonly string[]>> = {
  call_back: [
    '折り返し希望',
    '折り返し',
    '折返し希望',
    '折返し',
    '折返',
    'おりかえし',
    'おりかえしきぼう',
    'orikaeshi',
    'ori',
    'call_back',
    'callback',
    'cb',
  ],
  message_only: [
    '伝言のみ',
    '伝言',
    'でんごん',
    'でんごんのみ',
    'dengon',
    'dengonnomi',
    'den',
    'message_only',
  ],
  will_call_again: [
    '再度お電話くださるとのこと',
    '再度お電話',
    '再電',
    '再架電',
    'さいでん',
    'さいかでん',
    'saiden',
    'saikaden',
    'かけ直し',
    'かけなおし',
    'kakenaoshi',
    'will_call_again',
    'again',
  ],
  no_call_back: [
    '折り返し不要',
    '折返し不要',
    '折返不要',
    'おりかえしふよう',
    'orikaeshifuyou',
    'orikaeshifuyo',
    'no_call_back',
    'nocb',
  ],
};

const STATE_WORDS: Readonly<Record<Exclude<NumberState, 'given' | 'unknown'>, readonly string[]>> = {
  withheld: ['非通知', 'ひつうち', 'hitsuuchi', 'hituuti'],
  payphone: ['公衆電話', '公衆', 'こうしゅうでんわ', 'koushuu', 'koshu'],
  out_of_area: ['表示圏外', '圏外', 'けんがい', 'kengai'],
};

const URGENT_WORDS = [
  '至急',
  'しきゅう',
  'shikyu',
  'shikyuu',
  '緊急',
  'きんきゅう',
  'kinkyu',
  'kinkyuu',
  'urgent',
  '!',
];

/** The wish a word or two name; undefined when they are something else. */
export function wishByWord(word: string): Wish | undefined {
  return keyOf(WISH_WORDS, word);
}

/** Why there is no number, by a word for it. */
export function numberStateByWord(word: string): keyof typeof STATE_WORDS | undefined {
  return keyOf(STATE_WORDS, word);
}

export function isUrgentWord(word: string): boolean {
  const folded = fold(word);
  return URGENT_WORDS.some((candidate) => fold(candidate) === folded);
}

function keyOf<K extends string>(words: Readonly<Record<K, readonly string[]>>, word: string): K | undefined {
  const folded = fold(word);
  if (folded === '') return undefined;
  return (Object.keys(words) as K[]).find((key) =>
    words[key].some((candidate) => fold(candidate) === folded),
  );
}
