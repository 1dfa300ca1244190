import { DECISION } from '../../../src/delivery/decision-buttons.ts';
import { deliveryMark } from '../../../src/domain/delivery.ts';
import { type ArrivedInSlack, SANDBOX_SUPERVISOR } from '../../../src/sandbox/index.ts';
import type { Scene } from './scene.ts';
import { isReport } from './tally.ts';

/** The person who is asked when nobody can tell whether a report arrived. */
export interface Supervisor {
  /** Distinct deliveries that were asked about. */
  asked(): number;
  leave(): Promise<void>;
}

const LOOK_EVERY_MS = 300;

/** Reads the questions in Slack, looks at the destination, and presses the button that is true. */
export function startSupervisor(scene: Scene): Supervisor {
  const { sandbox } = scene;
  const person = sandbox.slack.person(SANDBOX_SUPERVISOR.id);
  const answered = new Set<string>();
  const asked = new Set<string>();
  let seen = 0;
  let open: { readonly message: ArrivedInSlack; readonly deliveryId: string }[] = [];
  let looking: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    const arrived = sandbox.arrived();
    for (const message of arrived.slice(seen)) {
      const deliveryId = message.channel === 'slack' ? askedAbout(message) : undefined;
      if (message.channel === 'slack' && deliveryId !== undefined) open.push({ message, deliveryId });
    }
    seen = arrived.length;
    for (const { message, deliveryId } of open) {
      asked.add(deliveryId);
      const mark = deliveryMark(deliveryId);
      const there = sandbox.arrived().some((candidate) => candidate.mark === mark && isReport(candidate));
      const answer = await person
        .press({ channelId: message.target, ts: message.id }, there ? DECISION.arrived : DECISION.sendAgain)
        .catch(() => undefined);
      if (answer?.type === 'answered' && answer.status === 200) answered.add(message.id);
    }
    open = open.filter(({ message }) => !answered.has(message.id));
  };

  const timer = setInterval(() => {
    looking = looking.then(look).catch(() => undefined);
  }, LOOK_EVERY_MS);
  return {
    asked: () => asked.size,
    async leave() {
      clearInterval(timer);
      await looking;
    },
  };
}

function askedAbout(message: ArrivedInSlack): string | undefined {
  if (message.audience !== 'staff') return undefined;
  for (const block of message.blocks) {
    const elements = (block as { elements?: readonly { action_id?: string; value?: string }[] }).elements;
    const button = elements?.find(({ action_id: id }) => id === DECISION.arrived);
    if (button?.value !== undefined) return button.value;
  }
  return undefined;
}
