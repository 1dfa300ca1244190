import { readSettings } from '../config/reader.ts';
import { linkSecret } from '../config/values.ts';
import { bearerToken } from '../web/bearer.ts';
import { BOUNCE_PURPOSE } from '../web/bounces.ts';
import { EXIT } from './command.ts';
import { InputFileError } from './input-file.ts';
import { settingProblemsText } from './setting-problems.ts';
import type { Terminal } from './terminal.ts';

/** Longest mail read from standard input, bytes; as much as the web server takes. */
export const MAIL_LIMIT = 1_000_000;

/**
 * The mail on standard input, in the form the `bounce` command takes it.
 * @throws InputFileError when it is too large
 */
export async function readBounce(terminal: Pick<Terminal, 'readStdin'>): Promise<{ readonly mail: string }> {
  const raw = await terminal.readStdin(MAIL_LIMIT);
  if (raw.byteLength > MAIL_LIMIT) {
    throw new InputFileError(`The mail is larger than ${MAIL_LIMIT} bytes; none of ours is.`);
  }
  return { mail: Buffer.from(raw).toString('base64') };
}

/** `bounce --token`: what `POST /webhooks/bounce` wants to see, made of `LINK_SECRET`. */
export function printBounceToken(terminal: Pick<Terminal, 'env' | 'out' | 'err'>): number {
  const read = readSettings(terminal.env);
  const secret = read.required('LINK_SECRET', linkSecret);
  if (secret === undefined) {
    terminal.err(settingProblemsText(read.problems));
    return EXIT.failed;
  }
  terminal.out(`${bearerToken(secret, BOUNCE_PURPOSE)}\n`);
  return EXIT.done;
}
