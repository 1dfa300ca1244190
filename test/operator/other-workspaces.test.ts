import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DECISION } from '../../src/delivery/decision-buttons.ts';
import { CHANGE_ACTION } from '../../src/operator/change/change-buttons.ts';
import { CHANGE_FORM } from '../../src/operator/change/change-view.ts';
import type { BoltBody, Dispatched } from '../../src/operator/dispatch.ts';
import { ACTION, ENTRY_FORM } from '../../src/operator/entry-modal/block-ids.ts';
import { createAuthorize, createTokenIn } from '../../src/operator/installed-in.ts';
import { LINE_ACTION } from '../../src/operator/line/line-buttons.ts';
import type { OwnTeam } from '../../src/operator/own-workspace.ts';
import { SHORTCUT } from '../../src/operator/shortcuts.ts';
import { readSlackObject } from '../../src/operator/slack-body.ts';
import { createWorkspaceGate, OPEN_TO_READERS } from '../../src/operator/workspace-gate.ts';
import { DONE_ACTION } from '../../src/reports/done.ts';
import { createDesk, type Desk } from './desk.ts';

const OWN = 'T0SANDBOX1';
const OTHER = 'T0CLIENT01';
/** On the lists of operators and supervisors: of another workspace they are somebody else. */
const PEOPLE = ['U0OPERATOR1', 'U0SUPERVIS1'] as const;
const CALL = '01902f6e-7c1a-7b3c-9d4e-5f60718293a4';

const view = (callbackId: string, team: string) => ({
  id: 'V0000000001',
  type: 'modal',
  callback_id: callbackId,
  root_view_id: 'V0000000001',
  hash: 'h1',
  app_installed_team_id: team,
  state: { values: {} },
});
/** Where a request was made, whose user made it. */
interface From {
  readonly team: string;
  readonly userTeam: string;
  readonly user: string;
}
const interaction = ({ team, userTeam, user }: From) => ({
  user: { id: user, name: 'x', team_id: userTeam },
  team: { id: team },
  trigger_id: '1.2.3',
});
const press = (action: string, from: From, extra: object = {}) => ({
  type: 'block_actions',
  ...interaction(from),
  actions: [{ type: 'button', action_id: action, block_id: 'b', value: CALL, action_ts: '1.1' }],
  ...extra,
});

const BUTTONS = [
  ...Object.values(LINE_ACTION),
  ...Object.values(DECISION),
  ...Object.values(CHANGE_ACTION),
  ACTION.client,
  ACTION.kind,
  ACTION.number,
  ACTION.salesNow,
  `${ACTION.recent}.0`,
];
const FORMS = [ENTRY_FORM, ...Object.values(CHANGE_FORM)];

/** One request for every listener of operators and supervisors. */
function requests(from: From): readonly object[] {
  return [
    {
      command: '/juden',
      text: 'acme 用件',
      user_id: from.user,
      // A command names one workspace: its user's.
      team_id: from.userTeam === OWN ? from.team : from.userTeam,
      trigger_id: '1.2.3',
    },
    { type: 'shortcut', ...interaction(from), callback_id: SHORTCUT.anywhere },
    {
      type: 'message_action',
      ...interaction(from),
      callback_id: SHORTCUT.message,
      channel: { id: 'C0CLIENT01' },
      message: { text: '用件' },
    },
    ...BUTTONS.map((action) => press(action, from, { view: view(ENTRY_FORM, from.team) })),
    ...BUTTONS.map((action) => press(action, from, { channel: { id: 'C0CLIENT01' } })),
    ...FORMS.map((form) => ({ type: 'view_submission', ...interaction(from), view: view(form, from.team) })),
    ...[ACTION.client, ACTION.addressee].map((action) => ({
      type: 'block_suggestion',
      ...interaction(from),
      action_id: action,
      block_id: action,
      value: 'acme',
    })),
  ];
}
const elsewhere: readonly From[] = PEOPLE.flatMap((user) => [
  { team: OTHER, userTeam: OTHER, user },
  // Through a channel shared with the agency's workspace (Slack Connect).
  { team: OWN, userTeam: OTHER, user },
  { team: OTHER, userTeam: OWN, user },
]);

describe('P9 ids of operators and supervisors mean people of the agency’s own workspace', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await createDesk({ operators: ['U0OPERATOR1'], distributed: true });
    expect(await desk.app.ownWorkspace(5_000)).toEqual({ teamId: OWN, enterpriseId: null });
  });
  beforeEach(() => desk.clear());
  afterAll(() => desk?.close());

  const send = (body: object) =>
    desk.sandbox.slack.raw({
      body:
        'command' in body
          ? new URLSearchParams(body as Record<string, string>).toString()
          : new URLSearchParams({ payload: JSON.stringify(body) }).toString(),
    });
  const traces = async () => {
    const { db } = desk.world;
    const counts = await Promise.all([
      db.selectFrom('calls').select('id').execute(),
      db.selectFrom('drafts').select('view_id').execute(),
      db.selectFrom('audit_log').select('id').execute(),
      db.selectFrom('notices').select('id').execute(),
    ]);
    return counts.map((rows) => rows.length);
  };

  it('the same line is taken from the agency’s workspace', async () => {
    await desk.addClient({ code: 'acme' });
    const [line] = requests({ team: OWN, userTeam: OWN, user: PEOPLE[0] });
    expect((await send(line ?? {})).body).toContain('20260618-0001');
    expect((await traces())[0]).toBe(1);
  });

  it('no command, shortcut, button, menu or form works from any other', async () => {
    await desk.addClient({ code: 'acme' });
    for (const from of elsewhere) {
      for (const body of requests(from)) {
        const answer = await send(body);
        expect([JSON.stringify(body), answer.status]).toEqual([JSON.stringify(body), 200]);
        expect(answer.body).not.toContain('acme');
        if ('command' in body) expect(answer.body).toContain('電話代行会社のワークスペースでだけ');
      }
    }
    expect(await traces()).toEqual([0, 0, 0, 0]);
    // Nothing was opened, posted or said either.
    expect(desk.sandbox.arrived()).toEqual([]);
  });

  it('an event of another workspace reaches no listener', async () => {
    const other = desk.sandbox.slack.addWorkspace({ id: OTHER, name: 'よそ' });
    const answer = await other.event({ type: 'app_home_opened', user: PEOPLE[0], tab: 'home' });
    expect(answer).toMatchObject({ type: 'answered', status: 200 });
    expect(desk.sandbox.arrived()).toEqual([]);
  });
});

describe('the token Bolt answers a request with', () => {
  const authorize = createAuthorize({
    botToken: 'xoxb-own',
    own: async () => undefined,
    tokenIn: createTokenIn(async (id) =>
      id === OTHER ? { type: 'token', token: 'xoxb-other' } : { type: 'none', why: 'not_connected' },
    ),
  });
  const here = { team: OWN, userTeam: OWN, user: 'U0CLIENT01' };
  const there = { team: OTHER, userTeam: OTHER, user: 'U0CLIENT01' };
  it.each([
    ['a report in the agency’s workspace', press(DONE_ACTION, here, { message: { team: OWN } }), 'xoxb-own'],
    ['a report in the client’s', press(DONE_ACTION, there, { message: { team: OTHER } }), 'xoxb-other'],
    [
      'a report in a channel of the agency’s shared with that client',
      press(DONE_ACTION, there, { message: { team: OWN } }),
      'xoxb-own',
    ],
    [
      'a form opened in the client’s workspace',
      { type: 'view_submission', ...interaction(there), view: view('answer', OTHER) },
      'xoxb-other',
    ],
    ['a workspace that is not connected', press(DONE_ACTION, { ...there, team: 'T0NOBODY01' }), 'xoxb-own'],
  ])('%s', async (_, body, token) => {
    expect(await authorize(undefined, readSlackObject(body))).toEqual({ botToken: token });
  });

  it('P1 asks no database for the agency’s own, and fails for none that is away', async () => {
    let asked = 0;
    const away = createAuthorize({
      botToken: 'xoxb-own',
      own: async () => ({ teamId: OWN, enterpriseId: null }),
      tokenIn: async () => {
        asked += 1;
        throw new Error('the database is away');
      },
    });
    const pressedAt = async (place: typeof here) =>
      await away(undefined, readSlackObject(press(DONE_ACTION, place, { message: { team: place.team } })));
    expect(await pressedAt(here)).toEqual({ botToken: 'xoxb-own' });
    expect(asked).toBe(0);
    expect(await pressedAt(there)).toEqual({ botToken: 'xoxb-own' });
    expect(asked).toBe(1);
  });
});

describe('the gate in front of every listener', () => {
  const passed: BoltBody[] = [];
  const gate = (own: OwnTeam | undefined, distributed = true) =>
    createWorkspaceGate({
      own: async () => own,
      distributed,
      open: OPEN_TO_READERS,
      unknown: () => ({ text: 'unknown' }),
      log: pino({ level: 'silent' }),
    })(async (body): Promise<Dispatched> => {
      passed.push(body);
      return { type: 'unknown' };
    });
  const own = { teamId: OWN, enterpriseId: null };
  const through = async (body: object, at = gate(own)): Promise<boolean> => {
    const known = readSlackObject(body);
    if (known === undefined || ('type' in known && known.type === 'url_verification')) {
      throw new Error('not a request of Slack');
    }
    passed.length = 0;
    await at(known);
    return passed.length === 1;
  };

  it('P9 lets nothing through that it was not told of, whatever it is called', async () => {
    const id = fc.stringMatching(/^[a-z_.0-9]{1,30}$/).filter((text) => text !== DONE_ACTION);
    await fc.assert(
      fc.asyncProperty(id, fc.constantFrom(...elsewhere), async (name, from) => {
        expect(await through(press(name, from))).toBe(false);
        const form = { type: 'view_submission', ...interaction(from), view: view(name, from.team) };
        expect(await through(form)).toBe(false);
        const both = press(DONE_ACTION, from);
        both.actions.push({ type: 'button', action_id: name, block_id: 'b', value: '', action_ts: '1' });
        expect(await through(both)).toBe(false);
      }),
    );
  });

  it('lets readers of reports press 対応済み wherever they read them', async () => {
    for (const from of elsewhere) expect(await through(press(DONE_ACTION, from))).toBe(true);
  });

  it('knows the agency’s organisation as its own, and a request without a workspace as nobody’s', async () => {
    const from = { team: OWN, userTeam: 'E0AGENCY01', user: PEOPLE[0] };
    expect(await through(press('call_correct', from))).toBe(false);
    const inOrganisation = gate({ teamId: OWN, enterpriseId: 'E0AGENCY01' });
    expect(await through(press('call_correct', from), inOrganisation)).toBe(true);
    const nameless = { ...press('call_correct', from), team: null, user: { id: PEOPLE[0] } };
    expect(await through(nameless)).toBe(false);
  });

  it('while Slack has not said which workspace is ours, lets in an app that can be in no other, and nobody else', async () => {
    const ours = { team: OWN, userTeam: OWN, user: PEOPLE[0] };
    expect(await through(press('call_correct', ours), gate(undefined, false))).toBe(true);
    expect(await through(press('call_correct', ours), gate(undefined, true))).toBe(false);
    const [line] = requests(ours);
    const body = readSlackObject(line) as BoltBody;
    // What was typed stays in the form: the answer is the one of a request that came too late.
    expect(await gate(undefined)(body)).toEqual({ type: 'acknowledged', payload: { text: 'unknown' } });
  });
});
