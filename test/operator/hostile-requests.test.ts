import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDesk, type Desk } from './desk.ts';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

describe('requests that are not Slack’s', () => {
  let desk: Desk;
  let now: number;
  beforeAll(async () => {
    desk = await createDesk();
    await desk.addClient({ code: 'acme' });
    now = Math.floor(desk.world.clock.now().getTime() / 1000);
    await alive();
  });
  afterAll(() => desk.close());

  const raw = (request: Parameters<Desk['sandbox']['slack']['raw']>[0]) => desk.sandbox.slack.raw(request);
  const payload = (value: unknown) => new URLSearchParams({ payload: JSON.stringify(value) }).toString();
  const command = (over: Record<string, string> = {}) =>
    new URLSearchParams({
      command: '/juden',
      text: 'help',
      user_id: 'U0OPERATOR1',
      team_id: 'T0SANDBOX1',
      trigger_id: '1.2.3',
      ...over,
    }).toString();
  const alive = async () => expect((await raw({ body: command() })).status).toBe(200);

  it.each([
    ['none', null],
    ['old', -301],
    ['future', 301],
    ['far future', 4_000_000_000],
  ])('refuses a timestamp that is %s', async (_, shift) => {
    const timestamp = shift === null ? null : String(now + shift);
    expect((await raw({ body: command(), timestamp })).status).toBe(401);
  });

  it.each([
    'Infinity',
    'NaN',
    '',
    ' ',
    '-1',
    '1e9',
    '0x5f5e100',
    '17504',
    '１７５０４３２１００',
    'null',
    '[object Object]',
  ])('refuses the timestamp %j though it is signed', async (timestamp) => {
    // Header values travel as Latin-1; what cannot is refused by HTTP itself.
    const sendable = /^[ -~]*$/.test(timestamp) ? timestamp : encodeURIComponent(timestamp);
    expect((await raw({ body: command(), timestamp: sendable })).status).toBe(401);
  });

  it('accepts a timestamp within five minutes on both sides', async () => {
    for (const shift of [-299, 299]) {
      expect((await raw({ body: command(), timestamp: String(now + shift) })).status).toBe(200);
    }
  });

  it.each([
    null,
    '',
    'v0=',
    `v0=${'0'.repeat(64)}`,
    'v1=abc',
    'v0',
    `v0=${'z'.repeat(64)}`,
    `V0=${'a'.repeat(64)}`,
  ])('refuses the signature %j', async (signature) => {
    expect((await raw({ body: command(), signature })).status).toBe(401);
  });

  it('refuses what another secret signed', async () => {
    expect((await raw({ body: command(), secret: 'another-secret' })).status).toBe(401);
  });

  const user = { id: 'U0OPERATOR1' };
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const view = { id: 'V1', type: 'modal', callback_id: 'call_entry', state: { values: {} } };
  const garbage: readonly (readonly [string, string | Uint8Array, string])[] = [
    ['nothing', '', FORM],
    ['null', 'null', JSON_TYPE],
    ['null as a form', 'null', FORM],
    ['payload=null', 'payload=null', FORM],
    ['an empty payload', 'payload=', FORM],
    ['broken JSON', 'payload=%7B%22type%22', FORM],
    ['an array', payload([]), FORM],
    ['a number', payload(1), FORM],
    ['a string', payload('block_actions'), FORM],
    ['an unknown type', payload({ type: 'dialog_submission', user }), FORM],
    ['no type', payload({ user }), FORM],
    ['no user', payload({ type: 'view_submission', view }), FORM],
    ['a user of null', payload({ type: 'view_submission', user: null, view }), FORM],
    ['a user of the wrong type', payload({ type: 'view_submission', user: 'U0OPERATOR1', view }), FORM],
    ['a user id of the wrong type', payload({ type: 'view_submission', user: { id: 5 }, view }), FORM],
    ['a user id with controls', payload({ type: 'view_submission', user: { id: 'U\u0000' }, view }), FORM],
    ['a view of null', payload({ type: 'view_submission', user, view: null }), FORM],
    [
      'a view state of the wrong type',
      payload({ type: 'view_submission', user, view: { ...view, state: { values: [1] } } }),
      FORM,
    ],
    [
      'an element of null',
      payload({ type: 'view_submission', user, view: { ...view, state: { values: { a: { b: null } } } } }),
      FORM,
    ],
    ['no actions', payload({ type: 'block_actions', user, actions: [] }), FORM],
    ['actions of null', payload({ type: 'block_actions', user, actions: [null] }), FORM],
    ['actions without ids', payload({ type: 'block_actions', user, actions: [{ type: 'button' }] }), FORM],
    [
      'a suggestion without a value',
      payload({ type: 'block_suggestion', user, action_id: 'a', block_id: 'b' }),
      FORM,
    ],
    ['an event of null', JSON.stringify({ type: 'event_callback', event: null }), JSON_TYPE],
    [
      'an event whose item is null',
      JSON.stringify({ type: 'event_callback', event: { type: 'reaction_added', item: null } }),
      JSON_TYPE,
    ],
    ['a challenge of null', JSON.stringify({ type: 'url_verification', challenge: null }), JSON_TYPE],
    ['an interaction as JSON', JSON.stringify({ type: 'view_submission', user, view }), JSON_TYPE],
    ['deep nesting', deep(100_000), JSON_TYPE],
    ['deep nesting in a payload', `payload=${deep(200_000)}`, FORM],
    [
      'deep nesting inside a view',
      payload({ type: 'view_submission', user, view }).replace(
        '%22values%22%3A%7B%7D',
        `%22values%22%3A${deep(5000)}`,
      ),
      FORM,
    ],
    ['a command without a user', 'command=%2Fjuden&text=help', FORM],
    ['a command that is none', command({ command: 'juden' }), FORM],
    ['a command beside a payload', `${command()}&payload=%7B%7D`, FORM],
    ['a field twice', `${command()}&text=other`, FORM],
    ['a payload twice', 'payload=%7B%7D&payload=%7B%7D', FORM],
    ['a broken escape', `${command()}&x=%E3%81`, FORM],
    ['bytes that are no UTF-8', new Uint8Array([...Buffer.from('command=%2Fjuden&text='), 0xff, 0xfe]), FORM],
    ['a form called text', command(), 'text/plain'],
    ['a prototype', payload(JSON.parse('{"__proto__":{"type":"view_submission"},"constructor":1}')), FORM],
  ];
  it.each(garbage)('refuses %s under a good signature', async (_, body, contentType) => {
    const answer = await raw({ body, contentType, timeoutMs: 1500 });
    expect(answer.status).toBe(400);
  });

  it('refuses a megabyte unread', async () => {
    const answer = await raw({ body: `payload=${'a'.repeat(1_000_000)}` });
    expect(answer.status).toBe(413);
  });

  it('is still there afterwards, and recorded nothing', async () => {
    await alive();
    expect(await desk.world.db.selectFrom('calls').select('id').execute()).toEqual([]);
  });

  it('answers what it does not know at once', async () => {
    const base = { user, team: { id: 'T0SANDBOX1' }, trigger_id: '1.2.3' };
    const action = { type: 'button', action_id: 'unknown', block_id: 'b' };
    const message = { ts: '1.0' };
    const channel = { id: 'C0FRONTDESK' };
    const cases: readonly (readonly [unknown, number, string])[] = [
      [{ type: 'block_actions', ...base, actions: [action] }, 200, ''],
      [{ type: 'block_actions', ...base, view: { ...view, callback_id: '' }, actions: [action] }, 200, ''],
      [{ type: 'view_closed', ...base, view }, 200, ''],
      [
        { type: 'block_suggestion', ...base, action_id: 'x', block_id: 'b', value: '' },
        200,
        '{"options":[]}',
      ],
      [{ type: 'view_submission', ...base, view: { ...view, callback_id: 'other' } }, 404, 'no such'],
      [{ type: 'shortcut', ...base, callback_id: 'other' }, 404, 'no such'],
      [{ type: 'message_action', ...base, callback_id: 'other', message, channel }, 404, 'no such'],
    ];
    for (const [body, status, text] of cases) {
      const answer = await raw({ body: payload(body) });
      expect(answer, JSON.stringify(body)).toMatchObject({ status });
      expect(answer.body).toContain(text);
      expect(answer.tookMs).toBeLessThan(500);
    }
    expect((await raw({ body: command({ command: '/other' }) })).status).toBe(404);
    const event = {
      type: 'event_callback',
      team_id: 'T0SANDBOX1',
      event: { type: 'message', channel: 'C1', user: 'U1' },
    };
    expect((await raw({ body: JSON.stringify(event), contentType: JSON_TYPE })).status).toBe(200);
  });

  it('answers Slack’s own checks, when they are signed', async () => {
    const challenge = {
      body: JSON.stringify({ type: 'url_verification', challenge: 'c-1' }),
      contentType: JSON_TYPE,
    };
    expect(await raw(challenge)).toMatchObject({ status: 200, body: '{"challenge":"c-1"}' });
    expect((await raw({ ...challenge, signature: null })).status).toBe(401);
    expect((await raw({ body: 'ssl_check=1&token=x' })).status).toBe(200);
  });

  it('does not take one request for another because of a stray field', async () => {
    const stray = {
      event: { type: 'message' },
      command: '/juden',
      text: 'acme 営業電話',
      user_id: 'U0OPERATOR1',
    };
    const answer = await raw({
      body: payload({
        type: 'block_actions',
        user,
        actions: [{ type: 'button', action_id: 'x', block_id: 'b' }],
        ...stray,
      }),
    });
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(await desk.world.db.selectFrom('calls').select('id').execute()).toEqual([]);
  });

  it('survives anything shaped like JSON under any known type', async () => {
    const types = [
      'block_actions',
      'view_submission',
      'view_closed',
      'block_suggestion',
      'shortcut',
      'message_action',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...types),
        fc.dictionary(
          fc.constantFrom(
            'user',
            'view',
            'actions',
            'team',
            'action_id',
            'block_id',
            'value',
            'callback_id',
            'trigger_id',
            'event',
          ),
          fc.oneof(
            fc.jsonValue(),
            fc.constant(user),
            fc.constant(view),
            fc.constant([{ type: 'b', action_id: 'entry_kind', block_id: 'k' }]),
            fc.constant('entry_client'),
          ),
        ),
        async (type, fields) => {
          const answer = await raw({ body: payload({ ...fields, type }) });
          expect([200, 400, 404]).toContain(answer.status);
        },
      ),
      { numRuns: 150 },
    );
    await alive();
    expect(await desk.world.db.selectFrom('calls').select('id').execute()).toEqual([]);
  });
});
