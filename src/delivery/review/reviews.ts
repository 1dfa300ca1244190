import type { Kysely } from 'kysely';
import type { Schema } from '../../storage/schema.ts';
import { type AskReview, createAskReview, type ReviewDeps } from './ask.ts';
import { createDecideReview, type DecideReview } from './decide.ts';
import type { ReleaseDeps } from './release-held.ts';
import { createRemindReviews } from './remind.ts';

/** Reports that a supervisor reads before they are sent: asked about, decided, reminded of. The only writer of `reviews`. */
export interface Reviews extends DecideReview {
  readonly ask: AskReview;
  /** One pass over what waits too long. True when there may be more. */
  remind(): Promise<boolean>;
}

export function createReviews(
  deps: ReviewDeps & ReleaseDeps & { readonly db: Kysely<Schema>; readonly supervisors: readonly string[] },
): Reviews {
  const ask = createAskReview(deps);
  return { ...createDecideReview({ ...deps, ask }), ask, remind: createRemindReviews(deps) };
}
