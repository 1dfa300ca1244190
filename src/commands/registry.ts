import { exportClients } from '../clients/export-clients.ts';
import { importClients } from '../clients/import-clients.ts';
import { exportAgency, importAgency } from '../rulebook/import-agency.ts';
import { importKinds } from '../rulebook/import-kinds.ts';
import { exportPlans, importPlans } from '../rulebook/import-plans.ts';
import { exportKinds } from '../rulebook/stored-kinds.ts';
import { statementsAdjustCommand } from './adjust.ts';
import { bounceCommand } from './bounce.ts';
import { casesAnswerCommand, casesCloseCommand, casesListCommand, casesShowCommand } from './cases.ts';
import { casesExportCommand, casesVerifyCommand, casesVerifyHashCommand } from './cases-evidence.ts';
import { clientsListCommand } from './clients-list.ts';
import type { Command } from './command.ts';
import {
  deliveriesCancelCommand,
  deliveriesConfirmCommand,
  deliveriesListCommand,
  deliveriesRetryCommand,
} from './deliveries.ts';
import { deliveriesReleaseCommand } from './deliveries-release.ts';
import { disputesListCommand, disputesSharesCommand } from './disputes.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { installLinkCommand } from './install-link.ts';
import { migrateCommand } from './migrate.ts';
import { statementCommand } from './statement.ts';
import { statementsRunCommand, statementsRunsCommand } from './statement-runs.ts';
import { statementsCloseCommand, statementsExportCommand } from './statements.ts';
import { storageFactsCommand } from './storage-facts.ts';
import { usageCommand } from './usage.ts';

/** Every command on the data: what the terminal offers and what a running server answers. */
export function commandRegistry(): readonly Command[] {
  return [
    importCommand('agency', importAgency),
    exportCommand('agency', exportAgency),
    importCommand('plans', importPlans),
    exportCommand('plans', exportPlans),
    importCommand('kinds', importKinds),
    exportCommand('kinds', exportKinds),
    importCommand('clients', importClients),
    exportCommand('clients', exportClients),
    clientsListCommand,
    installLinkCommand,
    deliveriesListCommand,
    deliveriesRetryCommand,
    deliveriesCancelCommand,
    deliveriesConfirmCommand,
    deliveriesReleaseCommand,
    casesListCommand,
    casesShowCommand,
    casesAnswerCommand,
    casesCloseCommand,
    casesExportCommand,
    casesVerifyCommand,
    casesVerifyHashCommand,
    disputesListCommand,
    disputesSharesCommand,
    bounceCommand,
    usageCommand,
    statementCommand,
    statementsExportCommand,
    statementsCloseCommand,
    statementsAdjustCommand,
    statementsRunCommand,
    statementsRunsCommand,
    migrateCommand,
    storageFactsCommand,
  ];
}
