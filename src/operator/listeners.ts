import type { App, RespondArguments } from '@slack/bolt';
import type { Logger } from 'pino';
import type { Clock } from '../domain/ports.ts';
import type { AllowList } from './allow-list.ts';
import { ACTION, ENTRY_FORM, isUuid } from './entry-modal/block-ids.ts';
import { type EntryForm, notRecorded } from './entry-modal/entry-form.ts';
import { faultOf } from './fault.ts';
import type { InHand } from './in-hand.ts';
import { formNotOpenedAnswer, type PrivateAnswer } from './line/line-answer.ts';
import { LINE_ACTION, type LineAttempt, readLineButton } from './line/line-buttons.ts';
import type { LineEntry } from './line/line-entry.ts';
import type { OperatorSettings } from './settings.ts';
import { BlockActions, BlockSuggestion, Command, type SlackCommand, ViewSubmission } from './slack-body.ts';
import { withinTime } from './time-limit.ts';
import { FORM_NOT_CHANGED } from './wording.ts';

interface ListenerDeps {
  /** The command's name, such as `/juden`. */
  readonly command: string;
  readonly allowList: AllowList;
  readonly form: EntryForm;
  readonly line: LineEntry;
  readonly inHand: InHand;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Pick<OperatorSettings, 'recordTimeoutMs'>;
}

/**
 * What the app listens to. Nothing is shown to or recorded for who is not on the allow-list (P9). Each listener
 * acknowledges exactly once and keeps its faults to itself: what Bolt throws is then a body it could not read,
 * and nothing else.
 */
export function listen(bolt: App, deps: ListenerDeps): void {
  const { allowList, form, line, log } = deps;

  bolt.command(deps.command, async ({ body, ack, client }) => {
    const command = Command.parse(body);
    const attempt = attemptOf(command, deps.clock());
    await guarded(
      async () => {
        const { answer, after } = await line.command(client, command.trigger_id, {
          attempt,
          operator: { id: command.user_id, accountName: command.user_name },
          responseUrl: command.response_url,
        });
        await (answer === undefined ? ack() : ack(response(answer)));
        await after();
      },
      async () => await ack(response(formNotOpenedAnswer(deps.command, attempt))),
    );
  });

  for (const action of Object.values(LINE_ACTION)) {
    bolt.action(action, async ({ body, ack, client }) => {
      const pressed = BlockActions.parse(body);
      await guarded(async () => {
        // A button's acknowledgement says nothing; the answer follows through the response URL.
        await ack();
        const read = readLineButton(pressed.actions[0]?.value);
        if (read === undefined) return;
        const request = {
          attempt: read.attempt,
          operator: { id: pressed.user.id, accountName: pressed.user.name ?? pressed.user.username },
          responseUrl: pressed.response_url,
        };
        if (action === LINE_ACTION.drop) await line.drop(request, read.receiptNumber);
        else await line.again(client, pressed.trigger_id, request);
      }, ack);
    });
  }

  const recentButton = new RegExp(`^${ACTION.recent}\\.\\d+$`);
  for (const action of [ACTION.client, ACTION.kind, ACTION.number, recentButton]) {
    bolt.action(action, async ({ body, ack, client }) => {
      const pressed = BlockActions.parse(body);
      const { view, user } = pressed;
      await guarded(async () => {
        if (view === undefined || !(await allowList.allows(user.id))) return await ack();
        const chosen = recentClientOf(pressed);
        // A number is told sign by sign: only a whole one says anything.
        if (pressed.actions[0]?.action_id === ACTION.number && !form.hasNumberToLookUp(view))
          return await ack();
        // Kept before acknowledged: from here on nothing typed can be lost.
        const kept = await withinTime(
          form.keep({
            view,
            operatorId: user.id,
            actedAt: actedAt(pressed, deps.clock()),
            ...(chosen !== undefined && { clientId: chosen }),
          }),
          deps.settings.recordTimeoutMs,
        ).catch((error: unknown) => {
          log.error(faultOf(error), 'a form was not kept');
          return undefined;
        });
        await ack();
        if (kept?.type === 'done') await form.refresh(client, view, user.id, kept.value);
        // Nothing is lost, but the form does not follow: a button that does nothing would be pressed for ever.
        else if (chosen !== undefined) await form.say(client, view, FORM_NOT_CHANGED);
      }, ack);
    });
  }

  bolt.action(ACTION.salesNow, async ({ body, ack, client }) => {
    const { view, user } = BlockActions.parse(body);
    await guarded(async () => {
      await ack();
      if (view === undefined || !(await allowList.allows(user.id))) return;
      const operator = { id: user.id, accountName: user.name ?? user.username };
      await form.salesNow(client, { view, operator });
    }, ack);
  });

  bolt.options(ACTION.client, async ({ body, ack }) => {
    const { user, value } = BlockSuggestion.parse(body);
    await suggest(ack, user.id, () => form.suggestClients(value));
  });
  bolt.options(ACTION.addressee, async ({ body, ack }) => {
    const { user, value, block_id: blockId } = BlockSuggestion.parse(body);
    await suggest(ack, user.id, () => form.suggestMembers(blockId, value));
  });

  bolt.view(ENTRY_FORM, async ({ body, ack }) => {
    const { view, user } = ViewSubmission.parse(body);
    await guarded(
      async () => {
        const { answer, after } = await form.submit({
          view,
          operator: { id: user.id, accountName: user.name ?? user.username },
        });
        await ack(answer);
        await after();
      },
      async () => await ack(notRecorded()),
    );
  });

  async function suggest<Option>(
    ack: (response: { options: Option[] }) => Promise<void>,
    userId: string,
    find: () => Promise<Option[]>,
  ): Promise<void> {
    const none = async () => await ack({ options: [] });
    await guarded(async () => {
      if (!(await allowList.allows(userId))) return await none();
      const found = await withinTime(find(), deps.settings.recordTimeoutMs);
      await (found.type === 'done' ? ack({ options: found.value }) : none());
    }, none);
  }

  /** Runs a listener's work; `onFault` acknowledges in its stead (a second acknowledgement changes nothing). */
  async function guarded(work: () => Promise<void>, onFault: () => Promise<void>): Promise<void> {
    const running = work().catch(async (error: unknown) => {
      log.error(faultOf(error), 'a Slack request failed');
      await onFault().catch((again: unknown) => log.error(faultOf(again), 'a Slack request failed'));
    });
    deps.inHand.track(running);
    await running;
  }
}

type Pressed = ReturnType<typeof BlockActions.parse>;

/** When the operator acted, seconds since 1970 as Slack stamps actions. */
function actedAt({ actions }: Pressed, now: Date): number {
  const stamp = Number(actions[0]?.action_ts);
  return Number.isFinite(stamp) && stamp > 0 ? stamp : now.getTime() / 1000;
}

/** The client of a pressed button; undefined for every other action. */
function recentClientOf({ actions }: Pressed): string | undefined {
  const [action] = actions;
  if (action?.type !== 'button' || typeof action.value !== 'string') return undefined;
  return isUuid(action.value) ? action.value : undefined;
}

/** The line of a command; its key makes the same request record once (P1). */
export function attemptOf(command: SlackCommand, now: Date): LineAttempt {
  return { key: `line:${command.team_id}:${command.trigger_id}`, text: command.text, at: now };
}

/** Our blocks are plain objects of the shapes Slack documents; its types ask for mutable ones. */
function response(answer: PrivateAnswer): RespondArguments {
  return answer as unknown as RespondArguments;
}
