import type { types } from '@slack/bolt';
import { z } from 'zod';
import type { ClientSummary } from '../../clients/directory.ts';
import type { EarlierEntry } from '../../intake/duplicate.ts';
import type { OtherClient } from '../../intake/other-clients.ts';
import { clientInWords, duplicateInWords, otherClientInWords } from '../wording.ts';
import { isUuid, VALUE } from './block-ids.ts';
import { checkbox, clipped, input, option } from './elements.ts';
import type { ViewValues } from './read-state.ts';

/*
 * What is asked once before a call is recorded. Each answer carries in its block's id what it is about, so that
 * it counts for nothing else: another client or another earlier call is asked about again.
 */
const SURE = 'sure.';
const SAME = 'same.';
const SAME_OPTIONS = [
  option('同じ電話です(登録しない)', 'same'),
  option('別の電話です(登録する)', 'different'),
];

export interface Answers {
  /** The client confirmed although another one is named. */
  readonly sureOf: string | null;
  /** What was said of an earlier call. */
  readonly earlier: { readonly callId: string; readonly answer: 'same' | 'different' } | null;
}

const Ticked = z.object({ selected_options: z.array(z.unknown()).min(1) });
const Chosen = z.object({ selected_option: z.object({ value: z.enum(['same', 'different']) }) });

/** The answers a submitted form holds. */
export function readAnswers(values: ViewValues): Answers {
  const about = (prefix: string) =>
    Object.entries(values)
      .map(([blockId, elements]) => ({ id: blockId.slice(prefix.length), blockId, value: elements[VALUE] }))
      .find(({ blockId, id }) => blockId.startsWith(prefix) && isUuid(id));
  const sure = about(SURE);
  const same = about(SAME);
  const answer = Chosen.safeParse(same?.value).data?.selected_option.value;
  return {
    sureOf: sure !== undefined && Ticked.safeParse(sure.value).success ? sure.id : null,
    earlier: same === undefined || answer === undefined ? null : { callId: same.id, answer },
  };
}

/** Whether the client is right, although the entry names another one. */
export function sureQuestion(
  client: Pick<ClientSummary, 'id' | 'code' | 'name' | 'kana'>,
  named: readonly OtherClient[],
): types.KnownBlock[] {
  return [
    clipped(otherClientInWords(client, named)),
    input(
      `${SURE}${client.id}`,
      '顧客の確認',
      checkbox(`はい、${clientInWords(client)} への電話です`, 'sure', false),
      {
        required: true,
      },
    ),
  ];
}

/** Whether it is the call that is on record already. */
export function sameQuestion(earlier: EarlierEntry): types.KnownBlock[] {
  return [
    clipped(duplicateInWords(earlier)),
    input(
      `${SAME}${earlier.callId}`,
      '同じ電話ですか',
      { type: 'radio_buttons', action_id: VALUE, options: SAME_OPTIONS },
      { required: true },
    ),
  ];
}
