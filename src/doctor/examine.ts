import { access, constants } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { closeChannels, openChannels } from '../channels/index.ts';
import { type Environment, inspectConfig, type StorageConfig } from '../config.ts';
import type { Clock } from '../domain/ports.ts';
import { explain, explainStorage } from '../explain.ts';
import { TIMED_OUT, within } from '../storage/within.ts';
import { checkChatworkReplies, checkCredentials, checkUsedChannels } from './channels.ts';
import { type Finding, fail } from './finding.ts';
import { checkNode } from './node.ts';
import { checkPublicUrl } from './public-url.ts';
import { checkRedisQueues } from './redis.ts';
import { checkSettings } from './settings.ts';
import { checkSlackSurroundings } from './slack.ts';
import { checkContents, checkStorage, type StorageAnswer } from './storage.ts';
import { type StorageFacts, storageFactsForm } from './storage-facts.ts';
import { checkTemplates } from './templates.ts';
import { checkWorkspaces } from './workspaces.ts';

export interface Examination {
  readonly env: Environment;
  /** Such as `20.20.2`. */
  readonly nodeVersion: string;
  readonly templatesDir: URL;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** Runs the command that reads `StorageFacts`, here or in the running server; gives its output. */
  readonly askStorage: (
    config: StorageConfig,
  ) => Promise<{ readonly text: string; readonly through: 'own' | 'running server' }>;
}

/** Above every time-out of a single question, ms. */
const CHECK_WITHIN_MS = 20_000;

/**
 * Looks at everything a running Toritsugi depends on, changes nothing and sends nothing. Every check is bounded
 * in time and none keeps the others from being made.
 */
export async function examine(o: Examination): Promise<readonly Finding[]> {
  const config = inspectConfig(o.env);
  const { storage, slack, publicUrl } = config;
  const answer = storage && (await askStorage(storage, o));
  const facts = answer?.type === 'facts' ? answer.facts : undefined;
  const groups = await Promise.all([
    [checkNode(o.nodeVersion)],
    checkSettings(config),
    storage && answer ? checkStorage(storage, answer) : [],
    storage ? guarded('Redis', () => checkRedisQueues(storage)) : [],
    facts ? checkContents(facts) : [],
    facts ? checkWorkspaces(config, facts) : [],
    guarded('Channels', () => checkChannelCredentials(config, o.clock)),
    checkUsedChannels(config, facts?.destinations ?? {}),
    checkChatworkReplies(config.chatwork, facts?.openCasesInChatwork ?? 0),
    slack ? guarded('Slack', () => checkSlackSurroundings(slack, o)) : [],
    guarded('Templates', async () => [await checkTemplates(o.templatesDir)]),
    publicUrl
      ? guarded('PUBLIC_URL', () =>
          checkPublicUrl(publicUrl, { socketMode: config.socketMode, fetch: o.fetch }),
        )
      : [],
  ]);
  return groups.flat();
}

async function checkChannelCredentials(
  config: ReturnType<typeof inspectConfig>,
  clock: Clock,
): Promise<readonly Finding[]> {
  const channels = openChannels(config, { clock });
  try {
    return await checkCredentials(channels);
  } finally {
    await closeChannels(channels);
  }
}

async function askStorage(config: StorageConfig, o: Examination): Promise<StorageAnswer> {
  if (config.databaseUrl === undefined && !(await reachable(join(config.dataDir, 'pglite')))) {
    return fresh(config);
  }
  try {
    const { text, through } = await o.askStorage(config);
    return { type: 'facts', facts: parseFacts(text), through };
  } catch (thrown) {
    const known = explainStorage(thrown);
    return known
      ? { type: 'unreachable', detail: known.what, advice: known.advice || 'Repair that, then ask again.' }
      : { type: 'unreachable', detail: explain(thrown), advice: 'Check DATABASE_URL or DATA_DIR.' };
  }
}

function parseFacts(text: string): StorageFacts {
  return storageFactsForm.parse(JSON.parse(text));
}

/** Nothing there yet is no mistake, if it can be made. */
async function fresh(config: StorageConfig): Promise<StorageAnswer> {
  let existing = config.dataDir;
  while (!(await reachable(existing)) && dirname(existing) !== existing) existing = dirname(existing);
  try {
    await access(existing, constants.W_OK | constants.X_OK);
    return { type: 'fresh' };
  } catch {
    return {
      type: 'unreachable',
      detail: `DATA_DIR ${config.dataDir} cannot be made: this user may not write to ${existing}`,
      advice: 'Give this user the right to write there, or set DATA_DIR to another directory.',
    };
  }
}

async function reachable(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** A check that fails in a way nobody foresaw, or never ends, is itself a finding. */
async function guarded(
  subject: string,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    const findings = await within(CHECK_WITHIN_MS, check());
    if (findings !== TIMED_OUT) return findings;
    return [fail(subject, `the check did not end within ${CHECK_WITHIN_MS / 1000} s`, 'Check the network.')];
  } catch (thrown) {
    return [fail(subject, explain(thrown), 'Check the settings named like it.')];
  }
}
