import type { App } from '@slack/bolt';
import type { Logger } from 'pino';
import { CHANGE_TYPES } from '../../domain/change.ts';
import { isUuid } from '../entry-modal/block-ids.ts';
import { faultOf } from '../fault.ts';
import type { InHand } from '../in-hand.ts';
import { onlyFor } from '../plain-message.ts';
import type { ResponseUrl } from '../response-url.ts';
import type { ShowReview } from '../review/show-review.ts';
import { BlockActions, ViewSubmission } from '../slack-body.ts';
import { CHANGE_ACTION } from './change-buttons.ts';
import { type ChangeForm, notChanged } from './change-form.ts';
import { CHANGE_FORM, readMetadata } from './change-view.ts';
import { NOT_OPENED } from './change-words.ts';

/** The buttons under an entry, wherever they stand, and the forms they open. */
export function listenForChanges(
  bolt: App,
  deps: {
    readonly form: ChangeForm;
    readonly responseUrl: ResponseUrl;
    readonly showReview: ShowReview;
    readonly inHand: InHand;
    readonly log: Logger;
  },
): void {
  for (const type of CHANGE_TYPES) {
    bolt.action(CHANGE_ACTION[type], async ({ body, ack, client }) => {
      await ack();
      const { user, actions, trigger_id: triggerId, response_url: url } = BlockActions.parse(body);
      const callId = actions[0]?.value;
      if (triggerId === undefined || typeof callId !== 'string' || !isUuid(callId)) return;
      const opening = deps.form.open(client, triggerId, type, callId, user.id).catch(async (error) => {
        deps.log.error(faultOf(error), 'the form to change a call did not open');
        if (url !== undefined) await deps.responseUrl.post(url, onlyFor(NOT_OPENED));
      });
      deps.inHand.track(opening);
      await opening;
    });

    bolt.view(CHANGE_FORM[type], async ({ body, ack, client }) => {
      const { view, user } = ViewSubmission.parse(body);
      const work = deps.form
        .submit(type, view, { id: user.id, accountName: user.name ?? user.username })
        .then(async (answer) => await ack(answer))
        .catch(async (error: unknown) => {
          deps.log.error(faultOf(error), 'a Slack request failed');
          await ack(notChanged()).catch(() => undefined);
        })
        // What supervisors were asked about the entry may be out of date now.
        .then(async () => {
          const callId = readMetadata(view.private_metadata)?.call;
          if (callId !== undefined) await deps.showReview(client, callId);
        });
      deps.inHand.track(work);
      await work;
    });
  }
}
