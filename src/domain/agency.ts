/** The agency's own data, as `agency import` stores it; statements and page footers are made of it. */
export interface AgencyProfile {
  readonly name: string;
  readonly postalCode: string | null;
  readonly address: string | null;
  readonly phone: string | null;
  /** Registration number of a qualified invoice issuer: `T` and 13 digits (適格請求書発行事業者登録番号). */
  readonly registrationNumber: string | null;
  /** Reception hours by weekday, JST `HH:MM`; a weekday without an entry is closed. */
  readonly hours: Readonly<Partial<Record<Weekday, { readonly from: string; readonly to: string }>>>;
  /** Whether national holidays are closed days. */
  readonly closedOnHolidays: boolean;
  /** Extra closed days, `YYYY-MM-DD` JST, such as the turn of the year. */
  readonly closures: readonly string[];
  /** Slack user ids of operators whose reports a supervisor reads before they are sent. */
  readonly trainees?: readonly string[];
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];
