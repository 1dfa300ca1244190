import { addDays } from '../calendar.ts';
import { ANSWER_CHOICES, type AnswerChoice, isAction, NOTE_AT_MOST } from './answers.ts';
import { type DateRole, readDates } from './plain-date.ts';
import { AS_CHOICE, JOINT, OPENING, PHRASES, type Said } from './plain-phrases.ts';
import { comparable } from './plain-text.ts';

/**
 * What a client's plain words come to. A wrong reading is worse than asking, so only words that can mean nothing
 * else are an answer.
 */
export type PlainAnswer =
  /**
   * `knows`: what was said besides about knowing the caller, where `choice` is what the client does. `asks`: something
   * else in it is for a person to read, such as a question.
   */
  | {
      readonly type: 'answer';
      readonly choice: AnswerChoice;
      readonly knows: AnswerChoice | null;
      readonly until: string | null;
      readonly asks: boolean;
    }
  /** A question, a request, or more than an answer holds: for a person. */
  | { readonly type: 'for_staff' }
  /** Thanks and the like: nothing to answer. */
  | { readonly type: 'courtesy' }
  /** `several`: answers that exclude one another. `doubt`: words of an answer that may mean something else. */
  | { readonly type: 'unclear'; readonly why: 'nothing' | 'several' | 'doubt' };

const QUESTION =
  /[?]$|(?:です|ます|でしょう|ましょう|ません|でした|ました|いい|良い|よい)か(?:ね|な)?$|(?:ですかね|かな)$|教えて|お聞かせ|お?伺い(?:たい|でき)|聞きたい|知りたい|どうすれば|どうしたら|どのように|どうやって|なぜ|どうして|いくら(?:です|かか)|やり方|方法/;
const REQUEST =
  /ください|下さい|て(?:欲しい|ほしい|もらえ|頂け|いただけ|いただきたい|頂きたい|もらいたい|くれ)|お願い(?:でき|したい)/;
const NO_REQUEST = /(?:お待ち|確認|了承|安心|理解|査収|容赦|許し)(?:の(?:うえ|上))?(?:ください|下さい)/;
const COURTESY =
  /お世話に|お疲れ|ありがと|有難|有り難う|助かり|了解|承知|かしこまり|わかりました|分かりました|(?<!に)(?:確認|拝見|受領|承)(?:いた)?(?:し|り)ました|よろしく|宜しく|お手数|恐れ入り|恐縮|申し訳|すみません|すいません|失礼|こんにちは|おはよう|以上です|以上$|取り急ぎ/;
/** Word that somebody will write again says nothing about the caller: 「後ほどご連絡します」 is said to us. */
const LATER =
  /^(?:また|改めて|あらためて|後ほど|のちほど|追って|後日|(?:何か|なにか)?.{0,8}(?:わか|分か|判明|進展|動き|決ま).{0,6}(?:たら|次第|場合は?|れば)).{0,6}(?:ご?(?:連絡|報告|回答|返信|返事)|お知らせ)(?:を|を?差し上げ|いた|させて(?:いただき|頂き)|致)?し?ます$/;
/** Words an answer is made of. In a clause that is none they raise a doubt. */
const TOPIC =
  /心当|心あた|心辺り|こころ(?:あた|当た?)り|思い?当た|身に覚え|転送|ぼいすわーぷ|停止|止め|再開|休止|解約|契約|(?:連絡|対応|対処|応対|相談)を?(?:し|する|した|いた|致|取|とり|でき|検討|予定|$)/;
/** Words without which no clause is an answer. */
const MAY_ANSWER =
  /連絡|電話|話し|注意|抗議|警告|申し入れ|伝え|やめ|言い|言う|対応|対処|応対|受け|取り|とり|相談|戻/;
/** What takes back, puts off or leaves open the answer it stands beside. */
const BUT =
  /ません|ない|なく|ず$|かも|たぶん|多分|おそらく|恐らく|もしか|もしも|場合|ようなら|なら|たら|れば|検討|迷|未定|保留|どちら|または|もしくは|あるいは|ただし|但し|いや|訂正|間違/;

/** When a pause ends need not be known. */
const OPEN_END =
  /^(?:期間|期日|時期|(?:転送の?)?再開(?:日|時期)?)(?:は|については|:)?(?:まだ)?(?:未定|決まって(?:い|おり)ません|わかりません|分かりません)/;
/** Said of the answer in another sentence: 「やっぱり、やめておきます」. */
const TAKEN_BACK = /冗談|うそ|嘘|取り?消|撤回|やっぱり|やはり/;

const PICK = '[(]?[1-6][)]?(?:番目?|ばん)?';
const NUMBERS = new RegExp(
  `^(?:${OPENING})*(?:ご?回答は?|答えは?|選択肢は?|番号は?|no[.]?)?[:]?(${PICK}(?:(?:と|&|[+]|および|及び|、)${PICK})*)[.:]?(?:で|です|になります)?${AS_CHOICE}$`,
);
/** An answer from the first sign of a clause to its last; a number of the list may stand before. */
const ANSWERS = PHRASES.map(({ says, form }) => ({
  says,
  whole: new RegExp(`^(?:${OPENING})*(?<number>[1-6])?(?:番の?|[.:])?(?:${form})${AS_CHOICE}${JOINT}$`),
}));
/** Two answers without a comma between them are looked for in clauses no longer than this. */
const CLAUSE_AT_MOST = 80;
/** What is left of 「12月5日までです」 without its date. */
const LEFT_OF_A_DATE =
  /^(?:です|で?お願い(?:(?:いた)?し|致し)ます|になります|(?:の|を)?予定(?:です|して(?:い|おり)ます)|とします|に?します|の間)$/;

/**
 * @param text without notation and quoted parts
 * @param o.today the JST day on which it was written, `YYYY-MM-DD`
 * @param o.before what the client answered last: 「12/5までです」 then completes it
 * @param o.numbered the answers were shown with numbers: without, 「4」 may be anything
 */
export function readPlainAnswer(
  text: string,
  o: { readonly today: string; readonly before: AnswerChoice | null; readonly numbered: boolean },
): PlainAnswer {
  if (text.length > NOTE_AT_MOST) return { type: 'for_staff' };
  const { rest, dates, odd } = readDates(comparable(text), o.today);
  const said = new Set<Said>();
  let doubt = odd;
  let asks = false;
  let courtesies = 0;
  let others = 0;
  for (const sentence of rest.split(/(?<=[?])|[。!\n]/)) {
    const read = readSentence(sentence, o.numbered);
    for (const one of read.said) said.add(one);
    doubt ||= read.doubt;
    asks ||= read.asks;
    courtesies += read.courtesies;
    others += read.others;
  }
  const choices = ANSWER_CHOICES.filter((choice) => said.has(choice));
  const actions = choices.filter(isAction);
  if (choices.length === 0) {
    if (asks || (said.has('resumes') && dates.length === 0)) return { type: 'for_staff' };
    // 「12月5日までです」 alone, after 「転送を停止します」.
    const until = untilOf('pause', dates);
    const onlyADay = until !== null && !doubt && !said.has('not_done');
    if (onlyADay && o.before === 'pause' && others === 0) {
      return { type: 'answer', choice: 'pause', knows: null, until, asks: false };
    }
    if (doubt) return { type: 'unclear', why: 'doubt' };
    return courtesies > 0 && others === 0 && dates.length === 0 && said.size === 0
      ? { type: 'courtesy' }
      : { type: 'unclear', why: 'nothing' };
  }
  // What is known and what is done about it go together; two of either do not.
  if (actions.length > 1 || choices.length - actions.length > 1) return { type: 'unclear', why: 'several' };
  if (doubt || (said.has('resumes') && !said.has('pause'))) return { type: 'unclear', why: 'doubt' };
  const knows = choices.find((choice) => !isAction(choice)) ?? null;
  const [action] = actions;
  if (action !== undefined) {
    return { type: 'answer', choice: action, knows, until: untilOf(action, dates), asks };
  }
  return knows === null
    ? { type: 'unclear', why: 'nothing' }
    : { type: 'answer', choice: knows, knows: null, until: null, asks };
}

interface ReadSentence {
  readonly said: readonly Said[];
  readonly doubt: boolean;
  readonly asks: boolean;
  /** Clauses that are polite and no more, and those that say something else. */
  readonly courtesies: number;
  readonly others: number;
}

function readSentence(sentence: string, numbered: boolean): ReadSentence {
  const whole = stripped(sentence);
  const nothing = { said: [], doubt: false, asks: false, courtesies: 0, others: 0 };
  if (whole === '') return nothing;
  const numbers = NUMBERS.exec(whole);
  if (numbers) return numbered ? { ...nothing, said: picked(numbers[1] ?? '') } : { ...nothing, doubt: true };
  // A question answers nothing, whatever words it is made of.
  if (QUESTION.test(whole) || (REQUEST.test(whole) && !NO_REQUEST.test(whole))) {
    return { ...nothing, asks: true };
  }
  const said: Said[] = [];
  const unread: string[] = [];
  for (const clause of whole.split(/[、,;]/).filter((part) => part !== '')) {
    const byNumber = NUMBERS.exec(clause);
    const found = byNumber ? picked(byNumber[1] ?? '') : readClause(clause);
    if (byNumber && !numbered) return { ...nothing, doubt: true };
    if (found === undefined) unread.push(clause);
    else said.push(...found);
  }
  const plain = unread.filter(
    (clause) => ![COURTESY, LATER, LEFT_OF_A_DATE, OPEN_END].some((polite) => polite.test(clause)),
  );
  return {
    said,
    doubt: plain.some(
      (clause) => TOPIC.test(clause) || TAKEN_BACK.test(clause) || (said.length > 0 && BUT.test(clause)),
    ),
    asks: false,
    courtesies: COURTESY.test(whole) ? 1 : 0,
    others: plain.length,
  };
}

/** One answer, or two joined; undefined when any of it is left over. */
function readClause(clause: string): readonly Said[] | undefined {
  if (!TOPIC.test(clause) && !MAY_ANSWER.test(clause)) return undefined;
  const one = readWhole(clause);
  if (one !== undefined || clause.length > CLAUSE_AT_MOST) return one;
  for (let cut = 2; cut < clause.length - 1; cut += 1) {
    const first = readWhole(clause.slice(0, cut));
    const second = first && readWhole(clause.slice(cut));
    if (first && second) return [...first, ...second];
  }
  return undefined;
}

function readWhole(text: string): readonly Said[] | undefined {
  for (const { says, whole } of ANSWERS) {
    const match = whole.exec(text);
    if (match) return [says, ...picked(match.groups?.number ?? '')];
  }
  return undefined;
}

/** Choices by their numbers in the list, from 1. */
function picked(numbers: string): readonly AnswerChoice[] {
  return [...numbers.matchAll(/[1-6]/g)].flatMap(([number]) => ANSWER_CHOICES[Number(number) - 1] ?? []);
}

/** Without what only decorates: quotes, bullets, pictures, laughter; what stands in brackets is a clause. */
function stripped(sentence: string): string {
  return sentence
    .replaceAll(/[(](?:bow|roger|ok|please|nod|sweat|blush|handshake|[*^:;h])[)]/g, '')
    .replaceAll(/[\s「」『』【】"'`~〜…]/g, '')
    .replaceAll(/[()]/g, '、')
    .replaceAll(/^、+|、+$/g, '')
    .replaceAll(/^[-*・●■◆○→>]+|[ー~w笑]+$/g, '');
}

function untilOf(
  choice: AnswerChoice,
  dates: readonly { readonly day: string; readonly role: DateRole }[],
): string | null {
  const only = (...roles: readonly DateRole[]): string | null => {
    const days = new Set(dates.filter(({ role }) => roles.includes(role)).map(({ day }) => day));
    return days.size === 1 ? ([...days][0] ?? null) : null;
  };
  if (choice !== 'pause') return only('by', 'until', 'for') ?? only('on');
  const lastDay = only('until');
  // Paused up to and including the 5th is forwarded again on the 6th.
  return only('resumes') ?? (lastDay === null ? only('for') : addDays(lastDay, 1));
}
