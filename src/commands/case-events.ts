import { ANSWER_LABELS } from '../domain/cases/answers.ts';
import type { CaseEventBody } from '../domain/cases/events.ts';

/** What happened to a case, for administrators. */
export function eventInWords(body: CaseEventBody): string {
  switch (body.type) {
    case 'opened':
      return 'opened by its first call';
    case 'call_joined':
      return body.by === 'rule' ? 'a call joined' : 'a call was moved here';
    case 'call_left':
      return {
        retracted: 'a call was taken back',
        reclassified: 'a call got another kind',
        moved: 'a call was moved away',
      }[body.why];
    case 'answered': {
      const until = body.until === null ? '' : `, until ${body.until}`;
      const note = body.note === null ? '' : `: ${body.note}`;
      const moved = body.fromCase === null ? '' : ' (came with a moved call)';
      return `answered by ${body.via}: ${ANSWER_LABELS[body.choice]}${until}${note}${moved}`;
    }
    case 'agreed':
      return `agreed: ${body.text}${body.wording === null ? '' : ` / ${body.wording}`}`;
    case 'reminded':
      return `client reminded (${body.number})`;
    case 'escalated':
      return 'handed to a supervisor: no answer';
    case 'promise_reminded':
      return `staff reminded of ${body.until} (${body.when === 'before' ? 'the day before' : 'on the day'})`;
    case 'still_forwarding':
      return 'a call came although forwarding was said to be stopped';
    case 'alarmed':
      return `alarm: ${body.calls} calls within ${body.window === 'hour' ? 'an hour' : 'a day'}`;
    case 'asked_client':
      return body.message === 'stop_forwarding'
        ? 'client asked to stop forwarding'
        : 'client offered to suspend the contract';
    case 'noted':
      return `note: ${body.text}`;
    case 'went_quiet':
      return 'quiet: no call for 14 days';
    case 'closed': {
      const merged = body.mergedInto === null ? '' : ', merged into another case';
      return `closed${merged}${body.reason === null ? '' : `: ${body.reason}`}`;
    }
    case 'reopened':
      return body.callId === null ? 'reopened' : 'reopened by a new call';
    default:
      return body satisfies never;
  }
}
