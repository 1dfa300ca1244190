/** At which step a server refused. `recipient` covers RCPT TO and the DATA command, `message` the final dot. */
export type RefusalStep = 'sender' | 'recipient' | 'message';

/** What a 5xx reply condemns; `postpone`: nothing of ours for certain, so it is tried later and staff is told. */
export type Condemned = 'destination' | 'payload' | 'credential' | 'postpone';

const DESTINATION = ['1.0', '1.1', '1.2', '1.3', '1.6', '1.10', '2.1'];
const SENDER = ['1.7', '1.8'];
const PAYLOAD = ['2.3', '3.4'];

/** The status of RFC 3463 a reply carries, without its class: `550 5.1.1 …` → `{ class: 5, detail: '1.1' }`. */
export function enhancedStatus(
  reply: string,
): { readonly class: number; readonly detail: string } | undefined {
  const match = /^\d{3}[ -]([245])\.(\d{1,3}\.\d{1,3})\b/.exec(reply);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { class: Number(match[1]), detail: match[2] };
}

/**
 * What a permanent refusal (5xx) is about, by its enhanced status, or by its bare code where the server gives
 * none. A full mailbox, a policy or a routing fault condemns no address: clients would lose their reports to a
 * block list of the day.
 */
export function condemnedBy(responseCode: number, reply: string, step: RefusalStep): Condemned {
  const status = enhancedStatus(reply);
  if (status !== undefined) return byStatus(status, step);
  if (step === 'sender') return responseCode === 552 ? 'payload' : 'credential';
  if (step === 'recipient') {
    return [501, 521, 550, 551, 553, 556].includes(responseCode) ? 'destination' : 'postpone';
  }
  switch (responseCode) {
    case 552:
      return /recipient|mailbox|quota|full/i.test(reply) ? 'postpone' : 'payload';
    case 554:
      return 'payload';
    default:
      return 'postpone';
  }
}

function byStatus(status: { readonly class: number; readonly detail: string }, step: RefusalStep): Condemned {
  if (status.class !== 5) return 'postpone';
  if (PAYLOAD.includes(status.detail) || status.detail.startsWith('6.')) return 'payload';
  if (SENDER.includes(status.detail) || step === 'sender') return 'credential';
  return DESTINATION.includes(status.detail) ? 'destination' : 'postpone';
}
