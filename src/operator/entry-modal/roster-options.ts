import type { types } from '@slack/bolt';
import type { RosterMember } from '../../clients/directory.ts';
import { fold } from '../../domain/search.ts';
import { OPTIONS_AT_MOST, type Option, option, plain } from './elements.ts';

/** A roster above this many people is searched instead of listed. */
export const LISTED_AT_MOST = 99;
/** Up to this many people need no headings. */
const UNGROUPED_AT_MOST = 10;

/** The rows of the kana table, by the first of the sounds that begin the next one. */
const ROWS: readonly (readonly [string, string])[] = [
  ['あ', 'あ行'],
  ['か', 'か行'],
  ['さ', 'さ行'],
  ['た', 'た行'],
  ['な', 'な行'],
  ['は', 'は行'],
  ['ま', 'ま行'],
  ['や', 'や行'],
  ['ら', 'ら行'],
  ['わ', 'わ行'],
];
const OTHERS = 'その他';

export interface RosterGroup {
  label: types.PlainTextElement;
  options: Option[];
}

export function memberOption(member: RosterMember): Option {
  const kana = member.kana === '' || member.kana === member.name ? '' : `(${member.kana})`;
  return option(`${member.name}${kana}${member.responsible ? ' 責任者' : ''}`, member.id);
}

/** A short roster's options in its own order; a longer one's under the rows of the kana table. */
export function rosterOptions(
  roster: readonly RosterMember[],
): { readonly options: Option[] } | { readonly option_groups: RosterGroup[] } {
  if (roster.length <= UNGROUPED_AT_MOST) return { options: roster.map(memberOption) };
  const rows = new Map<string, RosterMember[]>();
  for (const label of ['責任者', ...ROWS.map(([, row]) => row), OTHERS]) rows.set(label, []);
  for (const member of roster) rows.get(member.responsible ? '責任者' : rowOf(member.kana))?.push(member);
  return {
    option_groups: [...rows]
      .filter(([, members]) => members.length > 0)
      .map(([label, members]) => ({
        label: plain(label),
        options: members.toSorted(byKana).map(memberOption),
      })),
  };
}

/** People of a roster whose name, kana or alias contains what was typed; beginnings first. */
export function searchRoster(roster: readonly RosterMember[], typed: string): readonly Option[] {
  const word = fold(typed);
  const rank = (member: RosterMember): number => {
    const fields = [member.name, member.kana, ...member.aliases].map(fold);
    if (fields.some((field) => field.startsWith(word))) return 0;
    return fields.some((field) => field.includes(word)) ? 1 : 2;
  };
  return roster
    .map((member) => ({ member, rank: rank(member) }))
    .filter((ranked) => ranked.rank < 2)
    .toSorted((a, b) => a.rank - b.rank || byKana(a.member, b.member))
    .slice(0, OPTIONS_AT_MOST)
    .map(({ member }) => memberOption(member));
}

function byKana(a: RosterMember, b: RosterMember): number {
  return a.kana < b.kana ? -1 : a.kana > b.kana ? 1 : 0;
}

function rowOf(kana: string): string {
  const first = fold(kana).normalize('NFD')[0] ?? '';
  if (!/^[ぁ-ん]/.test(first)) return OTHERS;
  // Small sounds stand just before their full ones (ぁ before あ), so the first row starts early.
  return ROWS.findLast(([start]) => start <= first)?.[1] ?? ROWS[0]?.[1] ?? OTHERS;
}
