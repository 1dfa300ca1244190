import { z } from 'zod';
import { type BounceResult, createTakeBounce, type Unchanged } from '../delivery/bounce.ts';
import { createConsequences } from '../delivery/consequences.ts';
import { createLogger } from '../log.ts';
import { createRenderer } from '../reports/render.ts';
import { MAIL_LIMIT } from './bounce-input.ts';
import { defineCommand, EXIT } from './command.ts';

const UNCHANGED: Readonly<Record<Unchanged, string>> = {
  not_a_report: 'it is not a delivery status notification (RFC 3464)',
  not_ours: 'it names none of our deliveries',
  contradictory: 'it names two deliveries',
  empty: 'there is no mail on standard input',
  too_large: `it is larger than ${MAIL_LIMIT} bytes`,
  malformed: 'it is no mail, or a delivery status notification that cannot be read',
  unknown_delivery: 'there is no such delivery',
  not_a_mail: 'that delivery went over another channel',
  other_recipient: 'that delivery went to another address',
  seen_before: 'it was taken before',
  good_news: 'it tells of no failure',
  not_delivered: 'that delivery is not one that a bounce can change',
};

/**
 * `bounce`: takes one mail that came back, as a mail server pipes it. Where the mail changes nothing the exit code
 * is 0 too, or the server would send it back to nobody.
 */
export const bounceCommand = defineCommand({
  name: 'bounce',
  input: z.strictObject({ mail: z.base64().max(Math.ceil(MAIL_LIMIT / 3) * 4) }),
  async run(context, { mail }) {
    const log = createLogger('error', { write: context.err });
    const renderer = await createRenderer({ templatesDir: context.templatesDir });
    const { clock, newId, replyLinks } = context;
    const consequences = createConsequences({ renderer, replyLinks, clock, newId, log });
    const take = createTakeBounce({ db: context.database.db, clock, newId, consequences, log });
    const result = await take(Buffer.from(mail, 'base64'), context.actor);
    context.out(`${inWords(result)}\n`);
    return result.type === 'too_early' ? EXIT.tryAgain : EXIT.done;
  },
});

function inWords(result: BounceResult): string {
  switch (result.type) {
    case 'failed':
      return `${result.deliveryId}: failed${result.disabled ? ', and its destination is switched off' : ''}`;
    case 'noted':
      return `${result.deliveryId}: delayed; the mail server goes on trying`;
    case 'forwarding':
      return `${result.deliveryId}: came back from an address its destination forwards to; staff is told, nothing is changed`;
    case 'too_early':
      return `${result.deliveryId}: is being handed over just now; try again in a moment`;
    case 'unchanged':
      return `nothing is changed: ${UNCHANGED[result.why]}`;
    default:
      return result satisfies never;
  }
}
