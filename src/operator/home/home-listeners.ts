import type { App, webApi } from '@slack/bolt';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { z } from 'zod';
import { jstDay, jstMonth } from '../../domain/calendar.ts';
import type { Clock } from '../../domain/ports.ts';
import { disputeShares } from '../../followup/disputes/dispute-shares.ts';
import type { Schema } from '../../storage/schema.ts';
import type { ChangeForm } from '../change/change-form.ts';
import { NOT_OPENED } from '../change/change-words.ts';
import { isUuid } from '../entry-modal/block-ids.ts';
import type { EntryForm, ViewsApi } from '../entry-modal/entry-form.ts';
import { messageView } from '../entry-modal/message-view.ts';
import { faultOf } from '../fault.ts';
import type { InHand } from '../in-hand.ts';
import { BlockActions } from '../slack-body.ts';
import { FORM_NOT_OPENED } from '../wording.ts';
import { type Choice, freshChoice, readChoice, SHOWN } from './choice.ts';
import { ANY, HOME_ACTION, readEntryOption } from './home-ids.ts';
import { openHome, storedChoice } from './homes.ts';
import type { HomePublisher } from './publish.ts';
import { sharesView } from './shares-view.ts';

const Opened = z.object({
  user: z.string().regex(/^[UW][A-Z0-9]{1,60}$/),
  tab: z.string(),
  /** What Slack shows there now; absent before the first publication. */
  view: z.looseObject({ id: z.string() }).optional(),
});

type Pressed = ReturnType<typeof BlockActions.parse>;

/** Opening the home, what is chosen and pressed there. Who is on no list can open it, and nothing else (P9). */
export function listenForHome(
  bolt: App,
  deps: {
    readonly db: Kysely<Schema>;
    readonly publisher: HomePublisher;
    readonly changeForm: ChangeForm;
    readonly entryForm: EntryForm;
    readonly inHand: InHand;
    readonly clock: Clock;
    readonly log: Logger;
  },
): void {
  const { db, publisher, clock, log } = deps;

  bolt.event('app_home_opened', async ({ event, client }) => {
    const opened = Opened.safeParse(event).data;
    if (opened?.tab !== 'home') return;
    await work(async () => {
      const role = await publisher.roleOf(opened.user);
      if (role === 'stranger') return void (await publisher.publishStranger(client, opened.user));
      await publisher.opened(opened.user, { lost: opened.view === undefined });
      await publisher.publish(opened.user, role, { asked: true });
    });
  });

  const choosing: Readonly<Record<string, (choice: Choice, value: string) => Choice>> = {
    [HOME_ACTION.renew]: (choice) => choice,
    [HOME_ACTION.everything]: ({ day }) => freshChoice(day),
    [HOME_ACTION.shown]: (choice, value) => ({
      ...choice,
      shown: SHOWN.find((name) => name === value) ?? 'all',
      page: 1,
    }),
    [HOME_ACTION.client]: (choice, value) => ({ ...choice, clientId: isUuid(value) ? value : null, page: 1 }),
    [HOME_ACTION.operator]: (choice, value) => ({
      ...choice,
      operatorId: value === ANY || value === '' ? null : value.slice(0, 255),
      page: 1,
    }),
    [HOME_ACTION.previous]: turned,
    [HOME_ACTION.next]: turned,
  };
  for (const [action, choose] of Object.entries(choosing)) {
    bolt.action(action, async ({ body, ack }) => {
      await ack();
      const pressed = BlockActions.parse(body);
      await work(async () => {
        const { id: userId } = pressed.user;
        const role = await publisher.roleOf(userId);
        if (role === 'stranger') return;
        const now = clock();
        const before = readChoice(await storedChoice(db, userId), jstDay(now));
        await openHome(db, { userId, now, choice: choose(before, chosenValue(pressed)), forget: false });
        await publisher.publish(userId, role, { asked: true });
      });
    });
  }

  bolt.action(HOME_ACTION.entry, async ({ body, ack, client }) => {
    await ack();
    const pressed = BlockActions.parse(body);
    const chosen = readEntryOption(chosenValue(pressed));
    const { trigger_id: triggerId, user } = pressed;
    if (triggerId === undefined || chosen === undefined) return;
    // Who may not change the call is told why, instead of the form.
    await opening(client, triggerId, NOT_OPENED, () =>
      deps.changeForm.open(client, triggerId, chosen.type, chosen.callId, user.id),
    );
  });

  bolt.action(HOME_ACTION.shares, async ({ body, ack, client }) => {
    await ack();
    const { trigger_id: triggerId, user } = BlockActions.parse(body);
    if (triggerId === undefined) return;
    await opening(client, triggerId, FORM_NOT_OPENED, async () => {
      // P9: how often whose calls are disputed is for supervisors.
      if ((await publisher.roleOf(user.id)) !== 'supervisor') return;
      const month = jstMonth(clock());
      const view = sharesView(month, await disputeShares(db, month));
      await client.views.open({ trigger_id: triggerId, view });
    });
  });

  bolt.action(HOME_ACTION.enter, async ({ body, ack, client }) => {
    await ack();
    const { trigger_id: triggerId, user } = BlockActions.parse(body);
    if (triggerId === undefined) return;
    await opening(client, triggerId, FORM_NOT_OPENED, async () => {
      if ((await publisher.roleOf(user.id)) === 'stranger') return;
      await deps.entryForm.open(client, triggerId, { operatorId: user.id, client: null, message: null });
    });
  });

  /** A home has no other way to answer than a view: also for saying that a form did not open. */
  async function opening(
    slack: webApi.WebClient & ViewsApi,
    triggerId: string,
    sorry: string,
    open: () => Promise<void>,
  ): Promise<void> {
    await work(async () => {
      try {
        await open();
      } catch (error) {
        log.error(faultOf(error), 'a form did not open from the home');
        await slack.views.open({ trigger_id: triggerId, view: messageView('受電', [sorry]) });
      }
    });
  }

  async function work(doing: () => Promise<void>): Promise<void> {
    const running = doing().catch((error: unknown) => log.error(faultOf(error), 'a Slack request failed'));
    deps.inHand.track(running);
    await running;
  }
}

function turned(choice: Choice, value: string): Choice {
  return { ...choice, page: /^\d{1,4}$/.test(value) ? Math.max(1, Number(value)) : 1 };
}

const Selected = z.looseObject({ value: z.string() });

/** What was pressed or chosen; empty when it says nothing. */
function chosenValue({ actions: [action] }: Pressed): string {
  const value = Selected.safeParse(action?.selected_option).data?.value ?? action?.value;
  return typeof value === 'string' ? value : '';
}
