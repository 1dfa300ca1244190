/** A message as its writer meant it: whom it answers, whom it names, and the words without notation. */
export interface ReadMessage {
  /** What `[rp aid=… to=ROOM-MESSAGE]` at the beginning of it answers; the first, where there are several. */
  readonly answers: {
    readonly accountId: string;
    readonly roomId: string;
    readonly messageId: string;
  } | null;
  /** Accounts named by `[To:…]`. */
  readonly to: readonly string[];
  /** Without notation, quoted parts and the name Chatwork puts behind a mark; line breaks stay. */
  readonly text: string;
}

/** Longer than any id Chatwork has. */
const REPLY = /\[rp\s+aid=(\d{1,20})\s+to=(\d{1,20})-(\d{1,20})\]/;
const TO = /\[To:(\d{1,20})\]/g;
/** Quotes hold no quotes of their own at their innermost, so taking those out again and again takes all. */
const INNERMOST_QUOTE = /\[qt\](?:(?!\[qt\])[\s\S])*?\[\/qt\]/g;
/** A mark with the name Chatwork puts behind it: 「山田さん」. */
const MARK_AND_NAME = new RegExp(
  `(?:${REPLY.source}|\\[To:\\d{1,20}\\])[^\\S\\n]*(?:[^\\n]{0,120}?さん(?=[\\s、,:]|$))?`,
  'g',
);
const OTHER_NOTATION =
  /\[\/?(?:info|title|code|hr|picon:\d+|piconname:\d+|qtmeta[^\]]*|preview[^\]]*|toall|task[^\]]*|dtext:[^\]]*|download:?[^\]]*)\]/g;

/**
 * Reads what a person posted in Chatwork. Never throws; a message that is nothing but a mark has an empty text.
 *
 * @param ownName our account's name, which some of Chatwork's apps put behind a mark without さん
 */
export function readMessage(body: string, ownName = ''): ReadMessage {
  let unquoted = body;
  for (let before = ''; before !== unquoted; ) {
    before = unquoted;
    unquoted = unquoted.replaceAll(INNERMOST_QUOTE, '\n');
  }
  const [, accountId, roomId, messageId] = REPLY.exec(unquoted) ?? [];
  return {
    answers:
      accountId === undefined || roomId === undefined || messageId === undefined
        ? null
        : { accountId, roomId, messageId },
    to: [...unquoted.matchAll(TO)].map((match) => match[1] ?? ''),
    text: unquoted
      .replaceAll(MARK_AND_NAME, '\n')
      .replace(/^\s+/, '')
      .replace(ownName, (name, at: number) => (at === 0 ? '' : name))
      .replaceAll(OTHER_NOTATION, '\n')
      .replaceAll(/^[>＞].*$/gm, '')
      .replaceAll(/\n{2,}/g, '\n')
      .trim(),
  };
}

/** Whether a message answers or names an account. */
export function names(body: string, accountId: string): boolean {
  const { answers, to } = readMessage(body);
  return answers?.accountId === accountId || to.includes(accountId);
}

/** Whether a message may answer or name anybody at all, before it is known who we are. */
export function namesSomebody(body: string): boolean {
  return REPLY.test(body) || body.includes('[To:');
}
