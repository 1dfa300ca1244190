import type { Logger } from 'pino';
import { DELIVERY_EVENT } from '../channels/slack/post.ts';
import type { SlackBody } from '../domain/body.ts';
import type { SlackReport } from '../followup/arrived-in-slack.ts';
import { faultOf } from './fault.ts';
import type { ClientIn } from './installed-in.ts';

/** Changes the message a report arrived as; false when Slack did not take it. Never throws. */
export type ShowReport = (report: SlackReport, body: SlackBody) => Promise<boolean>;

export function createShowReport(deps: {
  /** A report's own workspace decides, for whoever presses may be of another (Slack Connect). */
  readonly clientIn: ClientIn;
  readonly log: Logger;
}): ShowReport {
  return async ({ deliveryId, workspace, channelId, ts }, body) => {
    try {
      const client = await deps.clientIn(workspace);
      if (client === undefined) return false;
      await client.apiCall('chat.update', {
        channel: channelId,
        ts,
        ...body,
        // P6: as it was posted; Slack's own reading of a changed message would make links of what was typed.
        parse: 'none',
        link_names: false,
        // What a reconciler knows the message by stays on it.
        metadata: { event_type: DELIVERY_EVENT, event_payload: { delivery_id: deliveryId } },
      });
      return true;
    } catch (error) {
      deps.log.warn(faultOf(error), 'the message of a report could not be changed');
      return false;
    }
  };
}
