// Compiles to dist/ and puts the files that are read at run time beside the code that reads them.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync('npx', ['--no-install', 'tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
for (const folder of ['templates', 'examples']) cpSync(folder, `dist/${folder}`, { recursive: true });
cpSync('package.json', 'dist/package.json');
