import pg from 'pg';

/** PostgreSQL's object ids of the types whose usual JavaScript form would mislead. */
const INT8 = 20;
const INT8_ARRAY = 1016;
const DATE = 1082;
const DATE_ARRAY = 1182;
const TEXT_ARRAY: number = 1009;

/**
 * How values cross the driver, the same on a server and embedded: `date` stays `YYYY-MM-DD` text, so that no
 * local time zone creeps in, and `bigint` becomes a number (counts and yen stay far below 2^53). Everything else
 * is as usual: `timestamptz` a `Date`, `jsonb` parsed, `text[]` an array, `numeric` text.
 *
 * Handed to each pool; `pg`'s own global table is left alone.
 */
export const serverTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    switch (oid) {
      case INT8:
        return Number;
      case INT8_ARRAY:
        return (text: string) => textArray(text).map((entry) => (entry === null ? null : Number(entry)));
      case DATE:
        return (text: string) => text;
      case DATE_ARRAY:
        return textArray;
      default:
        return pg.types.getTypeParser(oid, format ?? 'text');
    }
  },
};

/** The same for PGlite, which derives the parsers of arrays from these. */
export const embeddedParsers: Record<number, (text: string) => unknown> = {
  [INT8]: Number,
  [DATE]: (text) => text,
};

function textArray(text: string): (string | null)[] {
  return pg.types.getTypeParser(TEXT_ARRAY as Parameters<typeof pg.types.getTypeParser>[0])(text);
}
