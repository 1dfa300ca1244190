import { createHash } from 'node:crypto';
import type { Context, Handler } from 'hono';
import type { Logger } from 'pino';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Evidence } from '../../domain/cases/evidence.ts';
import { evidenceCsv } from '../../domain/cases/evidence-csv.ts';
import type { EvidenceLinks } from '../../domain/evidence-link.ts';
import type { Clock } from '../../domain/ports.ts';
import { readBody } from '../body.ts';
import { Frame } from '../reply/frame.tsx';
import { replyHeaders } from '../reply/headers.ts';
import { html, notice, refusalPage } from '../reply/reply.tsx';
import { evidenceHtml } from './page.tsx';
import { PRINT_STYLE } from './style.ts';

export interface EvidenceDoor {
  readonly links: EvidenceLinks;
  /** Asked anew at every opening: a link outlives nobody's right to it (P9). */
  readonly isSupervisor: (userId: string) => Promise<boolean>;
  /** Reads the evidence and notes who took it. Never with what staff wrote for colleagues alone. */
  readonly evidence: (o: {
    readonly caseId: string;
    readonly userId: string;
    readonly format: 'html' | 'csv';
  }) => Promise<Evidence | undefined>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Requests one supervisor's links to one case may make a minute, in one process. */
  readonly perMinute?: number;
}

const PER_MINUTE = 20;
const METHODS = 'GET, HEAD, POST';
const AGAIN = 'Slackの案件のカードで、もう一度「証跡」を押してください。';

/**
 * `/evidence/:token`, the link a supervisor is shown in Slack. GET says nothing of the case: whoever unrolls or scans
 * links learns nothing. POST gives the page to be printed, or the table.
 *
 * 200 · 400 not our form · 403 no supervisor (any more), or sent by another site · 404 no link of ours, or no case ·
 * 405 · 410 expired · 413 · 429 too often · 503 the database is away
 */
export function evidenceHandler(door: EvidenceDoor): Handler {
  const headers = replyHeaders();
  const printed = `'sha256-${createHash('sha256').update(PRINT_STYLE).digest('base64')}'`;
  const limiter = new RateLimiterMemory({ points: door.perMinute ?? PER_MINUTE, duration: 60 });

  async function answer(context: Context): Promise<Response> {
    const { method } = context.req;
    if (!METHODS.split(', ').includes(method)) {
      context.header('Allow', METHODS);
      return await notice(context, 405, 'このページではできない操作です', AGAIN);
    }
    const link = door.links.read(context.req.param('token') ?? '', door.clock());
    if (link.type === 'invalid') return await notice(context, 404, 'このリンクは使えません', AGAIN);
    if (link.type === 'expired') return await notice(context, 410, 'リンクの期限が過ぎました', AGAIN);
    const within = await limiter.consume(`${link.caseId}${link.userId}`).then(
      () => true,
      () => false,
    );
    if (!within) return await refusalPage(context, 'often');
    if (!(await door.isSupervisor(link.userId))) {
      return await notice(context, 403, 'このページは管理者だけが開けます', AGAIN);
    }
    if (method !== 'POST') return await html(context, 200, <AskPage />);
    return await give(context, link);
  }

  async function give(
    context: Context,
    link: { readonly caseId: string; readonly userId: string },
  ): Promise<Response> {
    const site = context.req.header('sec-fetch-site');
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      return await notice(context, 403, 'このページからだけ操作できます', AGAIN);
    }
    const body = await readBody(context.req.raw);
    if (body === undefined) return await notice(context, 413, '送信できませんでした', AGAIN);
    const format = new URLSearchParams(body.toString('latin1')).get(FIELD);
    if (format !== 'html' && format !== 'csv')
      return await notice(context, 400, '送信できませんでした', AGAIN);
    const evidence = await door.evidence({ ...link, format });
    if (evidence === undefined) return await notice(context, 404, 'この案件は見つかりません', AGAIN);
    if (format === 'csv') {
      context.header('Content-Disposition', `attachment; filename="case-${evidence.caseNumber}.csv"`);
      return context.body(evidenceCsv(evidence), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
    }
    context.header(
      'Content-Security-Policy',
      `default-src 'none'; style-src ${printed}; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
    );
    return context.html(evidenceHtml(evidence), 200);
  }

  return async (context) => {
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    try {
      return await answer(context);
    } catch (thrown) {
      // P10: the address holds the token, and is not logged.
      door.log.error({ err: thrown }, 'a page of evidence failed');
      return await refusalPage(context, 'away');
    }
  };
}

const FIELD = 'format';

function AskPage() {
  return (
    <Frame title="案件の証跡">
      <p>
        電話の日時・番号・お言葉、報告の送達、顧客の回答と経過が入ります。個人の情報を含みます。保管と受け渡しにご注意ください。だれがいつ書き出したかは記録されます。
      </p>
      <form method="post">
        <p>
          <button type="submit" name={FIELD} value="html">
            印刷用のページを開く
          </button>
        </p>
        <p>
          <button type="submit" name={FIELD} value="csv">
            CSVを保存する
          </button>
        </p>
      </form>
      <p>PDFにするには、印刷用のページを開き、ブラウザーの印刷で「PDFに保存」を選んでください。</p>
    </Frame>
  );
}
