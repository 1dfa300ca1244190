import type { ChannelName } from '../domain/outcome.ts';

/** Account ids as each service writes them; a mail has no mention, its reader stands in the To header. */
const IDS: Readonly<Record<ChannelName, RegExp | null>> = {
  chatwork: /^\d{1,20}$/,
  slack: /^[UW][A-Z0-9]{2,30}$/,
  email: null,
};

/** The id a template may build a mention of, or null: what is no id never stands inside markup (P6). */
export function mentionOn(channel: ChannelName, mention: string | null): string | null {
  return mention !== null && IDS[channel]?.test(mention) ? mention : null;
}
