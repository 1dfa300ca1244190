import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANSWER_CHOICES, type AnswerChoice } from '../../../src/domain/cases/answers.ts';
import { afterEvent, type CaseStanding, foldCase, isPaused } from '../../../src/domain/cases/case-state.ts';
import { checkAnswer } from '../../../src/domain/cases/check-answer.ts';
import {
  CASE_STATES,
  type CaseEvent,
  type CaseEventBody,
  type CaseEventType,
  type CaseState,
} from '../../../src/domain/cases/events.ts';
import { caseOf, type MemberCandidate } from '../../../src/domain/cases/membership.ts';
import { canonicalJson, checkSeal, type SealedEvent, sealOf } from '../../../src/domain/cases/seal.ts';

const START = new Date('2026-06-18T04:05:00Z');

function answered(choice: AnswerChoice, until: string | null = null): CaseEventBody {
  return {
    type: 'answered',
    choice,
    note: null,
    until,
    via: 'link',
    person: null,
    deliveryId: null,
    fromCase: null,
  };
}

const OPENED: CaseEventBody = { type: 'opened', callId: 'c1' };
const CLOSED: CaseEventBody = { type: 'closed', reason: null, mergedInto: null };
const callId = fc.constantFrom('c1', 'c2', 'c3', 'c4');
const day = fc.constantFrom('2026-06-20', '2026-07-01');

const body: fc.Arbitrary<CaseEventBody> = fc.oneof(
  callId.map((id): CaseEventBody => ({ type: 'opened', callId: id })),
  fc.record({ type: fc.constant('call_joined'), callId, by: fc.constantFrom('rule', 'person') }),
  fc.record({ type: fc.constant('call_left'), callId, why: fc.constantFrom('retracted', 'moved') }),
  fc
    .tuple(fc.constantFrom(...ANSWER_CHOICES), fc.option(day))
    .map(([choice, until]) => answered(choice, until)),
  fc.constant<CaseEventBody>({ type: 'agreed', text: 'つなぐ', wording: null }),
  fc.record({ type: fc.constant('reminded'), number: fc.integer({ min: 0, max: 5 }) }),
  fc.constant<CaseEventBody>({ type: 'escalated' }),
  fc.record({ type: fc.constant('promise_reminded'), until: day, when: fc.constantFrom('before', 'due') }),
  fc.record({ type: fc.constant('still_forwarding'), callId }),
  fc.constant<CaseEventBody>({ type: 'alarmed', window: 'hour', calls: 3 }),
  fc.constant<CaseEventBody>({ type: 'asked_client', message: 'stop_forwarding' }),
  fc.constant<CaseEventBody>({ type: 'noted', text: 'メモ' }),
  fc.constant<CaseEventBody>({ type: 'went_quiet' }),
  fc.record({
    type: fc.constant('closed'),
    reason: fc.constant(null),
    mergedInto: fc.option(fc.constant('k2')),
  }),
  fc.record({ type: fc.constant('reopened'), callId: fc.option(callId) }),
);

const sequence = (bodies: readonly CaseEventBody[]): readonly CaseEvent[] =>
  bodies.map((one, index) => ({
    seq: index + 1,
    at: new Date(START.getTime() + index * 3_600_000),
    actor: 'U0OPERATOR',
    body: one,
  }));

const stateAfter = (...bodies: readonly CaseEventBody[]) => foldCase(sequence([OPENED, ...bodies]))?.state;

describe('what stands in a case', () => {
  it.each<readonly [CaseState, readonly CaseEventBody[]]>([
    ['open', []],
    ['answered', [answered('unknown')]],
    ['acting', [answered('pause', '2026-07-01')]],
    ['acting', [answered('known'), answered('contact')]],
    ['acting', [answered('contact'), answered('unknown')]],
    ['quiet', [answered('self'), { type: 'went_quiet' }]],
    ['quiet', [{ type: 'went_quiet' }, answered('self')]],
    ['closed', [CLOSED]],
    ['closed', [CLOSED, { type: 'went_quiet' }]],
    ['open', [CLOSED, { type: 'reopened', callId: null }]],
    ['open', [{ type: 'went_quiet' }, { type: 'call_joined', callId: 'c2', by: 'rule' }]],
    ['closed', [CLOSED, { type: 'call_joined', callId: 'c2', by: 'person' }]],
    ['answered', [answered('known'), { type: 'reopened', callId: null }]],
  ])('is %s after %j', (state, bodies) => {
    expect(stateAfter(...bodies)).toBe(state);
  });

  it('no sequence of events loses a call or an answer', () => {
    fc.assert(
      fc.property(fc.array(body, { maxLength: 40 }), (bodies) => {
        const first = bodies.findIndex(({ type }) => type === 'opened');
        const counted = first < 0 ? [] : bodies.slice(first);
        const calls = new Set<string>();
        for (const [index, one] of counted.entries()) {
          if (one.type === 'call_joined' || (one.type === 'opened' && index === 0)) calls.add(one.callId);
          if (one.type === 'call_left') calls.delete(one.callId);
        }
        const standing = foldCase(sequence(bodies));
        expect(new Set(standing?.calls ?? [])).toEqual(calls);
        expect(standing?.calls.length ?? 0).toBe(calls.size);
        const given = counted.flatMap((one) => (one.type === 'answered' ? [one.choice] : []));
        expect((standing?.answers ?? []).map(({ choice }) => choice)).toEqual(given);
        // A new call never lies in a case that nobody looks at.
        const last = counted.at(-1);
        if (counted.length > 1 && last?.type === 'call_joined' && last.by === 'rule' && standing) {
          const isNew = !foldCase(sequence(bodies.slice(0, -1)))?.calls.includes(last.callId);
          if (isNew) expect(['quiet', 'closed']).not.toContain(standing.state);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is always one of the states, and only an open round is reminded, three times at most', () => {
    fc.assert(
      fc.property(fc.array(body, { maxLength: 40 }), (bodies) => {
        let standing: CaseStanding | null = null;
        for (const event of sequence(bodies)) {
          const before: CaseStanding | null = standing;
          standing = afterEvent(before, event);
          if (standing === null) continue;
          expect(CASE_STATES).toContain(standing.state);
          expect(standing.round.reminders).toBeLessThanOrEqual(3);
          if (standing.round.reminders > (before?.round.reminders ?? 0)) expect(before?.state).toBe('open');
          if (standing.answers.length > 0) expect(standing.stands).not.toBeNull();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('an event that does not fit changes nothing at all', () => {
    const fits: Readonly<Record<CaseEventType, (standing: CaseStanding, one: CaseEventBody) => boolean>> = {
      opened: () => false,
      call_joined: ({ calls }, one) => one.type === 'call_joined' && !calls.includes(one.callId),
      call_left: ({ calls }, one) => one.type === 'call_left' && calls.includes(one.callId),
      answered: () => true,
      agreed: () => true,
      reminded: ({ state, round }, one) =>
        one.type === 'reminded' &&
        state === 'open' &&
        !round.escalated &&
        one.number === round.reminders + 1 &&
        one.number <= 3,
      escalated: ({ state, round }) => state === 'open' && !round.escalated,
      promise_reminded: ({ actions }, one) =>
        one.type === 'promise_reminded' &&
        actions.some((action) => action.answer.until === one.until && !action[one.when]),
      still_forwarding: () => false,
      alarmed: () => false,
      asked_client: () => false,
      noted: () => false,
      went_quiet: ({ state }) => state !== 'quiet' && state !== 'closed',
      closed: ({ state }) => state !== 'closed',
      reopened: ({ state, mergedInto }) => (state === 'quiet' || state === 'closed') && mergedInto === null,
    };
    fc.assert(
      fc.property(fc.array(body, { maxLength: 30 }), body, (bodies, one) => {
        const before = foldCase(sequence([OPENED, ...bodies]));
        if (before === null) throw new Error('an opened case stands');
        const after = afterEvent(before, { at: START, body: one });
        expect(after !== before).toBe(fits[one.type](before, one));
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps what the client does standing, until it says that it does something else', () => {
    const standing = foldCase(
      sequence([OPENED, answered('pause', '2026-07-01'), answered('unknown'), { type: 'went_quiet' }]),
    );
    expect(standing?.stands).toMatchObject({ choice: 'pause', until: '2026-07-01' });
    expect(standing && [isPaused(standing, '2026-06-30'), isPaused(standing, '2026-07-01')]).toEqual([
      true,
      false,
    ]);
    const asked = foldCase(
      sequence([OPENED, answered('pause'), { type: 'went_quiet' }, { type: 'reopened', callId: 'c2' }]),
    );
    expect(asked && isPaused(asked, '2026-06-19')).toBe(false);
  });
});

describe('the case a call belongs to', () => {
  const at = (days: number) => new Date(START.getTime() + days * 86_400_000);
  const known: MemberCandidate = {
    caseId: 'known',
    numbers: ['+815000000001'],
    kinds: ['harassment'],
    lastCallAt: at(-5),
  };
  const hidden: MemberCandidate = { caseId: 'hidden', numbers: [], kinds: ['silent'], lastCallAt: at(-10) };
  const call: Parameters<typeof caseOf>[0] = { numberE164: null, kind: 'harassment', occurredAt: START };

  it.each<readonly [string, Partial<typeof call>, string | null]>([
    ['the same number', { numberE164: '+815000000001', kind: 'prank' }, 'known'],
    ['the same number, years later', { numberE164: '+815000000001', occurredAt: at(2_000) }, 'known'],
    ['another number', { numberE164: '+815000000002' }, null],
    ['no number, the same kind, soon', {}, 'known'],
    ['no number, 14 days after', { occurredAt: at(9) }, 'known'],
    ['no number, more than 14 days after', { occurredAt: new Date(at(9).getTime() + 1) }, null],
    ['no number, another kind', { kind: 'prank' }, null],
    ['no number, entered late', { kind: 'silent', occurredAt: at(-20) }, 'hidden'],
  ])('%s', (_, change, caseId) => {
    expect(caseOf({ ...call, ...change }, [known, hidden])).toBe(caseId);
  });

  it('prefers a case of calls without a number, then the one called last', () => {
    const older = { ...hidden, caseId: 'older', kinds: ['harassment'] };
    const newer = { ...known, caseId: 'newer', lastCallAt: at(-1) };
    expect(caseOf(call, [known, newer])).toBe('newer');
    expect(caseOf(call, [known, older, newer])).toBe('older');
    expect(caseOf({ ...call, numberE164: '+815000000001' }, [known, newer])).toBe('newer');
  });
});

describe('an answer as it is kept', () => {
  const ANSWER = { choice: 'pause', note: ' 担当は山田 ', until: '2026-07-01' } as const;

  it('is trimmed, and has a date only where one means something', () => {
    expect(checkAnswer(ANSWER, '2026-06-18')).toEqual({
      ok: true,
      answer: { choice: 'pause', note: '担当は山田', until: '2026-07-01' },
    });
    expect(checkAnswer({ ...ANSWER, choice: 'known', note: '' }, '2026-06-18')).toEqual({
      ok: true,
      answer: { choice: 'known', note: null, until: null },
    });
  });

  it('is refused with every problem at its field', () => {
    const problems = (change: object, today = '2026-06-18') => {
      const checked = checkAnswer({ ...ANSWER, ...change }, today);
      return checked.ok ? [] : checked.problems.map(({ field }) => field);
    };
    expect(problems({ note: 'あ'.repeat(1_001), until: '2026-02-30' })).toEqual(['note', 'until']);
    expect(problems({ choice: 'apologise' })).toEqual(['choice']);
    expect(problems({}, '2026-07-02')).toEqual(['until']);
    expect(problems({}, '2026-07-01')).toEqual([]);
    expect(problems({ until: '2027-07-01' })).toEqual(['until']);
    expect(problems({ note: 'あ'.repeat(1_000) })).toEqual([]);
  });
});

describe('the seal of a case', () => {
  const CASE = '0190313f-0000-7000-8000-0123456789ab';
  const sealed = (bodies: readonly CaseEventBody[]): readonly SealedEvent[] => {
    let previousHash: string | null = null;
    return sequence(bodies).map((event) => {
      const hash: string = sealOf(CASE, event, previousHash);
      const one = { ...event, previousHash, hash };
      previousHash = hash;
      return one;
    });
  };

  it('is the same for the same words in whatever order they are written', () => {
    expect(canonicalJson({ b: [1, null, 'あ"'], a: { d: undefined, c: true } })).toBe(
      '{"a":{"c":true},"b":[1,null,"あ\\""]}',
    );
    expect(canonicalJson({ a: 1, b: 2 })).toBe(canonicalJson({ b: 2, a: 1 }));
  });

  it('holds for what was written, and breaks at the first event that was changed, taken away or put in', () => {
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 12 }), fc.nat(), (bodies, pick) => {
        const events = sealed(bodies);
        expect(checkSeal(CASE, events)).toEqual({ whole: true });
        const at = pick % events.length;
        const other = events.map((event, index) =>
          index === at ? { ...event, actor: 'U0SOMEBODY' } : event,
        );
        expect(checkSeal(CASE, other)).toEqual({ whole: false, seq: at + 1 });
        expect(checkSeal('another case', events)).toEqual({ whole: false, seq: 1 });
        const without = events.filter((_, index) => index !== at);
        // The last one alone can go unseen: the number of events is told beside them.
        if (at < events.length - 1) expect(checkSeal(CASE, without).whole).toBe(false);
      }),
    );
  });
});
