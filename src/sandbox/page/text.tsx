import type { Child } from 'hono/jsx';

/**
 * Characters nobody sees but that change how others look: controls, bidirectional marks, zero-width ones. Not among
 * them: line break and tab, which show, and the joiner that emoji are made with.
 */
const INVISIBLE = /(?![\n\t\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const LINK = /https?:\/\/[^\s<>"'「」（）()［］]+/;
const PIECES = new RegExp(`(${INVISIBLE.source})|(${LINK.source})`, 'gu');

/** Text as it was sent; what is invisible in it is named, so that nothing can hide. Bare addresses may be links. */
export function Text({ text, links = false }: { readonly text: string; readonly links?: boolean }) {
  const pieces: Child[] = [];
  let from = 0;
  for (const match of text.matchAll(PIECES)) {
    const [piece, invisible, link] = match;
    if (link !== undefined && !links) continue;
    pieces.push(text.slice(from, match.index));
    if (invisible !== undefined) pieces.push(<Invisible character={invisible} />);
    if (link !== undefined) pieces.push(<Link url={link}>{link}</Link>);
    from = match.index + piece.length;
  }
  pieces.push(text.slice(from));
  return <bdi>{pieces}</bdi>;
}

function Invisible({ character }: { readonly character: string }) {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return (
    <span class="invisible" title="目に見えない文字">
      U+{code}
    </span>
  );
}

/** A link that tells the other side nothing; anything but http and https stays text. */
export function Link({ url, children }: { readonly url: string; readonly children: Child }) {
  if (!/^https?:\/\//.test(url)) return <>{children}</>;
  return (
    <a href={url} target="_blank" rel="noreferrer noopener nofollow">
      {children}
    </a>
  );
}

const DAY_AND_TIME = new Intl.DateTimeFormat('ja-JP', {
  timeZone: 'Asia/Tokyo',
  month: 'numeric',
  day: 'numeric',
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** A moment in Japan's time. */
export function Moment({ at }: { readonly at: Date }) {
  return <time dateTime={at.toISOString()}>{DAY_AND_TIME.format(at)}</time>;
}
