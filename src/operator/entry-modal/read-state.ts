import { z } from 'zod';
import { NUMBER_STATES, WISHES } from '../../domain/call.ts';
import { textOrNull } from '../../domain/text.ts';
import type { SlackView } from '../slack-body.ts';
import {
  ACTION,
  addresseeBlock,
  BLOCK,
  isUuid,
  onScreenAs,
  rosterClient,
  roundOf,
  VALUE,
} from './block-ids.ts';
import type { DraftPatch } from './draft.ts';

export type ViewValues = NonNullable<SlackView['state']>['values'];

/*
 * Each reader takes what Slack sends for its element; anything else counts as empty, which the form then asks
 * for again.
 */
const Text = z.object({ value: z.string().nullish() });
const Choice = z.object({ selected_option: z.object({ value: z.string() }).nullish() });
const Checks = z.object({ selected_options: z.array(z.object({ value: z.string() })) });
const Moment = z.object({ selected_date_time: z.number().int().min(0).max(9_999_999_999).nullish() });

/**
 * What a form shows (`view.state.values`) as a part of a draft. Only fields whose blocks are on the screen
 * appear, so that merging it never wipes what a shorter form hides.
 */
export function readState(values: ViewValues): DraftPatch {
  const text = (block: string, action: string = VALUE) =>
    textOrNull(Text.safeParse(element(values, block, action)).data?.value);
  const choice = (block: string, action: string = VALUE) =>
    Choice.safeParse(element(values, block, action)).data?.selected_option?.value ?? null;
  const isChecked = (block: string) =>
    (Checks.safeParse(element(values, block)).data?.selected_options.length ?? 0) > 0;
  const oneOf = <T extends string>(allowed: readonly T[], value: string | null): T | null =>
    allowed.find((candidate) => candidate === value) ?? null;
  const uuid = (value: string | null) => (value !== null && isUuid(value) ? value : null);
  const has = (block: string) => onScreenAs(values, block) !== undefined;

  const rosterOf = Object.keys(values)
    .map(rosterClient)
    .find((clientId) => clientId !== undefined);
  const rounds = Object.keys(values).flatMap((blockId) => roundOf(blockId) ?? []);
  return {
    ...(rounds.length > 0 && {
      renewed: Object.fromEntries(rounds.map(({ base, round }) => [base, round])),
    }),
    ...(has(BLOCK.client) && { clientId: uuid(choice(BLOCK.client, ACTION.client)) }),
    ...(has(BLOCK.kind) && { kind: choice(BLOCK.kind, ACTION.kind) }),
    ...(has(BLOCK.occurredAt) && {
      occurredAt: Moment.safeParse(element(values, BLOCK.occurredAt)).data?.selected_date_time ?? null,
    }),
    ...(rosterOf !== undefined && {
      addressees: { [rosterOf]: uuid(choice(addresseeBlock(rosterOf), ACTION.addressee)) },
    }),
    ...(has(BLOCK.addresseeName) && { addresseeName: text(BLOCK.addresseeName) }),
    ...(has(BLOCK.company) && { company: text(BLOCK.company) }),
    ...(has(BLOCK.name) && { name: text(BLOCK.name) }),
    ...(has(BLOCK.kana) && { kana: text(BLOCK.kana) }),
    ...(has(BLOCK.numberState) && { numberState: oneOf(NUMBER_STATES, choice(BLOCK.numberState)) }),
    ...(has(BLOCK.number) && { number: text(BLOCK.number, ACTION.number) }),
    ...(has(BLOCK.numberConfirmed) && { numberConfirmed: isChecked(BLOCK.numberConfirmed) }),
    ...(has(BLOCK.message) && { message: text(BLOCK.message) }),
    ...(has(BLOCK.quote) && { quote: text(BLOCK.quote) }),
    ...(has(BLOCK.wish) && { wish: oneOf(WISHES, choice(BLOCK.wish)) }),
    ...(has(BLOCK.urgent) && { urgent: isChecked(BLOCK.urgent) }),
    ...(has(BLOCK.surcharge) && { surcharge: choice(BLOCK.surcharge) }),
  };
}

function element(values: ViewValues, block: string, action: string = VALUE): unknown {
  return values[onScreenAs(values, block) ?? block]?.[action];
}
