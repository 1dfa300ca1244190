import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { embeddedCopy } from '../../support/database.ts';

const run = promisify(execFile);
const MB = 1024 * 1024;
const BALLAST = 'ballast';

/** A small disk of its own with an embedded database on it. */
export interface SmallDisk {
  /** For DATA_DIR. */
  readonly dataDir: string;
  /** Fills it up but for so many bytes. */
  fill(leaveBytes: number): Promise<void>;
  /** Makes room again. */
  relieve(): Promise<void>;
  remove(): Promise<void>;
}

/** Mounts a tmpfs, as root or by sudo without a password: the one kind of full disk that is a real one. */
export async function makeSmallDisk(o: { readonly megabytes: number }): Promise<SmallDisk> {
  const mountPoint = await mkdtemp(join(tmpdir(), 'toritsugi-faults-disk-'));
  const asRoot = (...words: readonly string[]) => {
    const [program = '', ...args] = process.getuid?.() === 0 ? words : ['sudo', '-n', ...words];
    return run(program, args);
  };
  await asRoot('mount', '-t', 'tmpfs', '-o', `size=${o.megabytes}m,mode=0777`, 'tmpfs', mountPoint);
  const template = await embeddedCopy();
  await cp(template, mountPoint, { recursive: true });
  await rm(template, { recursive: true, force: true });
  let pieces = 0;
  return {
    dataDir: mountPoint,
    async fill(leaveBytes) {
      while (true) {
        const { bavail, bsize } = await statfs(mountPoint);
        const left = bavail * bsize - leaveBytes;
        if (left <= 0) return;
        pieces += 1;
        try {
          await writeFile(join(mountPoint, `${BALLAST}-${pieces}`), Buffer.alloc(Math.min(left, 8 * MB)));
        } catch (error) {
          // The database took the room between the look and the write. The disk is full, which is what is wanted.
          if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
          throw error;
        }
      }
    },
    async relieve() {
      for (const name of await readdir(mountPoint)) {
        if (name.startsWith(BALLAST)) await rm(join(mountPoint, name));
      }
    },
    async remove() {
      await asRoot('umount', '-l', mountPoint);
      await rm(mountPoint, { recursive: true, force: true });
    },
  };
}
