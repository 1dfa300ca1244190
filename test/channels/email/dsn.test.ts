import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DSN_LIMIT, type DsnRecipient, readDsn } from '../../../src/channels/email/dsn.ts';
import {
  type BouncedMail,
  exim,
  gmail,
  MAIL_SYSTEMS,
  outOfOffice,
  postfix,
} from '../../support/bounced-mail.ts';

const DELIVERY = '0197a1b2-0000-7000-8000-00000000abcd';
const OTHER = '0197a1b2-0000-7000-9000-00000000ffff';
const MAIL: BouncedMail = { deliveryId: DELIVERY, recipient: 'soumu@acme.example' };

const read = (text: string) => readDsn(Buffer.from(text));

async function recipientOf(text: string): Promise<DsnRecipient> {
  const reading = await read(text);
  if (reading.type !== 'dsn') throw new Error(`${reading.type}: ${reading.why}`);
  const [recipient] = reading.dsn.recipients;
  if (recipient === undefined) throw new Error('no recipient');
  return recipient;
}

describe.each(Object.entries(MAIL_SYSTEMS))('a notification of %s', (_, write) => {
  it('names its delivery, its address, and that the address is bad', async () => {
    const reading = await read(write(MAIL));
    expect(reading).toMatchObject({
      type: 'dsn',
      dsn: {
        deliveryId: DELIVERY,
        recipients: [{ final: 'soumu@acme.example', action: 'failed', condemnsAddress: true }],
      },
    });
  });

  it('is found by the Message-ID of the returned mail alone', async () => {
    const reading = await read(write({ ...MAIL, to: 'postmaster@agency.example' }));
    expect(reading).toMatchObject({ type: 'dsn', dsn: { deliveryId: DELIVERY } });
  });

  it('is found by the address it was sent to where a relay changed the Message-ID', async () => {
    const reading = await read(write({ ...MAIL, returnedId: '<01010197a1b2@relay.example>' }));
    expect(reading).toMatchObject({ type: 'dsn', dsn: { deliveryId: DELIVERY } });
  });

  it('is not ours when neither names a delivery, and is not believed when they disagree', async () => {
    const stranger = { ...MAIL, to: 'postmaster@agency.example', returnedId: '<1@other.example>' };
    expect(await read(write(stranger))).toEqual({ type: 'other', why: 'not_ours' });
    const mixed = { ...MAIL, returnedId: `<${OTHER}@agency.example>` };
    expect(await read(write(mixed))).toEqual({ type: 'other', why: 'contradictory' });
  });

  it('has one fingerprint whatever way it came, and another when it is another', async () => {
    const print = async (text: string) => {
      const reading = await read(text);
      return reading.type === 'dsn' ? reading.dsn.fingerprint : reading.why;
    };
    const first = await print(write(MAIL));
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await print(`Received: by another.example; Thu, 18 Jun 2026\r\n${write(MAIL)}`)).toBe(first);
    expect(await print(write(MAIL).replaceAll('\r\n', '\n'))).not.toBe('malformed');
    expect(await print(write({ ...MAIL, messageId: '<2@mx.agency.example>' }))).not.toBe(first);
  });

  it('P10 says why without addresses', async () => {
    const diagnostic = '550 5.1.1 <soumu@acme.example>: no such user 03-5550-0123';
    const { said } = await recipientOf(write({ ...MAIL, diagnostic }));
    expect(said).toContain('no such user');
    expect(said).not.toMatch(/acme|soumu|5550/);
  });
});

describe('what condemns an address', () => {
  it.each([
    ['5.1.1', true],
    ['5.1.2', true],
    ['5.1.3', true],
    ['5.1.6', true],
    ['5.1.10', true],
    ['5.2.1', true],
    // Our own sender, a full mailbox, a filter, a route, and giving up after days.
    ['5.1.8', false],
    ['5.2.2', false],
    ['5.7.1', false],
    ['5.4.1', false],
    ['5.3.4', false],
    ['4.4.7', false],
    ['4.1.1', false],
  ])('%s: %s', async (status, condemnsAddress) => {
    expect(await recipientOf(postfix({ ...MAIL, status, diagnostic: 'said no' }))).toMatchObject({
      status,
      condemnsAddress,
    });
  });

  it.each([
    ['550 5.1.1 unknown user', true],
    ['550-5.2.1 The account is disabled\n 550 5.2.1 for good', true],
    ['550 5.7.1 blocked', false],
    ['550 spam, go away', false],
    ['', false],
  ])('5.0.0 and %j: %s', async (diagnostic, condemnsAddress) => {
    expect(await recipientOf(exim({ ...MAIL, diagnostic }))).toMatchObject({
      status: '5.0.0',
      condemnsAddress,
    });
  });
});

describe('an address', () => {
  it.each([
    ['Soumu@ACME.example', 'Soumu@acme.example'],
    ['<soumu@acme.example>', 'soumu@acme.example'],
    ['"abc."@docomo.example', 'abc.@docomo.example'],
    ['uketsuke+2Btag@acme.example', 'uketsuke+2Btag@acme.example'],
    ['nobody', undefined],
  ])('%s is read as %s', async (recipient, final) => {
    expect((await recipientOf(postfix({ ...MAIL, recipient }))).final).toBe(final);
  });
});

describe('what is no notification about a delivery', () => {
  it('an out-of-office note', async () => {
    expect(await read(outOfOffice(MAIL))).toEqual({ type: 'other', why: 'not_a_report' });
  });

  it('a read receipt', async () => {
    const receipt = postfix(MAIL)
      .replace('report-type=delivery-status', 'report-type=disposition-notification')
      .replace('message/delivery-status', 'message/disposition-notification');
    expect(await read(receipt)).toEqual({ type: 'other', why: 'not_a_report' });
  });

  it('one of our own reports', async () => {
    const own = `From: report@agency.example\r\nTo: soumu@acme.example\r\nMessage-ID: <${DELIVERY}@agency.example>\r\nAuto-Submitted: auto-generated\r\nContent-Type: text/plain\r\n\r\nreport\r\n`;
    expect(await read(own)).toEqual({ type: 'other', why: 'not_a_report' });
  });

  it('a bounce that only returns a bounce', async () => {
    const inner = postfix(MAIL);
    const outer = gmail({ deliveryId: OTHER, recipient: 'x@y.example' }).replace('report\r\n', inner);
    const reading = await read(outer);
    expect(reading).toMatchObject({ type: 'dsn', dsn: { deliveryId: OTHER } });
    if (reading.type === 'dsn')
      expect(reading.dsn.recipients.map(({ final }) => final)).toEqual(['x@y.example']);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['nothing', '', 'empty'],
    ['more than the limit', 'x'.repeat(DSN_LIMIT + 1), 'too_large'],
    [
      'a notification without its fields',
      postfix(MAIL).replace(/^(Action|Status): .*\r\n/gm, ''),
      'malformed',
    ],
    ['one with a nonsense status', postfix({ ...MAIL, status: 'five' }), 'malformed'],
    ['one with a nonsense action', postfix(MAIL).replace('Action: failed', 'Action: exploded'), 'malformed'],
    ['one cut off before its fields', postfix(MAIL).slice(0, 1_100), 'malformed'],
  ])('%s', async (_, text, why) => {
    expect(await read(text)).toEqual({ type: 'unreadable', why });
  });
});

describe('whatever is sent', () => {
  it('bytes are read without an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
        expect((await readDsn(bytes)).type).not.toBe('dsn');
      }),
      { numRuns: 100 },
    );
  });

  it('a damaged notification is read with everything it needs, or not at all', async () => {
    const systems = Object.values(MAIL_SYSTEMS);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...systems),
        fc.array(
          fc.record({
            at: fc.double({ min: 0, max: 1, noNaN: true }),
            cut: fc.nat(60),
            insert: fc.string({ unit: 'binary', maxLength: 10 }),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        async (write, damages) => {
          let text = write(MAIL);
          for (const { at, cut, insert } of damages) {
            const from = Math.floor(at * text.length);
            text = text.slice(0, from) + insert + text.slice(from + cut);
          }
          const reading = await read(text);
          if (reading.type !== 'dsn') return;
          expect(reading.dsn.deliveryId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
          for (const { status } of reading.dsn.recipients) expect(status).toMatch(/^[245]\.\d+\.\d+$/);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('a hostile 1 MB is read in a moment', async () => {
    const shapes = [
      '('.repeat(900_000),
      'a:'.repeat(400_000),
      ' '.repeat(900_000),
      'bounce+'.repeat(120_000),
      '\r\n\t'.repeat(300_000),
      '<'.repeat(900_000),
    ];
    for (const shape of shapes) {
      for (const text of [
        postfix(MAIL).replace('Action: failed', `Action: ${shape}`),
        postfix(MAIL).replace('Status: ', `Diagnostic-Code: smtp; ${shape}\r\nStatus: `),
        postfix(MAIL).replace('Subject: ', `To: ${shape}\r\nSubject: `),
      ]) {
        const began = performance.now();
        await read(text);
        expect(performance.now() - began).toBeLessThan(5_000);
      }
    }
  });
});
