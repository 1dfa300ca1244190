import { type AnswerVia, type CaseAction, type CaseAnswer, isAction } from './answers.ts';
import type { CaseEvent, CaseEventBody, CaseState } from './events.ts';

/*
 * The machine of a harassment case. A case is nothing but its events; what stands is folded from them here.
 *
 *            answered: knows or does not know         answered: does something about it
 *   open ───────────────────────────────► answered ───────────────────────────► acting
 *    │ ▲ └───────────────────── answered: does something about it ────────────────▲ │
 *    │ │                                     │                                      │
 *    │ └── a new call, or a person ──┐       ▼  no call for 14 days (`went_quiet`)  │
 *    └───────────────────────────────┼────► quiet ◄─────────────────────────────────┘
 *                                    │       │
 *                                    └───────┴── closed ◄── a person, or its last call was taken away (from anywhere)
 *
 * Opening and reopening begin a round: the client is asked anew, three reminders and an escalation belong to it. What
 * was said in earlier rounds stays on record and goes on standing until something else is said.
 *
 * Calls and answers are taken in every state, so that none is ever lost. Whatever else does not fit the state changes
 * nothing: folding never fails, whatever it is given.
 */

/** How often a client is reminded to answer, in one round. */
export const CASE_REMINDERS = 3;

export interface GivenAnswer extends CaseAnswer {
  readonly at: Date;
  readonly via: AnswerVia;
  readonly person: string | null;
  readonly deliveryId: string | null;
}

/** Something the client said that it does, and which reminders of its date staff was given. */
export interface TakenAction {
  readonly answer: GivenAnswer & { readonly choice: CaseAction };
  readonly before: boolean;
  readonly due: boolean;
}

export interface CaseStanding {
  readonly state: CaseState;
  /** The calls that are in it now, in the order they came. */
  readonly calls: readonly string[];
  /** Every answer ever given, oldest first. */
  readonly answers: readonly GivenAnswer[];
  /** The newest answer that says what the client does, or else the newest of all. */
  readonly stands: GivenAnswer | null;
  readonly agreed: { readonly text: string; readonly wording: string | null } | null;
  readonly round: {
    readonly since: Date;
    readonly reminders: number;
    readonly remindedAt: Date | null;
    readonly escalated: boolean;
  };
  /** What the client does, by its newest answer of each sort: it may do several things at once. */
  readonly actions: readonly TakenAction[];
  readonly mergedInto: string | null;
}

/** What stands after all of a case's events; null when none of them opened it. */
export function foldCase(events: readonly CaseEvent[]): CaseStanding | null {
  return events.reduce<CaseStanding | null>(afterEvent, null);
}

/** What stands after one more event: the very same object where it changes nothing. */
export function afterEvent(
  standing: CaseStanding | null,
  event: Pick<CaseEvent, 'at' | 'body'>,
): CaseStanding | null {
  const { body, at } = event;
  if (standing === null) return body.type === 'opened' ? opened(body.callId, at) : null;
  return happened(standing, body, at);
}

function opened(callId: string, at: Date): CaseStanding {
  return {
    state: 'open',
    calls: [callId],
    answers: [],
    stands: null,
    agreed: null,
    round: newRound(at),
    actions: [],
    mergedInto: null,
  };
}

function newRound(since: Date): CaseStanding['round'] {
  return { since, reminders: 0, remindedAt: null, escalated: false };
}

function happened(standing: CaseStanding, body: CaseEventBody, at: Date): CaseStanding {
  const { state, round } = standing;
  switch (body.type) {
    case 'opened':
      return standing;
    case 'call_joined': {
      if (standing.calls.includes(body.callId)) return standing;
      const joined = { ...standing, calls: [...standing.calls, body.callId] };
      // Whoever wrote it says `reopened` first; a new call must not lie in a closed case whatever happened.
      return body.by === 'rule' && mayReopen(state) ? reopened(joined, at) : joined;
    }
    case 'call_left':
      if (!standing.calls.includes(body.callId)) return standing;
      return { ...standing, calls: standing.calls.filter((id) => id !== body.callId) };
    case 'answered': {
      const { choice, note, until, via, person, deliveryId } = body;
      return answered(standing, { choice, note, until, via, person, deliveryId, at });
    }
    case 'agreed':
      return { ...standing, agreed: { text: body.text, wording: body.wording } };
    case 'reminded':
      if (state !== 'open' || round.escalated) return standing;
      if (body.number !== round.reminders + 1 || body.number > CASE_REMINDERS) return standing;
      return { ...standing, round: { ...round, reminders: body.number, remindedAt: at } };
    case 'escalated':
      if (state !== 'open' || round.escalated) return standing;
      return { ...standing, round: { ...round, escalated: true } };
    case 'promise_reminded': {
      const tells = ({ answer, ...told }: TakenAction) => answer.until === body.until && !told[body.when];
      if (!standing.actions.some(tells)) return standing;
      const actions = standing.actions.map((one) => (tells(one) ? { ...one, [body.when]: true } : one));
      return { ...standing, actions };
    }
    case 'went_quiet':
      return mayReopen(state) ? standing : { ...standing, state: 'quiet' };
    case 'closed':
      return state === 'closed' ? standing : { ...standing, state: 'closed', mergedInto: body.mergedInto };
    case 'reopened':
      return mayReopen(state) && standing.mergedInto === null ? reopened(standing, at) : standing;
    case 'still_forwarding':
    case 'alarmed':
    case 'asked_client':
    case 'noted':
      return standing;
    default:
      return body satisfies never;
  }
}

function mayReopen(state: CaseState): boolean {
  return state === 'quiet' || state === 'closed';
}

function reopened(standing: CaseStanding, at: Date): CaseStanding {
  return { ...standing, state: 'open', round: newRound(at), mergedInto: null };
}

function answered(standing: CaseStanding, answer: GivenAnswer): CaseStanding {
  const { state, stands } = standing;
  const { choice } = answer;
  const acts = isAction(choice);
  const takesPlace = stands === null || acts || !isAction(stands.choice);
  return {
    ...standing,
    answers: [...standing.answers, answer],
    ...(takesPlace && { stands: answer }),
    ...(acts && {
      actions: [
        ...standing.actions.filter((one) => one.answer.choice !== choice),
        { answer: { ...answer, choice }, before: false, due: false },
      ],
    }),
    // What is quiet or closed stays so: an answer is no call.
    state: mayReopen(state) ? state : acts || state === 'acting' ? 'acting' : 'answered',
  };
}

/**
 * Whether the client's word that forwarding is stopped holds on a JST day. It ends on the day of return; without one,
 * when the case is asked about anew.
 */
export function isPaused(standing: CaseStanding, day: string): boolean {
  const pause = pauseOf(standing);
  if (pause === null) return false;
  return pause.until === null ? pause.at >= standing.round.since : day < pause.until;
}

/** The newest answer that forwarding is stopped. */
export function pauseOf({ actions }: CaseStanding): GivenAnswer | null {
  return actions.find(({ answer }) => answer.choice === 'pause')?.answer ?? null;
}
