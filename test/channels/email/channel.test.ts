import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../../src/channels/channel.ts';
import { createEmailChannel, MailSettingError } from '../../../src/channels/email/channel.ts';
import type { EmailBody } from '../../../src/domain/body.ts';
import { openScriptedSmtp } from '../../contract/far-sides/smtp-far-side.ts';

const DELIVERY = '01902f6e-7c1a-7b3c-9d4e-5f60718293a4';
const clock = () => new Date('2024-06-20T04:05:06Z');
const signal = new AbortController().signal;
const message = (o: Partial<OutgoingMessage<EmailBody>> = {}): OutgoingMessage<EmailBody> => ({
  deliveryId: DELIVERY,
  mark: '5f60718293a4',
  address: 'soumu@client.example',
  mention: null,
  body: { subject: '【受電報告】', text: '本文', html: '<p>本文</p>' },
  ...o,
});

describe('createEmailChannel', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()));
  });
  const rig = async (bounces?: { readonly domain?: string }) => {
    const farSide = await openScriptedSmtp({});
    const channel = createEmailChannel({
      smtpUrl: `smtp://127.0.0.1:${farSide.port}`,
      from: 'サンプル電話代行㈱ <report@agency.example>',
      clock,
      ...(bounces === undefined ? {} : { bounces }),
    });
    open.push(farSide, channel);
    return { farSide, channel };
  };

  it('bounces come to the sender, or name their delivery when switched on', async () => {
    for (const [bounces, sender] of [
      [undefined, 'report@agency.example'],
      [{}, `bounce+${DELIVERY}@agency.example`],
      [{ domain: 'bounces.agency.example' }, `bounce+${DELIVERY}@bounces.agency.example`],
    ] as const) {
      const { farSide, channel } = await rig(bounces);
      expect((await channel.send(message(), signal)).type).toBe('delivered');
      expect(farSide.mails[0]?.from).toBe(sender);
    }
  });

  it('answers an earlier mail by its Message-ID, and by the one its relay gave it', async () => {
    const FIRST = '01902f6e-7c1a-7b3c-9d4e-000000000001';
    const own = `<${FIRST}@agency.example>`;
    for (const [receipt, references] of [
      [null, [own]],
      [{ message_id: own }, [own]],
      [{ message_id: own, server_message_id: '<x@relay.example>' }, [own, '<x@relay.example>']],
      [{ message_id: own, server_message_id: '<x> \r\nBcc: <y@z.example>' }, [own]],
    ] as const) {
      const { farSide, channel } = await rig();
      await channel.send(message({ answers: { deliveryId: FIRST, receipt } }), signal);
      const parsed = await simpleParser(Buffer.from(farSide.mails[0]?.source ?? '', 'latin1'));
      expect(parsed.inReplyTo).toBe(own);
      expect([parsed.references ?? []].flat()).toEqual(references);
      expect(parsed.messageId).toBe(`<${DELIVERY}@agency.example>`);
    }
  });

  it.each(['abc.@docomo.ne.jp', 'a..b@docomo.ne.jp', '.abc@ezweb.ne.jp', "o'hara+x@client.example"])(
    'reaches %s, as one recipient',
    async (address) => {
      const { farSide, channel } = await rig();
      expect((await channel.send(message({ address }), signal)).type).toBe('delivered');
      const to = farSide.mails[0]?.to ?? [];
      expect(to.map((recipient) => recipient.replace(/"/g, ''))).toEqual([address]);
    },
  );

  it('carries characters that ISO-2022-JP has not', async () => {
    const { farSide, channel } = await rig();
    const text = '㈱サンプル ① 髙橋 﨑 𠮷野 👍';
    await channel.send(message({ body: { subject: text, text, html: `<p>${text}</p>` } }), signal);
    const parsed = await simpleParser(Buffer.from(farSide.mails[0]?.source ?? '', 'latin1'));
    expect(parsed.subject).toBe(text);
    expect(parsed.text?.trim()).toBe(text);
    expect(parsed.html).toContain(text);
    expect(parsed.from?.text).toContain('サンプル電話代行㈱');
  });

  it('P6 no text becomes a header or a recipient', async () => {
    const { farSide, channel } = await rig();
    const names = [
      'subject',
      'from',
      'to',
      'message-id',
      'date',
      'mime-version',
      'content-type',
      'auto-submitted',
    ];
    const allowed = new Set([...names, 'x-auto-response-suppress', 'content-transfer-encoding']);
    const hostile = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(
          '\r\n',
          '\n',
          '\r',
          '\u2028',
          '\u0085',
          'Bcc: evil@evil.example',
          '\r\n.\r\n',
          '\r\n\r\n',
          '<evil@evil.example>',
          ',',
          '"',
          '=?utf-8?Q?=0D=0A?=',
        ),
      ),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, async (subject, mention, text) => {
        const before = farSide.mails.length;
        const outcome = await channel.send(
          message({
            mention: mention.join(''),
            body: { subject: subject.join(''), text: text.join(''), html: `<p>${text.join('')}</p>` },
          }),
          signal,
        );
        expect(outcome.type).toBe('delivered');
        expect(farSide.mails).toHaveLength(before + 1);
        const mail = farSide.mails.at(-1);
        expect(mail?.to).toEqual(['soumu@client.example']);
        const parsed = await simpleParser(Buffer.from(mail?.source ?? '', 'latin1'));
        for (const name of parsed.headers.keys()) expect(allowed).toContain(name);
        expect(parsed.bcc).toBeUndefined();
        expect(parsed.to).toMatchObject({ value: [{ address: 'soumu@client.example' }] });
        expect(farSide.commands.filter((line) => line.startsWith('RCPT')).at(-1)).toBe(
          'RCPT TO:<soumu@client.example>',
        );
      }),
      { numRuns: 150 },
    );
  });

  it('wants a certificate it can trust, unless told otherwise', async () => {
    // smtp-server brings a certificate of its own making.
    const server = new SMTPServer({ authOptional: true, disableReverseLookup: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const strict = createEmailChannel({
        smtpUrl: `smtp://127.0.0.1:${port}`,
        from: 'report@agency.example',
        clock,
      });
      expect(await strict.send(message(), signal)).toMatchObject({
        type: 'rejected',
        scope: 'credential',
        reason: { code: 'email.tls' },
      });
      const check = await strict.checkCredential(signal);
      expect(check).toMatchObject({ ok: false, reason: { code: 'email.tls' } });
      const trusting = createEmailChannel({
        smtpUrl: `smtp://127.0.0.1:${port}?requireTLS=true&tls.rejectUnauthorized=false`,
        from: 'report@agency.example',
        clock,
      });
      expect((await trusting.send(message(), signal)).type).toBe('delivered');
      await Promise.all([strict.close(), trusting.close()]);
    } finally {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });

  it('never sends a password over a connection without TLS when it is required', async () => {
    const farSide = await openScriptedSmtp({});
    const channel = createEmailChannel({
      smtpUrl: `smtp://report:s3cr3t-word@127.0.0.1:${farSide.port}?requireTLS=true`,
      from: 'report@agency.example',
      clock,
    });
    open.push(farSide, channel);
    expect(await channel.send(message(), signal)).toMatchObject({ type: 'rejected', scope: 'credential' });
    expect(farSide.commands.some((line) => line.startsWith('AUTH'))).toBe(false);
  });

  it('says which setting is wrong, without the password', () => {
    const make = (smtpUrl: string, from: string) => () => createEmailChannel({ smtpUrl, from, clock });
    expect(make('smtp://u:s3cr3t@h/x', 'report@agency.example')).toThrow(MailSettingError);
    expect(make('smtp://u:s3cr3t@h/x', 'report@agency.example')).not.toThrow(/s3cr3t/);
    expect(make('smtp://mail.agency.example', 'nobody')).toThrow(/MAIL_FROM/);
  });
});
