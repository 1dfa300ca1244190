import { readdir, readFile } from 'node:fs/promises';

/** Ticks of /proc are hundredths of a second on Linux. */
const TICK_MS = 10;

/**
 * CPU time, ms, that a process and its children have used since they began, the ended ones included. Unlike a
 * rate it hardly depends on what else the machine does meanwhile. NaN for a process that is not there.
 */
export async function cpuTimeMs(pid: number): Promise<number> {
  const processes = await Promise.all(
    (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map((name) => readStat(Number(name))),
  );
  const own = processes.find((one) => one?.pid === pid);
  if (own === undefined) return Number.NaN;
  const children = processes.filter((one) => one?.parent === pid);
  return children.reduce((sum, child) => sum + (child?.ownMs ?? 0), own.ownMs + own.endedChildrenMs);
}

async function readStat(pid: number) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name in brackets may hold spaces.
  const fields = text
    ?.slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  if (fields === undefined) return undefined;
  const [, parent = 0] = fields;
  const ms = (from: number) => ((fields[from] ?? 0) + (fields[from + 1] ?? 0)) * TICK_MS;
  return { pid, parent, ownMs: ms(11), endedChildrenMs: ms(13) };
}
