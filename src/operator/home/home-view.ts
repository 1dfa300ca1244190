import { createHash } from 'node:crypto';
import type { types } from '@slack/bolt';
import { formatDay, jstMinute } from '../../domain/calendar.ts';
import {
  button,
  clip,
  clipped,
  context,
  divider,
  initialOption,
  option,
  plain,
} from '../entry-modal/elements.ts';
import { type Choice, isNarrowed, SHOWN } from './choice.ts';
import { type HomeDay, type Narrowing, UNSETTLED } from './day.ts';
import { entryBlock } from './entry-block.ts';
import type { Floor } from './floor.ts';
import { floorBlocks } from './floor-blocks.ts';
import { ANY, HOME, HOME_ACTION } from './home-ids.ts';
import {
  countsInWords,
  MENU_HINT,
  NOTHING_LISTED,
  OPERATOR_ADVICE,
  SHOWN_LABELS,
  strangerWords,
} from './home-words.ts';

/** A home as it is published, and a digest of what its reader can see or press but for the time of day. */
export interface BuiltHome {
  readonly view: types.HomeView;
  readonly digest: string;
}

export interface HomeData {
  readonly day: string;
  readonly now: Date;
  /** Until when it is kept up to date. */
  readonly watchedUntil: Date;
  readonly choice: Choice;
  readonly of: HomeDay;
  /** For supervisors; null for operators, who see their own entries. */
  readonly floor: Floor | null;
}

const LABEL_SHOWN = 60;

/** The home of an operator or a supervisor. Within Slack's limits: at most 100 blocks, 250 kB. */
export function listedHome(data: HomeData): BuiltHome {
  const { of, floor, now, choice } = data;
  const moment = context(
    `${jstMinute(now).slice(-5)} 現在。${jstMinute(data.watchedUntil).slice(-5)} まで自動で更新します。`,
  );
  const blocks: types.KnownBlock[] = [
    { type: 'header', text: plain(`${formatDay(data.day)}の受電`) },
    clipped(`${floor === null ? '' : '全員の'}${countsInWords(of.counts)}`),
    ...controls(data),
    ...(floor === null ? adviceBlocks(of) : [divider(), ...floorBlocks(floor, data)]),
    ...(isNarrowed(choice) ? narrowedBlocks(data) : []),
    ...of.entries.map((entry) => entryBlock(entry, { day: data.day, withOperator: floor !== null })),
    ...(of.entries.length > 0 ? [context(MENU_HINT)] : []),
    ...pagingBlocks(of),
  ];
  return built([...blocks.slice(0, 1), moment, ...blocks.slice(1)], blocks);
}

/** What somebody sees who is on neither list (P9). */
export function strangerHome(supervisors: readonly string[]): BuiltHome {
  const blocks: types.KnownBlock[] = [
    { type: 'section', text: { type: 'mrkdwn', text: strangerWords(supervisors) } },
  ];
  return built(blocks, blocks);
}

function built(shown: readonly types.KnownBlock[], compared: readonly types.KnownBlock[]): BuiltHome {
  const digest = createHash('sha256').update(JSON.stringify(compared)).digest('hex');
  return { view: { type: 'home', callback_id: HOME, blocks: [...shown] }, digest };
}

/**
 * Entering, renewing, and what to list. Slack keeps what a menu showed for as long as its block keeps its id: another
 * choice, made by a button or by a new day, needs another id to be seen.
 */
function controls({ choice, of, floor }: HomeData): readonly types.KnownBlock[] {
  const { shown, clientId, operatorId, day } = choice;
  const sign = createHash('sha256').update(`${day} ${shown} ${clientId} ${operatorId}`).digest('hex');
  const select = (
    actionId: string,
    placeholder: string,
    options: types.PlainTextOption[],
    chosen: string,
  ): types.StaticSelect => ({
    type: 'static_select',
    action_id: actionId,
    placeholder: plain(placeholder),
    options,
    ...initialOption(options, chosen),
  });
  const shownOptions = SHOWN.map((name) => option(SHOWN_LABELS[name], name));
  const among = (all: string, from: readonly Narrowing[]) => [
    option(all, ANY),
    ...from.map(({ id, label, count }) => option(`${clip(label, LABEL_SHOWN)} (${count}件)`, id)),
  ];
  const clients = among('すべての顧客', of.clients);
  const operators = among('全員', of.operators);
  return [
    {
      type: 'actions',
      block_id: 'home.do',
      elements: [
        { ...button('受電を登録', HOME_ACTION.enter, HOME_ACTION.enter), style: 'primary' },
        button('最新にする', HOME_ACTION.renew, HOME_ACTION.renew),
      ],
    },
    {
      type: 'actions',
      block_id: `home.choose.${sign.slice(0, 16)}`,
      elements: [
        select(HOME_ACTION.shown, '表示', shownOptions, shown),
        select(HOME_ACTION.client, '顧客', clients, clientId ?? ANY),
        ...(floor === null
          ? []
          : [select(HOME_ACTION.operator, 'オペレーター', operators, operatorId ?? ANY)]),
      ],
    },
  ];
}

function adviceBlocks({ counts }: HomeDay): readonly types.KnownBlock[] {
  const advice = UNSETTLED.filter((standing) => counts.standing[standing] > 0).flatMap(
    (standing) => OPERATOR_ADVICE[standing] ?? [],
  );
  return [...(advice.length === 0 ? [] : [context(advice.join('\n'))]), divider()];
}

function narrowedBlocks({ of }: HomeData): readonly types.KnownBlock[] {
  const words =
    of.listed === 0
      ? NOTHING_LISTED
      : `絞り込み中: ${of.counts.entered}件のうち ${of.listed}件を表示しています。`;
  return [
    { ...clipped(words), accessory: button('すべて表示', HOME_ACTION.everything, HOME_ACTION.everything) },
  ];
}

function pagingBlocks({ page, pages, listed }: HomeDay): readonly types.KnownBlock[] {
  if (pages === 1) return [];
  return [
    {
      type: 'actions',
      block_id: 'home.pages',
      elements: [
        ...(page > 1 ? [button('前へ', HOME_ACTION.previous, String(page - 1))] : []),
        ...(page < pages ? [button('次へ', HOME_ACTION.next, String(page + 1))] : []),
      ],
    },
    context(`${page} / ${pages} ページ(全${listed}件)`),
  ];
}
