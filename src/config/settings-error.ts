import type { SettingProblem } from './settings.ts';

/** Settings are missing that only the data shows to be needed; see `missingChannelSettings`. */
export class SettingsError extends Error {
  readonly code = 'config.settings';
  readonly problems: readonly SettingProblem[];
  constructor(problems: readonly SettingProblem[]) {
    super(`Settings are missing or malformed: ${problems.map((problem) => problem.name).join(', ')}.`);
    this.name = 'SettingsError';
    this.problems = problems;
  }
}
