import { describe, expect, it } from 'vitest';
import { parseMailbox } from '../../../src/channels/email/mailbox.ts';
import { parseSmtpUrl } from '../../../src/channels/email/smtp-url.ts';

describe('parseSmtpUrl', () => {
  it.each([
    [
      'smtp://127.0.0.1:2525',
      { host: '127.0.0.1', port: 2525, secure: false, requireTls: false, auth: null },
    ],
    ['smtp://u:p@127.0.0.1', { port: 587, requireTls: false, auth: { user: 'u', pass: 'p' } }],
    ['smtp://u:p@mail.agency.example', { port: 587, secure: false, requireTls: true }],
    ['smtp://u:p@mail.agency.example?requireTLS=false', { requireTls: false }],
    ['smtp://u:p@mail.agency.example?ignoreTLS=true', { requireTls: false, ignoreTls: true }],
    [
      'smtps://a%40b:p%2Fw%3A@mail.agency.example',
      { port: 465, secure: true, auth: { user: 'a@b', pass: 'p/w:' } },
    ],
    ['smtp://mail.agency.example?name=app.agency.example', { name: 'app.agency.example', requireTls: false }],
    ['smtps://mail.agency.example?tls.rejectUnauthorized=false', { verifyCertificate: false }],
    ['smtp://[::1]:25', { host: '::1' }],
  ])('%s', (raw, expected) => {
    expect(parseSmtpUrl(raw)).toMatchObject({ ok: true, server: expected });
  });

  it.each([
    '',
    'mail.agency.example',
    'http://mail.agency.example',
    'smtp://user@mail.agency.example',
    'smtp://user:se/cret@mail.agency.example',
    'smtp://user:secret%@mail.agency.example',
    'smtp://user:secret@mail.agency.example/path',
    'smtp://user:secret@mail.agency.example?pool=true',
    'smtp://user:secret@mail.agency.example?logger=true&debug=true',
    'smtp://user:secret@mail.agency.example?requireTLS=yes',
  ])('%j is refused without quoting it', (raw) => {
    const result = parseSmtpUrl(raw);
    expect(result.ok).toBe(false);
    if (!result.ok) {
      expect(result.message).toMatch(/it looks like smtp:\/\//);
      expect(result.message).not.toMatch(/secret|se\/cret/);
    }
  });
});

describe('parseMailbox', () => {
  it.each([
    ['report@agency.example', { name: '', address: 'report@agency.example' }],
    ['<report@agency.example>', { name: '', address: 'report@agency.example' }],
    [
      'サンプル電話代行 <report@Agency.example>',
      { name: 'サンプル電話代行', address: 'report@agency.example' },
    ],
    ['"Sample, Inc." <report@agency.example>', { name: 'Sample, Inc.', address: 'report@agency.example' }],
  ])('%s', (raw, expected) => {
    expect(parseMailbox(raw)).toEqual(expected);
  });

  it.each([
    '',
    'report',
    'a <b>',
    'a@agency.example, b@agency.example',
    'x <a@agency.example> <b@agency.example>',
  ])('%j is none', (raw) => {
    expect(parseMailbox(raw)).toBeUndefined();
  });
});
