/** Slack's mrkdwn as its reader sees it. What is no complete mark stays text. */
export type MrkdwnNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'user'; readonly id: string }
  | { readonly type: 'group'; readonly id: string }
  | { readonly type: 'channel'; readonly id: string; readonly label: string | null }
  /** `<!channel>`, `<!here>`, `<!everyone>`: everybody is called. */
  | { readonly type: 'everybody'; readonly word: string }
  | { readonly type: 'link'; readonly url: string; readonly label: string }
  | { readonly type: 'code' | 'block'; readonly text: string }
  | { readonly type: 'bold' | 'italic' | 'strike' | 'quote'; readonly children: readonly MrkdwnNode[] };

const MARK =
  /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\p{L}\p{N}*])\*(?!\s)([^*\n]+?)(?<!\s)\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(?!\s)([^_\n]+?)(?<!\s)_(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}~])~(?!\s)([^~\n]+?)(?<!\s)~(?![\p{L}\p{N}~])|(https?:\/\/[^\s<>|「」]+)/gu;

export function parseMrkdwn(text: string): readonly MrkdwnNode[] {
  const nodes: MrkdwnNode[] = [];
  let plain: string[] = [];
  let quoted: string[] = [];
  const flush = () => {
    if (plain.length > 0) nodes.push(...inline(plain.join('\n')));
    if (quoted.length > 0) nodes.push({ type: 'quote', children: inline(quoted.join('\n')) });
    plain = [];
    quoted = [];
  };
  for (const line of text.split('\n')) {
    const quote = /^&gt; ?(.*)$/.exec(line) ?? /^> ?(.*)$/.exec(line);
    if ((quote === null) === quoted.length > 0 && plain.length + quoted.length > 0) flush();
    if (quote === null) plain.push(line);
    else {
      if (plain.length > 0) flush();
      quoted.push(quote[1] ?? '');
    }
  }
  flush();
  return nodes;
}

function inline(text: string): readonly MrkdwnNode[] {
  const nodes: MrkdwnNode[] = [];
  let from = 0;
  const say = (piece: string) => {
    if (piece !== '') nodes.push({ type: 'text', text: decode(piece) });
  };
  for (const match of text.matchAll(MARK)) {
    say(text.slice(from, match.index));
    nodes.push(nodeOf(match));
    from = match.index + match[0].length;
  }
  say(text.slice(from));
  return nodes;
}

function nodeOf(match: RegExpMatchArray): MrkdwnNode {
  const [whole, block, code, angle, bold, italic, strike, url] = match;
  if (block !== undefined) return { type: 'block', text: decode(block) };
  if (code !== undefined) return { type: 'code', text: decode(code) };
  if (bold !== undefined) return { type: 'bold', children: inline(bold) };
  if (italic !== undefined) return { type: 'italic', children: inline(italic) };
  if (strike !== undefined) return { type: 'strike', children: inline(strike) };
  if (url !== undefined) return { type: 'link', url: decode(url), label: decode(url) };
  return angleNode(angle ?? '', whole);
}

/** What stands between `<` and `>`. */
function angleNode(inner: string, whole: string): MrkdwnNode {
  const [target = '', label] = inner.split('|', 2);
  const user = /^@([UW][A-Z0-9]+)$/.exec(target);
  if (user?.[1] !== undefined) return { type: 'user', id: user[1] };
  const group = /^!subteam\^(S[A-Z0-9]+)$/.exec(target);
  if (group?.[1] !== undefined) return { type: 'group', id: group[1] };
  const everybody = /^!(channel|here|everyone)$/.exec(target);
  if (everybody?.[1] !== undefined) return { type: 'everybody', word: everybody[1] };
  const channel = /^#([CG][A-Z0-9]+)$/.exec(target);
  if (channel?.[1] !== undefined) return { type: 'channel', id: channel[1], label: label ?? null };
  if (/^(?:https?:\/\/|mailto:|tel:)/.test(target)) {
    return { type: 'link', url: decode(target), label: decode(label ?? target) };
  }
  return { type: 'text', text: decode(whole) };
}

function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
