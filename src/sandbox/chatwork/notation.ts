/**
 * Chatwork's message notation as its reader sees it. Anything that is no complete, known tag stays text: that is
 * what Chatwork does, and what shows whether a report's text was escaped.
 */
export type ChatworkNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'to'; readonly accountId: string }
  | { readonly type: 'to_all' }
  | { readonly type: 'reply'; readonly accountId: string; readonly messageId: string }
  | { readonly type: 'person'; readonly accountId: string }
  | { readonly type: 'rule' }
  | { readonly type: 'code'; readonly text: string }
  | {
      readonly type: 'info' | 'title' | 'quote';
      readonly children: readonly ChatworkNode[];
    };

type Container = 'info' | 'title' | 'qt';

/** Deeper nesting than any reader would see stays text. */
const MAX_DEPTH = 20;

type Token =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'leaf'; readonly text: string; readonly node: ChatworkNode }
  /** Who is quoted, and when: shown in another way inside a quote, text elsewhere. */
  | { readonly type: 'quote_meta'; readonly text: string }
  | { readonly type: 'open' | 'close'; readonly text: string; readonly tag: Container };

const TAG =
  /\[(?:(info|title|qt)\]|\/(info|title|qt)\]|(hr)\]|(toall)\]|To:(\d+)\]|rp aid=(\d+)(?: to=([\d-]+))?\]|picon(?:name)?:(\d+)\]|qtmeta[^\]]*\])/g;

export function parseChatwork(text: string): readonly ChatworkNode[] {
  return nest(tokenize(text));
}

/** Code first: what stands between [code] and [/code] is text, whatever it looks like. */
function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf('[code]', from);
    const end = start < 0 ? -1 : text.indexOf('[/code]', start + 6);
    if (end < 0) break;
    tokens.push(...tokenizeTags(text.slice(from, start)));
    const code = text.slice(start + 6, end);
    tokens.push({ type: 'leaf', text: text.slice(start, end + 7), node: { type: 'code', text: code } });
    from = end + 7;
  }
  tokens.push(...tokenizeTags(text.slice(from)));
  return tokens;
}

function tokenizeTags(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let from = 0;
  for (const match of text.matchAll(TAG)) {
    if (match.index > from) tokens.push({ type: 'text', text: text.slice(from, match.index) });
    tokens.push(tokenOf(match));
    from = match.index + match[0].length;
  }
  if (from < text.length) tokens.push({ type: 'text', text: text.slice(from) });
  return tokens;
}

function tokenOf(match: RegExpMatchArray): Token {
  const [text, open, close, rule, toAll, to, replyTo, reply, person] = match;
  if (open !== undefined) return { type: 'open', text, tag: open as Container };
  if (close !== undefined) return { type: 'close', text, tag: close as Container };
  const leaf = (node: ChatworkNode): Token => ({ type: 'leaf', text, node });
  if (rule !== undefined) return leaf({ type: 'rule' });
  if (toAll !== undefined) return leaf({ type: 'to_all' });
  if (to !== undefined) return leaf({ type: 'to', accountId: to });
  if (replyTo !== undefined)
    return leaf({ type: 'reply', accountId: replyTo, messageId: reply?.split('-')[1] ?? '' });
  if (person !== undefined) return leaf({ type: 'person', accountId: person });
  return { type: 'quote_meta', text };
}

/** Pairs opening and closing tags; a tag without its partner is text. A title counts only inside an info. */
function nest(tokens: readonly Token[]): readonly ChatworkNode[] {
  const partner = new Map<number, number>();
  const open: number[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'open' && open.length < MAX_DEPTH) open.push(index);
    if (token.type !== 'close') continue;
    const at = open.findLastIndex((opened) => {
      const candidate = tokens[opened];
      return candidate?.type === 'open' && candidate.tag === token.tag;
    });
    if (at < 0) continue;
    partner.set(open[at] ?? 0, index);
    open.splice(at);
  }
  return build(0, tokens.length, null);

  function build(from: number, to: number, inside: Container | null): readonly ChatworkNode[] {
    const nodes: ChatworkNode[] = [];
    const say = (text: string) => {
      const last = nodes.at(-1);
      if (last?.type === 'text') nodes[nodes.length - 1] = { type: 'text', text: last.text + text };
      else if (text !== '') nodes.push({ type: 'text', text });
    };
    for (let index = from; index < to; index += 1) {
      const token = tokens[index];
      if (token === undefined) break;
      const end = partner.get(index);
      if (token.type === 'leaf') nodes.push(token.node);
      else if (token.type === 'quote_meta' && inside === 'qt') continue;
      else if (token.type === 'open' && end !== undefined && (token.tag !== 'title' || inside === 'info')) {
        const children = build(index + 1, end, token.tag);
        nodes.push({ type: token.tag === 'qt' ? 'quote' : token.tag, children });
        index = end;
      } else say(token.text);
    }
    return nodes;
  }
}
