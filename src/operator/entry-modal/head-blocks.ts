import type { types } from '@slack/bolt';
import type { ClientCard, ClientSummary } from '../../clients/directory.ts';
import type { CaseBanner } from '../../followup/cases/cases.ts';
import { bannerBlocks } from '../cases/banner.ts';
import { clientInWords, SALES_REFUSAL, statusAdvice } from '../wording.ts';
import { ACTION } from './block-ids.ts';
import { button, clip, clipped, context, divider } from './elements.ts';
import type { FormData } from './form-data.ts';

/** A greeting and notes share one block: neither may push the other out. */
const GREETING_SHOWN = 1000;

/**
 * Who the form is for, above everything else: code, name, kana, what to say and what to mind. The client's open
 * harassment cases stand right under its name, before anything long.
 */
export function clientBlocks(card: ClientCard, cases: readonly CaseBanner[], now: Date): types.KnownBlock[] {
  const advice = statusAdvice(card.status);
  const who = [clientInWords(card), ...(advice === null ? [] : [`※ ${advice}`])];
  const manners = [
    ...(card.greeting === null ? [] : [`名乗り: ${clip(card.greeting, GREETING_SHOWN)}`]),
    ...(card.operatorNotes === null ? [] : [`注意: ${card.operatorNotes}`]),
  ];
  if (cases.length === 0) return [clipped([...who, ...manners].join('\n')), divider()];
  return [
    clipped(who.join('\n')),
    ...bannerBlocks(cases, now),
    ...(manners.length === 0 ? [] : [clipped(manners.join('\n'))]),
    divider(),
  ];
}

/** The operator's recent clients, none of them chosen: a wrong client is the worst mistake. */
export function recentBlocks(recent: readonly ClientSummary[]): types.KnownBlock[] {
  if (recent.length === 0) return [];
  return [
    context('最近の顧客(押すと、その顧客の画面になります)'),
    {
      type: 'actions',
      elements: recent.map((client, position) =>
        button(`${client.code} ${client.name}`, `${ACTION.recent}.${position}`, client.id),
      ),
    },
  ];
}

/** The sentence a sales call is refused with, and the button that records one while nothing is typed yet. */
export function refusalBlocks(data: FormData, o: { readonly mayPress: boolean }): types.KnownBlock[] {
  if (data.refused === null) return [];
  const words = `${data.refused.label}のお断り: ${SALES_REFUSAL}`;
  if (!o.mayPress) return [context(words)];
  return [
    {
      ...clipped(words),
      accessory: button(`${data.refused.label}として登録`, ACTION.salesNow, data.refused.code),
    },
  ];
}
