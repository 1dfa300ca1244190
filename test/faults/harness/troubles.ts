import type { FailureRule, Sandbox } from '../../../src/sandbox/index.ts';

type HttpTrouble = Extract<FailureRule, { service: 'chatwork' }>['failure'];
type MailTrouble = Extract<FailureRule, { service: 'email' }>['failure'];

/** How a far side over HTTP can go wrong; `accept` says whether it kept the message all the same. */
const HTTP: readonly HttpTrouble[] = [
  { how: 'reset', accept: false },
  { how: 'reset', accept: true },
  { how: 'hang', accept: false },
  { how: 'status', status: 500, accept: true },
  { how: 'html', accept: true },
  { how: 'truncated', accept: true },
  { how: 'hang', accept: true },
  { how: 'status', status: 502, body: '<html>Bad Gateway</html>', accept: false },
  { how: 'drip', everyMs: 200, accept: true },
  { how: 'html', accept: false },
  { how: 'close', accept: true },
  { how: 'truncated', accept: false },
  { how: 'close', accept: false },
  { how: 'delay', ms: 1_000 },
];

/** The same for a mail relay, before the message and after its final dot. */
const MAIL: readonly MailTrouble[] = [
  { how: 'close', phase: 'end', accept: true },
  { how: 'reset', phase: 'connect' },
  { how: 'reset', phase: 'end', accept: false },
  { how: 'close', phase: 'rcpt' },
  { how: 'silence', phase: 'end', accept: true },
  { how: 'reset', phase: 'mail' },
  { how: 'silence', phase: 'end', accept: false },
  { how: 'silence', phase: 'rcpt' },
  { how: 'close', phase: 'data' },
  { how: 'close', phase: 'auth' },
  { how: 'reset', phase: 'end', accept: true },
];

/** Keeps one trouble waiting at each far side, the next kind each time, and adds another every `everyMs`. */
export function breakFarSides(
  sandbox: Sandbox,
  everyMs: number,
): { end(): void /** How many requests met one. */; met(): number } {
  const added: ReturnType<Sandbox['fail']>[] = [];
  let round = 0;
  const next = (): void => {
    const http = HTTP[round % HTTP.length];
    const mail = MAIL[round % MAIL.length];
    round += 1;
    if (http !== undefined) {
      addUnlessWaiting({ service: 'chatwork', failure: http });
      addUnlessWaiting({ service: 'slack', operation: 'chat.postMessage', failure: http } as FailureRule);
    }
    if (mail !== undefined) addUnlessWaiting({ service: 'email', failure: mail });
  };
  const addUnlessWaiting = (rule: FailureRule): void => {
    const waiting = added.some((one) => one.rule.service === rule.service && one.hits() === 0);
    if (!waiting) added.push(sandbox.fail(rule));
  };
  next();
  const timer = setInterval(next, everyMs);
  return {
    end() {
      clearInterval(timer);
      for (const one of added) if (one.hits() === 0) one.cancel();
    },
    met: () => added.reduce((sum, one) => sum + one.hits(), 0),
  };
}
