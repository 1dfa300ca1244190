import type { App, types } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Cases, CaseView } from '../../followup/cases/cases.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AllowList } from '../allow-list.ts';
import { isUuid, VALUE } from '../entry-modal/block-ids.ts';
import { input, option, plain } from '../entry-modal/elements.ts';
import type { SubmitAnswer } from '../entry-modal/entry-form.ts';
import { messageView } from '../entry-modal/message-view.ts';
import { rootViewId } from '../entry-modal/submit.ts';
import { faultOf } from '../fault.ts';
import type { InHand } from '../in-hand.ts';
import { onlyFor, plainSection } from '../plain-message.ts';
import type { ResponseUrl } from '../response-url.ts';
import type { OperatorSettings } from '../settings.ts';
import { BlockActions, type SlackView, ViewSubmission } from '../slack-body.ts';
import { withinTime } from '../time-limit.ts';
import { REFUSED } from '../wording.ts';
import { CASE_BLOCK, caseInLine, NEW_CASE } from './card-views.ts';
import { HARDSHIP_ACTION } from './hardship.ts';

export const OWN_MOVE_FORM = 'own_call_move_form';
const TITLE = '電話を別の案件へ';
/** Slack's limit of options, one of them the new case. */
const OTHERS_AT_MOST = 99;

const NOT_YOURS = 'ほかの方がお受けした電話は移せません。管理者へご連絡ください。';
const NO_CASE = 'この電話は、今どの案件にも入っていません。';
const NOT_OPENED = '画面を開けませんでした。少し待ってから、もう一度押してください。';
const CHOOSE = '移す先を選んでください。';
const FORM_FAILED =
  '移せませんでした。この画面は開いたままで大丈夫です。少し待ってからもう一度押してください(二重には移りません)。';

type Standing =
  | { readonly type: 'in-case'; readonly view: CaseView; readonly others: readonly CaseView[] }
  | { readonly type: 'barred'; readonly message: string };

/**
 * [別の案件へ移す] under the bot's message about a call: whoever took the call says that it belongs to another case of
 * the same client, or to none of them. For supervisors the card does the same with any call (P9).
 */
export function listenForOwnMoves(
  bolt: App,
  deps: {
    readonly db: Kysely<Schema>;
    readonly cases: Pick<Cases, 'read' | 'list' | 'act'>;
    readonly allowList: AllowList;
    readonly responseUrl: ResponseUrl;
    readonly inHand: InHand;
    readonly wake: () => void;
    readonly log: Logger;
    readonly settings: Pick<OperatorSettings, 'recordTimeoutMs'>;
  },
): void {
  bolt.action(HARDSHIP_ACTION.move, async ({ body, ack, client }) => {
    await ack();
    const { user, actions, trigger_id: triggerId, response_url: url } = BlockActions.parse(body);
    const callId = actions[0]?.value;
    if (triggerId === undefined || typeof callId !== 'string' || !isUuid(callId)) return;
    const say = async (text: string): Promise<void> => {
      if (url !== undefined) await deps.responseUrl.post(url, onlyFor(text));
    };
    const work = (async () => {
      const ready = await withinTime(standingOf(callId, user.id), deps.settings.recordTimeoutMs);
      if (ready.type === 'late') return await say(NOT_OPENED);
      const standing = ready.value;
      if (standing.type === 'barred') return await say(standing.message);
      await client.views.open({ trigger_id: triggerId, view: moveView(callId, standing) });
    })().catch(async (error: unknown) => {
      deps.log.error(faultOf(error), 'the form to move a call did not open');
      await say(NOT_OPENED);
    });
    deps.inHand.track(work);
    await work;
  });

  bolt.view(OWN_MOVE_FORM, async ({ body, ack }) => {
    const { view, user } = ViewSubmission.parse(body);
    const work = (async (): Promise<SubmitAnswer> => {
      const done = await withinTime(submit(view, user.id), deps.settings.recordTimeoutMs);
      return done.type === 'late' ? ownCallNotMoved() : done.value;
    })().catch((error: unknown) => {
      deps.log.error(faultOf(error), 'a call was not moved');
      return ownCallNotMoved();
    });
    deps.inHand.track(work);
    await ack(await work);
  });

  /** Asked when the form opens, and again when it is sent. */
  async function standingOf(callId: string, userId: string): Promise<Standing> {
    if (!(await deps.allowList.allows(userId))) return { type: 'barred', message: REFUSED };
    const call = await deps.db
      .selectFrom('calls as c')
      .leftJoin('case_calls as placed', 'placed.call_id', 'c.id')
      .select(['c.operator_id', 'placed.case_id'])
      .where('c.id', '=', callId)
      .executeTakeFirst();
    if (call === undefined || call.operator_id !== userId) return { type: 'barred', message: NOT_YOURS };
    const view = call.case_id === null ? undefined : await deps.cases.read(call.case_id);
    if (view === undefined) return { type: 'barred', message: NO_CASE };
    const all = await deps.cases.list({
      clientId: view.clientId,
      states: ['open', 'answered', 'acting', 'quiet'],
      limit: OTHERS_AT_MOST + 1,
    });
    return { type: 'in-case', view, others: all.filter(({ id }) => id !== view.id) };
  }

  async function submit(view: SlackView, userId: string): Promise<SubmitAnswer> {
    const callId = view.private_metadata ?? '';
    const chosen = view.state?.values[CASE_BLOCK.to]?.[VALUE]?.selected_option;
    const to = typeof chosen === 'object' && chosen !== null && 'value' in chosen ? chosen.value : null;
    if (typeof to !== 'string' || (to !== NEW_CASE && !isUuid(to))) return at(CHOOSE);
    const key = `own-move:${rootViewId(view)}`;
    const standing = isUuid(callId)
      ? await standingOf(callId, userId)
      : ({ type: 'barred', message: NO_CASE } as const);
    if (standing.type === 'barred') return at(standing.message);
    // Sent twice, it stands where it was moved to.
    if (standing.view.id === to) return { response_action: 'clear' };
    const result = await deps.cases.act(
      standing.view.id,
      { type: 'move_calls', callIds: [callId], to: to === NEW_CASE ? null : to },
      { via: 'staff', person: userId, key },
    );
    if (result.type === 'refused') return at(result.message);
    if (result.type === 'unknown') return at(NO_CASE);
    deps.wake();
    return { response_action: 'update', view: messageView(TITLE, ['移しました。案件の記録に残ります。']) };
  }
}

/** What is shown when the database did not say that it is done. The form stays; sent again it is done once. */
export function ownCallNotMoved(): SubmitAnswer {
  return at(FORM_FAILED);
}

function at(message: string): SubmitAnswer {
  return { response_action: 'errors', errors: { [CASE_BLOCK.to]: message } };
}

export function moveView(
  callId: string,
  { view, others }: { readonly view: CaseView; readonly others: readonly CaseView[] },
): types.ModalView {
  return {
    type: 'modal',
    callback_id: OWN_MOVE_FORM,
    private_metadata: callId,
    title: plain(TITLE),
    submit: plain('移す'),
    close: plain('閉じる'),
    blocks: [
      plainSection(
        `この電話は今、案件 #${view.number}(電話 ${view.calls.length}件)に入っています。別の相手からの電話なら、移す先を選んでください。`,
      ),
      input(
        CASE_BLOCK.to,
        '移す先',
        {
          type: 'static_select',
          action_id: VALUE,
          placeholder: plain('選択してください'),
          options: [
            option('新しい案件に分ける', NEW_CASE),
            ...others.slice(0, OTHERS_AT_MOST).map((other) => option(caseInLine(other), other.id)),
          ],
        },
        { required: true },
      ),
    ],
  };
}
