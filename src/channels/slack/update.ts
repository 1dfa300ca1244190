import type { SlackBody } from '../../domain/body.ts';
import type { Outcome, Reason } from '../../domain/outcome.ts';
import type { Clock } from '../../domain/ports.ts';
import type { HttpTimeouts } from '../http/far-side.ts';
import { classifyPost, errorCode } from './classify.ts';
import { createSlackClient } from './client.ts';
import { DELIVERY_EVENT } from './post.ts';

/** What a change of a message came to. `gone`: it was deleted, or can be changed no more; another must be posted. */
export type UpdateOutcome = Outcome | { readonly type: 'gone'; readonly reason: Reason };

/** Changes messages the bot posted. Trying again does no harm: the same change twice is one. */
export interface SlackUpdater {
  update(
    o: {
      readonly channel: string;
      readonly ts: string;
      /** What the message was posted under, so that a reconciler still knows it. */
      readonly deliveryId: string;
      readonly body: SlackBody;
    },
    signal: AbortSignal,
  ): Promise<UpdateOutcome>;
  close(): Promise<void>;
}

const GONE = ['message_not_found', 'cant_update_message', 'edit_window_closed'];

export function createSlackUpdater(o: {
  readonly botToken: string;
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly timeouts?: HttpTimeouts;
}): SlackUpdater {
  const client = createSlackClient(o);
  return {
    async update({ channel, ts, deliveryId, body }, signal) {
      const call = await client.call(
        'chat.update',
        {
          channel,
          ts,
          text: body.text,
          blocks: body.blocks,
          // P6: as it was posted; Slack's own reading of a changed message would make links of what was typed.
          parse: 'none',
          link_names: false,
          metadata: { event_type: DELIVERY_EVENT, event_payload: { delivery_id: deliveryId } },
        },
        signal,
      );
      const code = errorCode(call);
      if (code !== undefined && GONE.includes(code))
        return { type: 'gone', reason: { code: `slack.${code}` } };
      const hidden = { secrets: [o.botToken], contents: [body.text] };
      return classifyPost(call, { nowMs: o.clock().getTime(), hidden });
    },
    close: () => client.close(),
  };
}
