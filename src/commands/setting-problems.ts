import type { SettingProblem } from '../config.ts';

/** All problems for the terminal, each name on a line of its own with its example under it. */
export function settingProblemsText(problems: readonly SettingProblem[]): string {
  const list = problems
    .map(({ name, message, example }) => `  ${name} ${message}\n      for example: ${name}=${example}\n`)
    .join('');
  const count = problems.length === 1 ? '1 setting is' : `${problems.length} settings are`;
  return (
    `${count} missing or malformed:\n\n${list}\n` +
    'Put them into the environment or into a file .env here; .env.example explains every one.\n' +
    'To see Toritsugi at work without any of this: npm run demo\n'
  );
}
