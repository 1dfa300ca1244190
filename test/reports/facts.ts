import type { Body, ChatworkBody, EmailBody, SlackBody } from '../../src/domain/body.ts';
import type { KindTemplate } from '../../src/domain/kinds.ts';
import { createRenderer, type Renderer } from '../../src/reports/render.ts';
import { buildView, type ReportFacts, type ReportView } from '../../src/reports/view.ts';

export const TEMPLATES = new URL('../../templates/ja/', import.meta.url);
export const MARK = '3f9a0c1d2e4b';

export const ORDINARY: ReportFacts = {
  agency: { name: '電話代行サンプル', phone: '03-5550-0100' },
  client: { name: '株式会社サンプル商事' },
  kind: { code: 'message', label: '用件', template: 'message' },
  receiptNumber: '20240620-0012',
  occurredAt: new Date('2024-06-20T04:05:00Z'),
  operatorName: '鈴木',
  addressee: { name: '山田', onRoster: true },
  caller: { company: '株式会社サンプル', name: '佐藤', kana: 'サトウ' },
  number: { state: 'given', display: '03-5550-0123', confirmed: true },
  message: '見積書の件',
  quote: null,
  wish: 'call_back',
  urgent: false,
  surcharge: null,
  month: { ordinal: 18, included: 20 },
  flaggedSoFar: null,
};

export const UNSURE: ReportFacts = {
  ...ORDINARY,
  kind: { code: 'unsure', label: '判断不能', template: 'unsure' },
  addressee: null,
  caller: { company: 'サンプル通信', name: null, kana: 'タカハシ' },
  number: { state: 'given', display: '0120-000-123', confirmed: false },
  message: '回線の見直しについて、社長様とお話しになりたいとのこと',
  wish: 'will_call_again',
};

export const FLAGGED: ReportFacts = {
  ...ORDINARY,
  kind: { code: 'harassment', label: '嫌がらせ電話', template: 'flagged' },
  addressee: null,
  caller: { company: null, name: null, kana: null },
  number: { state: 'withheld' },
  message: '開口一番に大声を出され、2分ほど続いたのち切電',
  quote: '責任者を出せ\nまた掛けるからな',
  wish: null,
  surcharge: { label: '嫌がらせ・大声', amountYen: 200 },
  flaggedSoFar: { count: 3, since: new Date('2024-05-02T01:00:00Z'), inHour: 1, inDay: 1 },
};

export const BY_TEMPLATE: Readonly<Record<KindTemplate, ReportFacts>> = {
  message: ORDINARY,
  unsure: UNSURE,
  flagged: FLAGGED,
};

export function openRenderer(): Promise<Renderer> {
  return createRenderer({ templatesDir: TEMPLATES });
}

export interface AllBodies {
  readonly chatwork: ChatworkBody;
  readonly slack: SlackBody;
  readonly email: EmailBody;
}

/** One report on every channel; fails the test when a template had to be given up. */
export function renderAll(
  renderer: Renderer,
  facts: ReportFacts,
  mention: Partial<Record<string, string>> = {},
): AllBodies {
  const view: ReportView = buildView(facts);
  const one = (channel: keyof AllBodies): Body => {
    const rendered = renderer.render({
      channel,
      template: facts.kind.template,
      view,
      mark: MARK,
      mention: mention[channel] ?? null,
    });
    if (rendered.problem !== null) throw new Error(rendered.problem);
    return rendered.body;
  };
  return { chatwork: one('chatwork'), slack: one('slack') as SlackBody, email: one('email') as EmailBody };
}
