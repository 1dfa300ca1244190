import type { Inbox } from '../arrived.ts';
import { checkBlocks } from './blocks.ts';
import { asList, asText, isObject, type JsonObject, parseJson } from './json.ts';
import type { Signal } from './signal.ts';
import type { ResponseUrl } from './triggers.ts';
import type { Workspace } from './workspace.ts';

/** A message of a command's answer or a response URL: text alone, or an object with text and blocks. */
export type ResponseMessage = {
  readonly text: string;
  readonly blocks: readonly JsonObject[];
  readonly inChannel: boolean;
  readonly replaces: boolean;
  readonly deletes: boolean;
};

/** Reads such a body; null when it says nothing, undefined when Slack would not take it. */
export function readResponse(body: string): ResponseMessage | null | undefined {
  if (body.trim() === '') return null;
  const parsed = parseJson(body);
  if (!isObject(parsed)) return { text: body, blocks: [], inChannel: false, replaces: false, deletes: false };
  if (parsed.blocks !== undefined && checkBlocks(parsed.blocks, 'message', '/blocks').length > 0)
    return undefined;
  const message = {
    text: asText(parsed.text),
    blocks: asList(parsed.blocks),
    inChannel: parsed.response_type === 'in_channel',
    replaces: parsed.replace_original === true,
    deletes: parsed.delete_original === true,
  };
  return message.text === '' && message.blocks.length === 0 && !message.deletes ? null : message;
}

/** Shows a response where it belongs: to the person who asked, to all, or in place of the message it is about. */
export function createResponses(deps: {
  readonly workspace: Workspace;
  readonly inbox: Inbox;
  readonly changed: Signal;
}) {
  const { workspace, inbox, changed } = deps;

  function replaceOriginal(url: ResponseUrl, message: ResponseMessage): boolean {
    const channel = workspace.channel(url.channelId);
    const original = channel?.messages.find((candidate) => candidate.ts === url.messageTs);
    if (original === undefined || !(message.replaces || message.deletes)) return false;
    original.text = message.deletes ? 'このメッセージは削除されました。' : message.text;
    original.blocks = message.deletes ? [] : message.blocks;
    original.edited = true;
    if (original.arrivedAs !== null) {
      inbox.replace(original.arrivedAs, (before) =>
        before.channel === 'slack'
          ? { ...before, text: original.text, blocks: original.blocks, edited: true }
          : before,
      );
    }
    return true;
  }

  return {
    show(url: ResponseUrl, message: ResponseMessage, headers: Readonly<Record<string, string>>): void {
      if (!replaceOriginal(url, message)) {
        inbox.add({
          channel: 'slack',
          kind: 'response',
          target: url.channelId,
          targetName: workspace.channel(url.channelId)?.name ?? url.channelId,
          id: `${url.id}.${workspace.nextTs()}`,
          text: message.text,
          blocks: message.blocks,
          metadata: null,
          threadTs: null,
          visibleTo: message.inChannel ? null : url.userId,
          edited: false,
          audience: 'staff',
          deliveryId: null,
          headers,
        });
      }
      changed.fire();
    },
  };
}
export type Responses = ReturnType<typeof createResponses>;
