import { atJst, jstDay } from '../domain/calendar.ts';
import type { Clock } from '../domain/ports.ts';
import type { OpenModal, Person, Submission } from '../sandbox/index.ts';

/** One call of the demo's day, as an operator types it. */
export interface DemoCall {
  /** JST `HH:MM`. A call typed in one line comes in when it is typed. */
  readonly at: string;
  readonly client: string;
  /** As chosen or typed. */
  readonly kind: string;
  /** Typed in one line instead of the form. */
  readonly line?: true;
  readonly addressee?: string;
  readonly company?: string;
  readonly name?: string;
  readonly kana?: string;
  readonly number?: string;
  readonly confirmed?: true;
  /** Why there is no number: 非通知 · 公衆電話 · 表示圏外 · 不明. */
  readonly noNumber?: string;
  readonly message?: string;
  readonly quote?: string;
  readonly wish?: string;
  readonly urgent?: true;
  /** Part of a surcharge reason's label. */
  readonly surcharge?: string;
}

/** Longest the bot's message about a form may take, milliseconds. */
const ANSWER_WITHIN_MS = 20_000;

/**
 * Enters a call as an operator would and gives what the app answered; throws when it did not take it.
 * @param heard every answer so far: the bot's message about a line may come after the next form's
 */
export async function enter(
  operator: Person,
  command: string,
  call: DemoCall,
  clock: Clock,
  heard: Set<string>,
): Promise<string> {
  const said = call.line
    ? await enterLine(operator, command, call)
    : await enterForm(operator, command, call, clock, heard);
  heard.add(said);
  return said;
}

async function enterLine(operator: Person, command: string, call: DemoCall): Promise<string> {
  const text = [call.client, call.kind, call.message].filter((part) => part !== undefined).join(' ');
  const reply = await operator.command(text, { command });
  const said = reply.message?.text ?? reply.later().at(-1)?.text;
  if (reply.failed !== null || said === undefined) throw new Error(`${command} ${text}: ${reply.failed}`);
  return said;
}

async function enterForm(
  operator: Person,
  command: string,
  call: DemoCall,
  clock: Clock,
  heard: ReadonlySet<string>,
): Promise<string> {
  const modal = await operator.openModal(call.client, { command });
  await modal.choose('kind', call.kind);
  await modal.setTime('occurred_at', atJst(jstDay(clock()), call.at));
  if (call.addressee !== undefined) await chooseAddressee(modal, call.addressee);
  for (const field of ['company', 'name', 'kana', 'number', 'message', 'quote'] as const) {
    const text = call[field];
    if (text !== undefined) await modal.fill(field, text);
  }
  if (modal.has('number_state')) {
    await modal.choose('number_state', call.noNumber ?? (call.number === undefined ? '不明' : '番号あり'));
  }
  if (call.confirmed) await modal.check('number_confirmed', 'confirmed');
  if (call.wish !== undefined) await modal.choose('wish', call.wish);
  if (call.urgent) await modal.check('urgent', 'urgent');
  if (call.surcharge !== undefined) await modal.choose('surcharge', call.surcharge);
  const submitted = await modal.submit();
  if (submitted.type !== 'closed' && submitted.type !== 'cleared') {
    throw new Error(`${call.client} ${call.kind}: ${describe(submitted)}`);
  }
  for (let count = 1; ; ) {
    const messages = await operator.waitForDirectMessages(count, ANSWER_WITHIN_MS);
    const answer = messages.find(({ text }) => !heard.has(text));
    if (answer !== undefined) return answer.text;
    count = messages.length + 1;
  }
}

/** From the roster where the person is on it, else as heard. */
async function chooseAddressee(modal: OpenModal, name: string): Promise<void> {
  const roster = modal.fields().find((field) => field.blockId.startsWith('addressee.'));
  if (roster !== undefined && modal.has(roster.blockId)) {
    try {
      await modal.choose(roster.blockId, name);
      return;
    } catch {
      // Not on the roster.
    }
  }
  await modal.fill('addressee_name', name);
}

function describe(submission: Submission): string {
  return 'errors' in submission ? JSON.stringify(submission.errors) : submission.type;
}
