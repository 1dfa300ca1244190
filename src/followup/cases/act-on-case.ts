import type { Transaction } from 'kysely';
import { NOTE_AT_MOST } from '../../domain/cases/answers.ts';
import { storable, textOrNull } from '../../domain/text.ts';
import type { Schema } from '../../storage/schema.ts';
import type { AskClient } from './ask-client.ts';
import type { ActResult, By, CaseAct } from './cases.ts';
import { type CaseDeps, type HeldCase, holdCase, lockClient } from './held-case.ts';
import { moveCalls } from './move-calls.ts';
import { writtenUnder } from './written-under.ts';

type Refusal = Extract<ActResult, { type: 'refused' }>;

/** Something staff does to a case, in one transaction. */
export async function actOnCase(
  trx: Transaction<Schema>,
  caseId: string,
  act: CaseAct,
  by: By,
  deps: CaseDeps & { readonly askClient: AskClient },
): Promise<ActResult> {
  const found = await trx.selectFrom('cases').select('client_id').where('id', '=', caseId).executeTakeFirst();
  if (found === undefined) return { type: 'unknown' };
  await lockClient(trx, found.client_id);
  const held = await holdCase(trx, caseId, deps);
  if (held === undefined) return { type: 'unknown' };
  const earlier = await writtenUnder(trx, by.key);
  if (earlier !== undefined) return { type: 'already', caseId: earlier.caseId };
  const result = await perform(trx, held, act, { actor: by.person ?? 'staff', key: by.key }, deps);
  if (result.type === 'done') await held.refresh();
  return result;
}

async function perform(
  trx: Transaction<Schema>,
  held: HeldCase,
  act: CaseAct,
  by: { readonly actor: string; readonly key: string },
  deps: CaseDeps & { readonly askClient: AskClient },
): Promise<ActResult> {
  const done: ActResult = { type: 'done', caseId: held.id };
  const { state, mergedInto } = held.standing();
  switch (act.type) {
    case 'agree': {
      const text = words(act.text);
      const wording = words(act.wording ?? '');
      if (text === null) return refused('合意内容を入力してください。');
      const long = tooLong('合意内容', text) ?? tooLong('お伝えする言葉', wording);
      if (long !== null) return long;
      await held.write({ type: 'agreed', text, wording }, by);
      return done;
    }
    case 'note': {
      const text = words(act.text);
      if (text === null) return refused('メモの内容を入力してください。');
      const long = tooLong('メモ', text);
      if (long !== null) return long;
      await held.write({ type: 'noted', text }, by);
      return done;
    }
    case 'close': {
      if (state === 'closed') return refused('この案件はすでに終了しています。');
      const reason = words(act.reason ?? '');
      const long = tooLong('終了の理由', reason);
      if (long !== null) return long;
      await held.write({ type: 'closed', reason, mergedInto: null }, by);
      return done;
    }
    case 'reopen':
      if (mergedInto !== null) return refused('ほかの案件に統合されているため、再開できません。');
      if (state !== 'quiet' && state !== 'closed') return refused('この案件は終了していません。');
      if (held.standing().calls.length === 0) return refused('電話が残っていないため、再開できません。');
      await held.write({ type: 'reopened', callId: null }, by);
      return done;
    case 'ask_client':
      if (state === 'closed') return refused('この案件は終了しています。送るには再開してください。');
      return (await deps.askClient(trx, held, act.message, by)) ?? done;
    case 'move_calls':
      return await move(trx, held, act.callIds, act.to, by, deps);
    case 'merge_into': {
      const { calls } = held.standing();
      if (calls.length === 0) return refused('この案件には移す電話がありません。');
      return await move(trx, held, calls, act.caseId, by, deps);
    }
    default:
      return act satisfies never;
  }
}

async function move(
  trx: Transaction<Schema>,
  from: HeldCase,
  callIds: readonly string[],
  to: string | null,
  by: { readonly actor: string; readonly key: string },
  deps: CaseDeps,
): Promise<ActResult> {
  const present = from.standing().calls;
  const ids = [...new Set(callIds)];
  if (ids.length === 0) return refused('移す電話を選んでください。');
  if (!ids.every((id) => present.includes(id))) {
    return refused('この案件にない電話が含まれています。表示を更新して選び直してください。');
  }
  if (to === null && ids.length === present.length) {
    return refused('すべての電話を新しい案件に分けることはできません。');
  }
  if (to === from.id) return refused('移す先には、別の案件を選んでください。');
  const target = to === null ? null : await holdCase(trx, to, deps);
  if (target === undefined || (target !== null && target.clientId !== from.clientId)) {
    return refused('移す先の案件が見つかりません。同じ顧客の案件を選んでください。');
  }
  if (target?.standing().state === 'closed') {
    return refused('移す先の案件は終了しています。先に再開してください。');
  }
  const calls = await trx
    .selectFrom('calls')
    .select(['id', 'kind', 'occurred_at as occurredAt'])
    .where('id', 'in', ids)
    .orderBy('occurred_at')
    .orderBy('id')
    .execute();
  const { caseId } = await moveCalls(trx, { from, to: target, calls, joins: 'person', ...by }, deps);
  return { type: 'done', caseId };
}

function words(text: string): string | null {
  const kept = textOrNull(text);
  return kept === null ? null : storable(kept);
}

function tooLong(what: string, text: string | null): Refusal | null {
  if (text === null || text.length <= NOTE_AT_MOST) return null;
  return refused(`${what}は${NOTE_AT_MOST}文字以内で入力してください(いま${text.length}文字)。`);
}

function refused(message: string): Refusal {
  return { type: 'refused', message };
}
