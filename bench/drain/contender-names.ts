/**
 * Who races. `-each` and `-shared` say how a rival commits the ledger: once before and once after every post, or
 * with the program's shared commits, which it would not have by itself.
 */
export const CONTENDERS = [
  'bare-bullmq',
  'toritsugi',
  'graphile-worker-each',
  'pg-boss-each',
  'graphile-worker-shared',
  'pg-boss-shared',
] as const;
export type ContenderName = (typeof CONTENDERS)[number];
