import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Cases } from '../../followup/cases/cases.ts';
import type { OtherClients } from '../../intake/other-clients.ts';
import type { Recorder } from '../../intake/record.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AllowList } from '../allow-list.ts';
import type { EntryForm, ViewsApi } from '../entry-modal/entry-form.ts';
import { faultOf } from '../fault.ts';
import type { OperatorNames } from '../operator-name.ts';
import type { ResponseUrl } from '../response-url.ts';
import type { OperatorSettings } from '../settings.ts';
import { type Timed, withinTime } from '../time-limit.ts';
import { enterLine, type LineResult } from './enter-line.ts';
import {
  droppedAnswer,
  formNotOpenedAnswer,
  lineAnswer,
  notRecordedAnswer,
  type PrivateAnswer,
} from './line-answer.ts';
import type { LineAttempt } from './line-buttons.ts';

export interface LineRequest {
  readonly attempt: LineAttempt;
  readonly operator: { readonly id: string; readonly accountName: string | undefined };
  readonly responseUrl: string | undefined;
}

export interface LineEntry {
  /** A command: what to acknowledge with (nothing when the form opened), and what is left to do. Never throws. */
  command(
    slack: ViewsApi,
    triggerId: string,
    request: LineRequest,
  ): Promise<{ readonly answer: PrivateAnswer | undefined; readonly after: () => Promise<void> }>;
  /** A button under a line that was not recorded, which enters it; answers through its response URL. Never throws. */
  again(slack: ViewsApi, triggerId: string | undefined, request: LineRequest): Promise<void>;
  /** The button that leaves a line unrecorded; answers through its response URL. Never throws. */
  drop(request: LineRequest, receiptNumber: string | undefined): Promise<void>;
}

/** One-line entries: what happens when the database is quick, slow or away. */
export function createLineEntry(deps: {
  readonly db: Kysely<Schema>;
  readonly recorder: Recorder;
  readonly names: OperatorNames;
  readonly allowList: AllowList;
  readonly otherClients: OtherClients;
  readonly cases: Pick<Cases, 'openOf'>;
  readonly form: EntryForm;
  readonly responseUrl: ResponseUrl;
  readonly log: Logger;
  readonly settings: Pick<OperatorSettings, 'recordTimeoutMs'>;
  /** The command's name, such as `/juden`. */
  readonly commandName: string;
}): LineEntry {
  const { commandName, log } = deps;

  /** Undefined when it failed, which is logged. */
  async function attempt({ attempt: line, operator }: LineRequest): Promise<Timed<LineResult> | undefined> {
    try {
      return await withinTime(enterLine(deps, line, operator), deps.settings.recordTimeoutMs);
    } catch (error) {
      log.error(faultOf(error), 'a line was not recorded');
      return undefined;
    }
  }

  /** Tells how a late entry ended. */
  async function tellLater(request: LineRequest, pending: Promise<LineResult>): Promise<void> {
    const result = await pending.catch((error: unknown) => {
      log.error(faultOf(error), 'a late line was not recorded');
      return undefined;
    });
    await tell(
      request,
      result === undefined
        ? notRecordedAnswer(commandName, request.attempt, 'failed')
        : result.type === 'form'
          ? formNotOpenedAnswer(commandName, request.attempt)
          : lineAnswer(commandName, request.attempt, result),
    );
  }

  async function tell(request: LineRequest, answer: PrivateAnswer): Promise<void> {
    if (request.responseUrl === undefined) return;
    await deps.responseUrl.post(request.responseUrl, { ...answer, replace_original: true });
  }

  /** Undefined when it opened. */
  async function openForm(
    slack: ViewsApi,
    triggerId: string | undefined,
    { attempt: line, operator }: LineRequest,
    client: { readonly id: string } | null,
  ): Promise<PrivateAnswer | undefined> {
    try {
      if (triggerId !== undefined) {
        await deps.form.open(slack, triggerId, { operatorId: operator.id, client });
        return undefined;
      }
    } catch (error) {
      log.error(faultOf(error), 'the form did not open');
    }
    return formNotOpenedAnswer(commandName, line);
  }

  const nothing = async () => undefined;

  return {
    command: async (slack, triggerId, request) => {
      const line = request.attempt;
      const timed = await attempt(request);
      if (timed === undefined) {
        return { answer: notRecordedAnswer(commandName, line, 'failed'), after: nothing };
      }
      if (timed.type === 'late') {
        return {
          answer: notRecordedAnswer(commandName, line, 'late'),
          after: async () => await tellLater(request, timed.pending),
        };
      }
      const result = timed.value;
      const answer =
        result.type === 'form'
          ? await openForm(slack, triggerId, request, result.client)
          : lineAnswer(commandName, line, result);
      return { answer, after: nothing };
    },

    drop: async (request, receiptNumber) =>
      await tell(request, droppedAnswer(commandName, request.attempt, receiptNumber)),

    again: async (slack, triggerId, request) => {
      const line = request.attempt;
      const timed = await attempt(request);
      if (timed === undefined) {
        await tell(request, notRecordedAnswer(commandName, line, 'failed'));
      } else if (timed.type === 'late') {
        await tell(request, notRecordedAnswer(commandName, line, 'late'));
        await tellLater(request, timed.pending);
      } else if (timed.value.type === 'form') {
        const answer = await openForm(slack, triggerId, request, timed.value.client);
        if (answer !== undefined) await tell(request, answer);
      } else {
        await tell(request, lineAnswer(commandName, line, timed.value));
      }
    },
  };
}
