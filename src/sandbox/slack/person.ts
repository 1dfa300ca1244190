import type { ArrivedInSlack } from '../arrived.ts';
import { createHomeTab, type HomeTab } from './home-tab.ts';
import { interactionBase, type PersonDeps } from './interaction.ts';
import { asList, asText, type JsonObject } from './json.ts';
import { createOpenModal, type OpenModal } from './open-modal.ts';
import { readResponse } from './responses.ts';
import type { AppAnswer, SentRequest } from './transport.ts';
import { APP_ID, messageJson, type SlackUser } from './workspace.ts';

export interface CommandReply {
  readonly answer: AppAnswer;
  /** What the app answered the command with, to be seen by this person; null when it said nothing. */
  readonly message: { readonly text: string; readonly blocks: readonly JsonObject[] } | null;
  /** Why Slack tells the person that the command failed; null when it did not. */
  readonly failed:
    | 'operation_timeout'
    | 'dispatch_failed'
    | 'http_client_error'
    | 'http_service_error'
    | 'invalid_command_response'
    | null;
  readonly tookMs: number;
  readonly request: SentRequest;
  /** Waits for the modal this command opens; undefined when none comes within Slack's trigger time. */
  modal(): Promise<OpenModal | undefined>;
  /** What has come through the response URL so far. */
  later(): readonly ArrivedInSlack[];
}

export interface ShortcutReply {
  readonly answer: AppAnswer;
  /** Waits for the modal this shortcut opens; undefined when none comes within Slack's trigger time. */
  modal(): Promise<OpenModal | undefined>;
}

/** Somebody at a Slack client: types commands, fills modals, presses buttons. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** Types `/command text` and waits for the app's answer. */
  command(
    text: string,
    o?: { readonly command?: string; readonly channelId?: string },
  ): Promise<CommandReply>;
  /** Types a command that opens a modal. Throws when none opens. */
  openModal(
    text?: string,
    o?: { readonly command?: string; readonly channelId?: string },
  ): Promise<OpenModal>;
  /** Chooses a shortcut of the app: anywhere, or on a message of a channel. */
  shortcut(
    callbackId: string,
    on?: { readonly text: string; readonly channelId?: string },
  ): Promise<ShortcutReply>;
  /** Presses a message's button, named by action id or by what is written on it. Throws when there is no such one. */
  press(message: { readonly channelId: string; readonly ts: string }, button: string): Promise<AppAnswer>;
  /** Presses a message's button that opens a modal. Throws when none opens. */
  pressToOpen(
    message: { readonly channelId: string; readonly ts: string },
    button: string,
  ): Promise<OpenModal>;
  /** Writes in a channel or in the direct conversation with the bot; the app hears of it as an event. */
  say(text: string, o?: { readonly channelId?: string; readonly threadTs?: string }): Promise<AppAnswer>;
  /** This person's tab of the app's home. */
  home(): HomeTab;
  /** The bot's direct messages to this person, oldest first. */
  directMessages(): readonly ArrivedInSlack[];
  /** Waits until the bot has sent `count` direct messages (1 by default). Throws after `timeoutMs` (5 s by default). */
  waitForDirectMessages(count?: number, timeoutMs?: number): Promise<readonly ArrivedInSlack[]>;
  /** Sends the same signed bytes again. */
  replay(request: SentRequest): Promise<AppAnswer>;
}

export function createPerson(deps: PersonDeps, user: SlackUser): Person {
  const { workspace, views, triggers, transport, inbox, changed, limits } = deps;

  async function command(
    text: string,
    o: { readonly command?: string; readonly channelId?: string } = {},
  ): Promise<CommandReply> {
    const channelId = o.channelId ?? deps.defaultChannelId;
    workspace.joinStaff(user.id);
    const triggerId = triggers.issue(user.id);
    const url = triggers.issueResponseUrl({ userId: user.id, channelId });
    const answer = await transport.command({
      token: 'sandbox-verification-token',
      team_id: user.visitorOf ?? workspace.team.id,
      team_domain: workspace.team.domain,
      channel_id: channelId,
      channel_name: workspace.channel(channelId)?.name ?? 'directmessage',
      user_id: user.id,
      user_name: user.name,
      command: o.command ?? '/juden',
      text,
      api_app_id: APP_ID,
      is_enterprise_install: 'false',
      response_url: `${deps.baseUrl()}/slack/response/${url.id}`,
      trigger_id: triggerId,
    });
    const message = answer.type === 'answered' && answer.status < 300 ? readResponse(answer.body) : null;
    if (message) deps.responses.show(url, message, {});
    return {
      answer,
      message: message ?? null,
      failed: failureOf(answer) ?? (message === undefined ? 'invalid_command_response' : null),
      tookMs: answer.tookMs,
      request: answer.request,
      modal: () => modalOf(triggerId),
      later: () => slackMessages().filter((arrived) => arrived.id.startsWith(`${url.id}.`)),
    };
  }

  async function press(
    at: { readonly channelId: string; readonly ts: string },
    button: string,
    triggerId: string,
  ): Promise<AppAnswer> {
    const message = workspace.channel(at.channelId)?.messages.find((candidate) => candidate.ts === at.ts);
    if (message === undefined) throw new Error(`no message ${at.ts} in ${at.channelId}`);
    const found = buttonsOf(message.blocks).find(
      ({ element }) =>
        element.action_id === button || asText((element.text as JsonObject | undefined)?.text) === button,
    );
    if (found === undefined) throw new Error(`no button "${button}" on the message`);
    const url = triggers.issueResponseUrl({ userId: user.id, channelId: at.channelId, messageTs: at.ts });
    const { text, value, action_id: actionId, style } = found.element;
    return transport.interact({
      type: 'block_actions',
      ...interactionBase(user, workspace.team),
      container: { type: 'message', message_ts: at.ts, channel_id: at.channelId, is_ephemeral: false },
      trigger_id: triggerId,
      channel: { id: at.channelId, name: workspace.channel(at.channelId)?.name },
      message: messageJson(message, true, workspace.team),
      state: { values: {} },
      response_url: `${deps.baseUrl()}/slack/response/${url.id}`,
      actions: [
        {
          type: 'button',
          action_id: actionId,
          block_id: found.blockId,
          text,
          value,
          style,
          action_ts: workspace.nextTs(),
        },
      ],
    });
  }

  async function modalOf(triggerId: string): Promise<OpenModal | undefined> {
    const view = await changed.until(() => views.openedBy(triggerId), limits.triggerMs);
    return view === undefined ? undefined : createOpenModal(deps, user, view);
  }

  const slackMessages = () =>
    inbox.all().filter((arrived): arrived is ArrivedInSlack => arrived.channel === 'slack');
  const directMessages = () =>
    slackMessages().filter((arrived) => arrived.kind === 'direct' && arrived.visibleTo === user.id);

  return {
    id: user.id,
    name: user.name,
    command,
    async openModal(text = '', o = {}) {
      const reply = await command(text, o);
      const modal = await reply.modal();
      if (modal === undefined) {
        throw new Error(`no modal opened: ${reply.failed ?? reply.message?.text ?? 'the app said nothing'}`);
      }
      return modal;
    },
    async shortcut(callbackId, on) {
      const triggerId = triggers.issue(user.id);
      const common = {
        ...interactionBase(user, workspace.team),
        callback_id: callbackId,
        trigger_id: triggerId,
      };
      const actionTs = workspace.nextTs();
      if (on === undefined) {
        const answer = await transport.interact({ type: 'shortcut', ...common, action_ts: actionTs });
        return { answer, modal: () => modalOf(triggerId) };
      }
      const channelId = on.channelId ?? deps.defaultChannelId;
      const url = triggers.issueResponseUrl({ userId: user.id, channelId });
      const ts = workspace.nextTs();
      const answer = await transport.interact({
        type: 'message_action',
        ...common,
        action_ts: actionTs,
        message_ts: ts,
        response_url: `${deps.baseUrl()}/slack/response/${url.id}`,
        channel: { id: channelId, name: workspace.channel(channelId)?.name },
        message: { type: 'message', user: user.id, ts, text: on.text },
      });
      return { answer, modal: () => modalOf(triggerId) };
    },
    press: (at, button) => press(at, button, triggers.issue(user.id)),
    async pressToOpen(at, button) {
      const triggerId = triggers.issue(user.id);
      const answer = await press(at, button, triggerId);
      const modal = await modalOf(triggerId);
      if (modal === undefined) throw new Error(`no modal opened: ${answer.type}`);
      return modal;
    },
    async say(text, o = {}) {
      const channel = workspace.channel(o.channelId ?? user.id);
      if (channel === undefined) throw new Error(`no channel ${o.channelId}`);
      const ts = workspace.nextTs();
      const threadTs = o.threadTs ?? null;
      channel.messages.push({
        ts,
        userId: user.id,
        botId: null,
        text,
        blocks: [],
        metadata: null,
        threadTs,
        edited: false,
        arrivedAs: null,
      });
      return transport.event({
        type: 'event_callback',
        token: 'sandbox-verification-token',
        team_id: workspace.team.id,
        api_app_id: APP_ID,
        event_id: `Ev${ts.replace('.', '')}`,
        event_time: Math.floor(Number(ts)),
        event: {
          type: 'message',
          channel: channel.id,
          channel_type: { public: 'channel', private: 'group', direct: 'im' }[channel.type],
          user: user.id,
          text,
          ts,
          event_ts: ts,
          ...(threadTs === null ? {} : { thread_ts: threadTs }),
        },
      });
    },
    home: () => createHomeTab(deps, user, modalOf),
    directMessages,
    async waitForDirectMessages(count = 1, timeoutMs = 5_000) {
      const messages = await changed.until(() => {
        const found = directMessages();
        return found.length >= count ? found : undefined;
      }, timeoutMs);
      if (messages === undefined)
        throw new Error(`${directMessages().length} direct messages instead of ${count}`);
      return messages;
    },
    replay: (request) => transport.replay(request),
  };
}

function failureOf(answer: AppAnswer): CommandReply['failed'] {
  switch (answer.type) {
    case 'timeout':
      return 'operation_timeout';
    case 'unreachable':
      return 'dispatch_failed';
    case 'answered':
      if (answer.status < 300) return null;
      return answer.status < 500 ? 'http_client_error' : 'http_service_error';
    default:
      return answer satisfies never;
  }
}

/** The buttons of a message, in actions blocks and beside sections. */
function buttonsOf(blocks: readonly JsonObject[]) {
  return blocks.flatMap((block) => {
    const elements = block.type === 'actions' ? asList(block.elements) : asList([block.accessory]);
    return elements
      .filter((element) => element.type === 'button')
      .map((element) => ({ blockId: asText(block.block_id), element }));
  });
}
