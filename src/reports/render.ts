import type { Body } from '../domain/body.ts';
import type { ChannelName } from '../domain/outcome.ts';
import type { AnswerOffer } from './answer.ts';
import { compose } from './compose.ts';
import type { ReportContent } from './content.ts';
import type { DoneOffer } from './done.ts';
import { envelopeOf } from './envelope.ts';
import { openLibrary } from './library.ts';
import { mentionOn } from './mention.ts';
import { offerScope, type PageOffer } from './offers.ts';
import { PLAINEST_VERSION, plainest } from './plainest.ts';

/** What is reported, on which channel, in which delivery. */
export type ReportRequest = ReportContent & {
  readonly channel: ChannelName;
  /** The delivery's mark (`deliveryMark`), printed at the end of the report. */
  readonly mark: string;
  /** Whom to mention: a Chatwork account id or a Slack user id; anything else is left out. */
  readonly mention: string | null;
  /** How the reader says that it is done (対応済み); null or absent where that is not offered. */
  readonly done?: DoneOffer | null;
  /** How the reader answers the case the call belongs to; null or absent where that is not offered. */
  readonly answer?: AnswerOffer | null;
  /** The page of the statement; null or absent where there is none. */
  readonly page?: PageOffer | null;
};

export interface RenderedReport {
  readonly body: Body;
  /** Names the exact templates the body was made of; stored with the delivery. */
  readonly templateVersion: string;
  /** True when the body already is the plainest form, so that there is none simpler to try. */
  readonly plainest: boolean;
  /** Why the template was not used, for the log, free of call contents (P10); null when it was used. */
  readonly problem: string | null;
}

export interface Renderer {
  /**
   * Renders a report. Never throws: should a template fail after all its checks, the report takes its plainest
   * form and `problem` says why, because a call must not stay unreported for its looks (P3).
   */
  render(request: ReportRequest): RenderedReport;
  /** The report without notation, blocks or HTML: what is sent once after a channel refused the body. */
  renderPlainest(request: ReportRequest): RenderedReport;
}

/**
 * Reads, parses and checks every template of a folder, once. Throws one TemplateError that lists every problem
 * with its file and, where it has one, its line.
 */
export async function createRenderer(o: { readonly templatesDir: URL }): Promise<Renderer> {
  const library = await openLibrary(o.templatesDir);

  const plain = (request: ReportRequest, problem: string | null): RenderedReport => ({
    body: plainest(request),
    templateVersion: PLAINEST_VERSION,
    plainest: true,
    problem,
  });

  return {
    render(request) {
      const { channel, template, view, mark } = request;
      try {
        const { formats, versions } = library[template];
        const mention = mentionOn(channel, request.mention);
        const scope = { ...view, mark, mention, ...offerScope(channel, request) };
        const body = compose(channel, formats, scope, envelopeOf(request));
        return { body, templateVersion: versions[channel], plainest: false, problem: null };
      } catch (thrown) {
        // P10: a parser's message may quote what it could not parse; a fault found by a limit holds figures.
        const reason = thrown instanceof RangeError ? thrown.message : 'its template failed';
        return plain(request, `${template} on ${channel}: ${reason}`);
      }
    },
    renderPlainest: (request) => plain(request, null),
  };
}
