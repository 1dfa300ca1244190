/** A rendered report, one shape a channel; stored with the delivery and sent as it is. */
export type ChatworkBody = { readonly text: string };
export type SlackBody = {
  readonly text: string;
  readonly blocks: readonly Readonly<Record<string, unknown>>[];
};
export type EmailBody = { readonly subject: string; readonly text: string; readonly html: string };
export type Body = ChatworkBody | SlackBody | EmailBody;
