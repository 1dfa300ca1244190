import type { ReportTemplate } from '../domain/kinds.ts';
import type { ChannelName } from '../domain/outcome.ts';
import { asChatwork, asHtml, asJson } from './escape.ts';
import { EXTENSION } from './sources.ts';

/** What a template file produces: a Chatwork message, a Slack message as JSON, and a mail's two bodies. */
export const FORMATS = ['chatwork', 'slack', 'mail-text', 'mail-html'] as const;
export type Format = (typeof FORMATS)[number];

/** Which files a channel's report is made of. */
export const FORMATS_OF: Readonly<Record<ChannelName, readonly Format[]>> = {
  chatwork: ['chatwork'],
  slack: ['slack'],
  email: ['mail-text', 'mail-html'],
};

/** P6: what every output of a format passes, whether its template's author thought of it or not. */
export const ESCAPES: Readonly<Record<Format, (text: string) => string>> = {
  chatwork: asChatwork,
  slack: asJson,
  'mail-text': (text) => text,
  'mail-html': asHtml,
};

export function templateFile(template: ReportTemplate, format: Format): string {
  return `${template}.${format}${EXTENSION}`;
}
