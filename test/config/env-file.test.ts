import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnvFileError, readEnvironment } from '../../src/config/env-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'toritsugi-env-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('readEnvironment', () => {
  it('is the environment alone without a file', async () => {
    expect(await readEnvironment(directory, { PORT: '1' })).toEqual({ PORT: '1' });
  });

  it('adds the file; the real environment wins, also when it is empty', async () => {
    await writeFile(
      join(directory, '.env'),
      '\uFEFF# comment\nPORT=2 # why\nHOST="a b"\nREDIS_URL=redis://x\nexport LINK_SECRET=s=1\n\nEMPTY=\n',
    );
    expect(await readEnvironment(directory, { HOST: 'real', REDIS_URL: '', UNSET: undefined })).toEqual({
      PORT: '2',
      HOST: 'real',
      REDIS_URL: '',
      LINK_SECRET: 's=1',
      EMPTY: '',
    });
  });

  it('does not start without a file it cannot read', async () => {
    await mkdir(join(directory, '.env'));
    await expect(readEnvironment(directory, {})).rejects.toThrow(EnvFileError);
    await expect(readEnvironment(directory, {})).rejects.toThrow(/\.env cannot be read \(EISDIR\)/);
  });
});
