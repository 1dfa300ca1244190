import { mailAddress } from '../address.ts';

/** A name and an address, kept apart: strings that hold both get parsed, and a parser can be talked into more. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** Reads `名前 <addr@example>`, `"名前" <addr@example>` or a plain address. Undefined when it is none of them. */
export function parseMailbox(raw: string): Mailbox | undefined {
  const text = raw.trim();
  const match = /^(?:"([^"<>]*)"|([^"<>]*?))\s*<([^<>]+)>$/.exec(text);
  const address = mailAddress(match?.[3] ?? text);
  if (address === undefined) return undefined;
  return { name: oneLine(match?.[1] ?? match?.[2] ?? ''), address };
}

/** Header text on one line: control characters become spaces, so that no header can begin inside it (P6). */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
