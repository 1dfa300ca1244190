import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Terminal } from './terminal.ts';

/** Longest file read, bytes; the importers have limits of their own below it. */
const MAX_BYTES = 12 * 1024 * 1024;

/** A file named on the command line that cannot be used; the message says why and what to do. */
export class InputFileError extends Error {
  readonly code = 'input.file';
  constructor(message: string) {
    super(message);
    this.name = 'InputFileError';
  }
}

/**
 * The text of a file, or of standard input for `-`.
 * @throws InputFileError when it is not there, too large, or no UTF-8
 */
export async function readInputFile(
  path: string,
  terminal: Pick<Terminal, 'directory' | 'readStdin'>,
): Promise<{ readonly file: string; readonly text: string }> {
  const file = path === '-' ? 'standard input' : basename(path);
  const bytes =
    path === '-' ? await terminal.readStdin() : await readBytes(resolve(terminal.directory, path), path);
  if (bytes.byteLength > MAX_BYTES) throw new InputFileError(`${path} is larger than ${MAX_BYTES} bytes.`);
  try {
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    throw new InputFileError(
      `${path} is not UTF-8 text; it may be Shift_JIS. Save it as UTF-8, for instance: iconv -f CP932 -t UTF-8`,
    );
  }
}

async function readBytes(absolute: string, shown: string): Promise<Uint8Array> {
  try {
    const found = await stat(absolute);
    if (found.isDirectory()) throw new InputFileError(`${shown} is a directory; name a YAML file.`);
    if (found.size > MAX_BYTES) throw new InputFileError(`${shown} is larger than ${MAX_BYTES} bytes.`);
    return await readFile(absolute);
  } catch (thrown) {
    if (thrown instanceof InputFileError) throw thrown;
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown reason';
    throw new InputFileError(
      code === 'ENOENT' ? `${shown} does not exist.` : `${shown} cannot be read (${code}).`,
    );
  }
}
