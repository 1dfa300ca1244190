import { Composer, type CST, type Document, type LineCounter, Parser } from 'yaml';

/** The import files need four levels. */
const DEEPEST = 20;

export type YamlDocuments =
  | { readonly documents: readonly Document.Parsed[] }
  /** Offset of a token nested too deeply. */
  | { readonly tooDeepAt: number };

/**
 * Parses YAML of limited depth. The library's composer is recursive and relies on catching the overflow of the
 * stack; where a regular expression is compiled just then, the whole process dies. Its parser is not recursive,
 * so the depth is measured on what that yields, before anything is composed.
 */
export function parseShallow(text: string, lines: LineCounter): YamlDocuments {
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  for (const token of tokens) {
    const tooDeep = tokenBelow(token, DEEPEST);
    if (tooDeep) return { tooDeepAt: tooDeep.offset };
  }
  const composer = new Composer({
    schema: 'failsafe',
    prettyErrors: false,
    stringKeys: true,
    // The library's own check takes quadratic time.
    uniqueKeys: false,
  });
  return { documents: [...composer.compose(tokens, true, text.length)] };
}

/** Some token more than so many levels below this one. */
function tokenBelow(root: CST.Token, levels: number): CST.Token | undefined {
  const open: { token: CST.Token; depth: number }[] = [{ token: root, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > levels) return token;
    for (const child of children(token)) open.push({ token: child, depth: depth + 1 });
  }
  return undefined;
}

function children(token: CST.Token): readonly CST.Token[] {
  const items =
    'items' in token ? token.items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat()) : [];
  return token.type === 'document' && token.value ? [token.value] : items;
}
