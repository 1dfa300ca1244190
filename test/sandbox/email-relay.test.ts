import nodemailer from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArrivedInMail, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

const DELIVERY = '01903b3c-7a52-7c3e-9a41-3f9a0c21b7d4';

async function send(o: { url?: string; to?: string; socketTimeout?: number } = {}) {
  const transport = nodemailer.createTransport({
    url: o.url ?? sandbox.email.smtpUrl,
    socketTimeout: o.socketTimeout ?? 5_000,
    ignoreTLS: true,
  });
  try {
    return await transport.sendMail({
      from: { name: 'サンプル電話代行', address: 'report@agency.example' },
      to: { name: '山田 様', address: o.to ?? 'yamada@client.example' },
      subject: '【受電報告】',
      text: '株式会社サンプル 山田様\n■ご用件: 見積書の件 ㈱①髙﨑\n配信番号: 3f9a0c21b7d4',
      html: '<p>■ご用件: 見積書の件</p>',
      messageId: `<${DELIVERY}@agency.example>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      envelope: { from: `bounce+${DELIVERY}@agency.example`, to: o.to ?? 'yamada@client.example' },
    });
  } finally {
    transport.close();
  }
}

/** How nodemailer reports a failed sending. */
async function failure(o?: Parameters<typeof send>[0]) {
  const error: unknown = await send(o).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error as { code: string; responseCode?: number; response?: string } | undefined;
}

describe('pretend mail relay', () => {
  it('takes a mail and shows it as the reader gets it, source kept', async () => {
    const info = await send();
    expect(info.response).toMatch(/^250 2\.0\.0 Ok: queued as S\d+$/);
    const [mail] = sandbox.arrived() as ArrivedInMail[];
    expect(mail).toMatchObject({
      channel: 'email',
      target: 'yamada@client.example',
      subject: '【受電報告】',
      deliveryId: DELIVERY,
      mark: '3f9a0c21b7d4',
      envelope: { from: `bounce+${DELIVERY}@agency.example`, to: ['yamada@client.example'] },
    });
    expect(mail?.text).toContain('見積書の件 ㈱①髙﨑');
    expect(mail?.html).toContain('<p>');
    expect(mail).toMatchObject({
      from: 'サンプル電話代行 <report@agency.example>',
      to: '山田 様 <yamada@client.example>',
    });
    expect(mail?.headers['auto-submitted']).toBe('auto-generated');
    expect(mail?.source).toContain(`Message-ID: <${DELIVERY}@agency.example>`);
  });

  it('wants a login', async () => {
    const url = sandbox.email.smtpUrl;
    expect(await failure({ url: url.replace(/:[^:@/]+@/, ':wrong@') })).toMatchObject({
      code: 'EAUTH',
      responseCode: 535,
    });
    expect(await failure({ url: url.replace(/\/\/[^@]+@/, '//') })).toMatchObject({ responseCode: 530 });
    expect(sandbox.arrived()).toEqual([]);
  });

  it('refuses what is larger than it takes', async () => {
    const small = await startSandbox({ limits: { mailBytes: 500 } });
    expect(await failure({ url: small.email.smtpUrl })).toMatchObject({ responseCode: 552 });
    expect(small.arrived()).toEqual([]);
    await small.close();
  });

  it.each([
    ['connect', 421, '4.3.2 Try again later', 'EPROTOCOL'],
    ['connect', 554, 'No SMTP service here', 'EPROTOCOL'],
    ['auth', 454, '4.7.0 Temporary authentication failure', 'EAUTH'],
    ['mail', 550, '5.7.1 Sender refused', 'EENVELOPE'],
    ['rcpt', 550, '5.1.1 User unknown', 'EENVELOPE'],
    ['rcpt', 450, '4.2.1 Mailbox busy', 'EENVELOPE'],
    ['data', 451, '4.3.0 Local error', 'EENVELOPE'],
    ['end', 552, '5.3.4 Message too big', 'EMESSAGE'],
    ['end', 421, '4.4.2 Closing', 'EMESSAGE'],
  ] as const)('fails in phase %s with %i', async (phase, code, message, nodemailerCode) => {
    sandbox.fail({ service: 'email', failure: { how: 'reply', phase, code, message } });
    const error = await failure();
    expect(error).toMatchObject({ responseCode: code });
    if (phase !== 'data') expect(error?.code).toBe(nodemailerCode);
    expect(error?.response).toContain(message);
    expect(sandbox.arrived()).toEqual([]);
    await send();
    expect(sandbox.arrived()).toHaveLength(1);
  });

  it.each(['connect', 'auth', 'mail', 'rcpt', 'data'] as const)(
    'closes or resets in phase %s and keeps nothing',
    async (phase) => {
      for (const how of ['close', 'reset'] as const) {
        sandbox.fail({ service: 'email', failure: { how, phase } });
        expect(await failure()).toBeDefined();
      }
      expect(sandbox.arrived()).toEqual([]);
    },
  );

  it.each(['close', 'reset', 'silence'] as const)(
    'after the dot: %s, and the message is kept all the same',
    async (how) => {
      sandbox.fail({ service: 'email', failure: { how, phase: 'end' } });
      expect(await failure({ socketTimeout: 300 })).toBeDefined();
      expect(sandbox.arrived()).toHaveLength(1);
      sandbox.fail({ service: 'email', failure: { how, phase: 'end', accept: false } });
      expect(await failure({ socketTimeout: 300 })).toBeDefined();
      expect(sandbox.arrived()).toHaveLength(1);
    },
  );

  it('stays silent before the dot too', async () => {
    sandbox.fail({ service: 'email', failure: { how: 'silence', phase: 'rcpt' } });
    expect(await failure({ socketTimeout: 300 })).toMatchObject({ code: 'ETIMEDOUT' });
    expect(sandbox.arrived()).toEqual([]);
  });

  it('fails only the recipient a rule names', async () => {
    sandbox.fail({
      service: 'email',
      target: 'Gone@client.example',
      times: 'always',
      failure: { how: 'reply', phase: 'rcpt', code: 550, message: '5.1.1 User unknown' },
    });
    await send({ to: 'yamada@client.example' });
    expect(await failure({ to: 'gone@client.example' })).toMatchObject({ responseCode: 550 });
    expect(sandbox.arrived()).toHaveLength(1);
  });
});
