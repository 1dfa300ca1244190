import { type Finding, fail, ok } from './finding.ts';

/** Oldest Node.js with everything used here (`util.parseEnv`); the suites run on 20 and 24. */
const OLDEST = { major: 20, minor: 12 } as const;

/** @param version such as `20.20.2`, as `process.versions.node` gives it */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
  return enough
    ? ok('Node.js', version)
    : fail(
        'Node.js',
        version,
        `Install Node.js ${OLDEST.major}.${OLDEST.minor} or newer: https://nodejs.org/`,
      );
}
