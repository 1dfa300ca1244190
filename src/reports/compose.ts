import type { Body, EmailBody } from '../domain/body.ts';
import type { ChannelName } from '../domain/outcome.ts';
import { type Parsed, renderText, type Scope } from './engine.ts';
import type { Format } from './formats.ts';
import { chatworkFault, htmlFault, slackFault } from './limits.ts';
import { slackBody } from './slack-body.ts';

/** [MK] The mail subject never changes, urgent or not, so that clients can filter on it. */
export const SUBJECT = '【受電報告】';

/** One kind of report, its template parsed for every format. */
export type ParsedFormats = Readonly<Record<Format, Parsed>>;

/** What a mail is besides its words. */
export type Envelope = Pick<EmailBody, 'subject' | 'attachments'>;

/** A report as one channel sends it. Throws when a template does not render or its channel would refuse it. */
export function compose(
  channel: ChannelName,
  parsed: ParsedFormats,
  scope: Scope,
  envelope: Envelope = { subject: SUBJECT },
): Body {
  switch (channel) {
    case 'chatwork': {
      const text = renderText(parsed.chatwork, scope);
      return accepted({ text }, chatworkFault(text));
    }
    case 'slack': {
      const body = slackBody(renderText(parsed.slack, scope));
      return accepted(body, slackFault(body));
    }
    case 'email': {
      const html = renderText(parsed['mail-html'], scope);
      const text = renderText(parsed['mail-text'], scope);
      return accepted({ ...envelope, text, html }, htmlFault(html));
    }
    default:
      return channel satisfies never;
  }
}

function accepted<B extends Body>(body: B, fault: string | null): B {
  if (fault !== null) throw new RangeError(fault);
  return body;
}
