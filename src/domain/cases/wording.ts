/*
 * What operators say to a caller of a case while nothing else was agreed with the client. The agency never argues
 * with the caller in the client's name [seed].
 */

const WORDING = '「恐れ入りますが、こちらではお答えいたしかねます。失礼いたします。」';

/** Kinds are data; these are the ones with words of their own. */
const BY_KIND: Readonly<Record<string, string>> = {
  silent: '「お声が聞こえないようですので、失礼いたします。」',
};

/** The words for a kind of call, in 「」. */
export function wordingFor(kind: string): string {
  return Object.hasOwn(BY_KIND, kind) ? (BY_KIND[kind] ?? WORDING) : WORDING;
}
