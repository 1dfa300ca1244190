import type { App } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { type ApproveResult, approveRun } from '../../billing/runs/approve-run.ts';
import { APPROVE_ACTION, readApproveValue } from '../../billing/runs/run-message.ts';
import { formatMonth } from '../../domain/calendar.ts';
import type { Clock, NewId } from '../../domain/ports.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AllowList } from '../allow-list.ts';
import { faultOf } from '../fault.ts';
import type { InHand } from '../in-hand.ts';
import { plainMessage } from '../plain-message.ts';
import type { ResponseUrl } from '../response-url.ts';
import { BlockActions } from '../slack-body.ts';

const NOT_YOURS = '明細の承認は管理者だけができます。';
const FAILED =
  '承認できたか確認できませんでした。少し待ってから、もう一度押してください。二重には送りません。';

/** 承認して送る: a supervisor closes the month and starts its run. Acknowledged at once; pressed twice it starts once. */
export function listenForRuns(
  bolt: App,
  deps: {
    readonly db: Kysely<Schema>;
    readonly supervisors: AllowList;
    readonly responseUrl: ResponseUrl;
    readonly inHand: InHand;
    readonly clock: Clock;
    readonly newId: NewId;
    readonly wake: () => void;
    readonly log: Logger;
  },
): void {
  bolt.action(APPROVE_ACTION, async ({ body, ack }) => {
    await ack();
    const { user, actions, response_url: url } = BlockActions.parse(body);
    const seen = readApproveValue(actions[0]?.value);
    if (seen === undefined) return;
    const say = async (text: string): Promise<void> => {
      if (url !== undefined) await deps.responseUrl.post(url, onlyFor(text));
    };
    const work = (async () => {
      // P9: whoever sees the channel is not for that a supervisor.
      if (!(await deps.supervisors.allows(user.id))) return await say(NOT_YOURS);
      const result = await approveRun(deps.db, deps, { ...seen, by: user.id });
      if (result.type === 'approved') deps.wake();
      await say(toldOf(result, seen.month));
    })().catch(async (error: unknown) => {
      deps.log.error(faultOf(error), 'a run of statements was not approved');
      await say(FAILED);
    });
    deps.inHand.track(work);
    await work;
  });
}

/** What became of a press. */
export function toldOf(result: ApproveResult, month: string): string {
  const named = formatMonth(month);
  switch (result.type) {
    case 'approved':
      return `${named}分を締めました。これから明細を順に送ります。進み具合は、元のメッセージに表示します。`;
    case 'already':
      return `${named}分はすでに承認されています(二重には送りません)。`;
    case 'unknown':
      return `${named}分の明細は、まだ準備されていません。`;
    case 'refused':
      switch (result.why.type) {
        case 'changed':
          return '表示のあとに登録や訂正がありました。まだ何も送っていません。新しい金額に直しますので、確かめてからもう一度押してください。';
        case 'earlier-open':
          return `先に${formatMonth(result.why.month)}分を締めてください。まだ何も送っていません。`;
        case 'not-over':
          return `${named}はまだ終わっていません。`;
        default:
          return result.why satisfies never;
      }
    default:
      return result satisfies never;
  }
}

function onlyFor(text: string) {
  return { response_type: 'ephemeral', replace_original: false, ...plainMessage([text]) };
}
