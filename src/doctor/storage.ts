import type { StorageConfig } from '../config.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import type { StorageFacts } from './storage-facts.ts';

/** What came of asking the database. */
export type StorageAnswer =
  | { readonly type: 'facts'; readonly facts: StorageFacts; readonly through: 'own' | 'running server' }
  /** Embedded, and nothing is there yet: made at the first start. */
  | { readonly type: 'fresh' }
  | { readonly type: 'unreachable'; readonly detail: string; readonly advice: string };

const OLDEST_SERVER = 140_000;

export function checkStorage(config: StorageConfig, answer: StorageAnswer): readonly Finding[] {
  switch (answer.type) {
    case 'unreachable':
      return [fail('Database', answer.detail, answer.advice)];
    case 'fresh':
      return [ok('Database', `embedded; will be made in ${config.dataDir} at the first start`), powerLoss()];
    case 'facts':
      return [
        ...checkServer(config, answer),
        ...checkMigrations(answer.facts),
        ...checkQueueTables(config, answer.facts),
      ];
    default:
      return answer satisfies never;
  }
}

/** Kinds, plans, clients and what is stuck; nothing while the tables are not there. */
export function checkContents(facts: StorageFacts): readonly Finding[] {
  if (facts.pendingMigrations === null || facts.pendingMigrations.length > 0) return [];
  const findings: Finding[] = [
    facts.kinds > 0
      ? ok('Kinds of calls', `${facts.kinds}`)
      : warn(
          'Kinds of calls',
          'none yet',
          'The next start loads the usual ones; or: npm run toritsugi -- kinds import <file>',
        ),
    facts.plans > 0
      ? ok('Plans', `${facts.plans}`)
      : warn(
          'Plans',
          'none yet: usage cannot be priced',
          'npm run toritsugi -- plans import examples/plans.yaml, with your own prices',
        ),
    facts.clients > 0
      ? ok('Clients', `${facts.clients}`)
      : warn(
          'Clients',
          'none yet: no call can be entered',
          'npm run toritsugi -- clients import <file>; see examples/clients.yaml',
        ),
  ];
  if (facts.clientsWithoutDestination > 0) {
    findings.push(
      warn(
        'Destinations',
        `${facts.clientsWithoutDestination} active client(s) have none that works: their reports would reach nobody`,
        'npm run toritsugi -- clients list shows them; add or repair a destination in the clients file and import it again.',
      ),
    );
  }
  if (facts.disabledDestinations > 0) {
    findings.push(
      warn(
        'Destinations',
        `${facts.disabledDestinations} disabled after the far side refused them for good`,
        'Ask those clients for an address that works, change the clients file and import it again.',
      ),
    );
  }
  const { uncertain, failed } = facts.troubledDeliveries;
  if (uncertain > 0) {
    findings.push(
      warn(
        'Deliveries',
        `${uncertain} uncertain: nobody knows whether they arrived`,
        'npm run toritsugi -- deliveries list --state uncertain',
      ),
    );
  }
  if (failed > 0) {
    findings.push(
      warn(
        'Deliveries',
        `${failed} failed in the last 24 hours`,
        'npm run toritsugi -- deliveries list --state failed',
      ),
    );
  }
  return findings;
}

function checkServer(
  config: StorageConfig,
  { facts, through }: Extract<StorageAnswer, { type: 'facts' }>,
): readonly Finding[] {
  const version = `PostgreSQL ${Math.floor(facts.serverVersion / 10_000)}`;
  if (facts.kind === 'embedded') {
    const where = through === 'running server' ? 'asked through the running server' : 'opened';
    return [ok('Database', `embedded in ${config.dataDir} (${version}), ${where}`), powerLoss()];
  }
  return [
    facts.serverVersion >= OLDEST_SERVER
      ? ok('Database', `${version}, connected`)
      : fail('Database', `${version} is too old`, 'Use PostgreSQL 14 or newer.'),
  ];
}

function powerLoss(): Finding {
  return warn(
    'Durability',
    'the embedded database does not wait for the disk: it survives a killed process, not a power cut',
    'Fine for trying things out. For daily business set DATABASE_URL to a PostgreSQL server.',
  );
}

function checkMigrations(facts: StorageFacts): readonly Finding[] {
  if (facts.unknownMigrations.length > 0) {
    return [
      fail(
        'Tables',
        `made by a newer Toritsugi (${facts.unknownMigrations.join(', ')})`,
        'Start the newer version; an older one must not write to these tables.',
      ),
    ];
  }
  if (facts.pendingMigrations === null) {
    return [
      warn('Tables', 'not made yet', 'They are made at the next start, or by: npm run toritsugi -- migrate'),
    ];
  }
  if (facts.pendingMigrations.length > 0) {
    return [
      warn(
        'Tables',
        `${facts.pendingMigrations.length} change(s) not applied yet (${facts.pendingMigrations.join(', ')})`,
        'They are applied at the next start, or by: npm run toritsugi -- migrate',
      ),
    ];
  }
  return [ok('Tables', 'up to date')];
}

function checkQueueTables(config: StorageConfig, facts: StorageFacts): readonly Finding[] {
  if (config.redisUrl !== undefined) return [];
  return [
    facts.queueTables
      ? ok('Queues', 'in the database (no REDIS_URL)')
      : warn(
          'Queues',
          'their tables are not made yet',
          'They are made at the next start, or by: npm run toritsugi -- migrate',
        ),
  ];
}
