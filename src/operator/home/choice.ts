import { z } from 'zod';

/** Which of the day's entries are listed. */
export const SHOWN = ['all', 'attention', 'unsettled', 'normal', 'flagged', 'silent', 'retracted'] as const;
export type Shown = (typeof SHOWN)[number];

const Choice = z.object({
  day: z.string(),
  shown: z.enum(SHOWN),
  clientId: z.uuid().nullable(),
  /** Slack user id; for supervisors only. */
  operatorId: z.string().max(255).nullable(),
  /** From 1. */
  page: z.number().int().min(1).max(10_000),
});

/** What a person chose to see on the home. Kept for one JST day: nobody wonders next morning where the entries are. */
export type Choice = Readonly<z.output<typeof Choice>>;

export function freshChoice(day: string): Choice {
  return { day, shown: 'all', clientId: null, operatorId: null, page: 1 };
}

/** A stored choice, as far as it is one and of this JST day. */
export function readChoice(stored: unknown, day: string): Choice {
  const read = Choice.safeParse(stored).data;
  return read?.day === day ? read : freshChoice(day);
}

/** Whether fewer than all of the day's entries are listed. */
export function isNarrowed(choice: Choice): boolean {
  return choice.shown !== 'all' || choice.clientId !== null || choice.operatorId !== null;
}
