/** A rendered report, one shape a channel; stored with the delivery and sent as it is. */
export type ChatworkBody = { readonly text: string };
export type SlackBody = {
  readonly text: string;
  readonly blocks: readonly Readonly<Record<string, unknown>>[];
};
export type EmailBody = {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments?: readonly MailAttachment[];
};
/** A file of text that goes with a mail. */
export type MailAttachment = {
  readonly filename: string;
  /** Such as `text/csv; charset=utf-8`. */
  readonly contentType: string;
  readonly text: string;
};
export type Body = ChatworkBody | SlackBody | EmailBody;
