import type { Done } from '../../followup/mark-done.ts';
import { DONE_FIELD, DonePage, OpenPage } from './done-page.tsx';
import { backToPage, html, type Reply, refusalPage, unreadable } from './reply.tsx';

/** 対応済み: 200 the page · 303 marked, now or before · 400 not our form · 410 revoked. */
export function createDoneReply(done: Done): Reply {
  return {
    async show(context, deliveryId) {
      const reading = await done.read(deliveryId);
      switch (reading.type) {
        case 'open':
          return await html(context, 200, <OpenPage report={reading.report} />);
        case 'done':
          return await html(context, 200, <DonePage report={reading.report} mark={reading.mark} />);
        case 'revoked':
          return await refusalPage(context, 'gone');
        default:
          return reading satisfies never;
      }
    },
    async act(context, deliveryId, sent) {
      // The form of our own page sends exactly one field.
      if (sent !== `${DONE_FIELD.name}=${DONE_FIELD.value}`) return await unreadable(context);
      const result = await done.mark(deliveryId, { via: 'link' });
      return result.type === 'revoked' ? await refusalPage(context, 'gone') : backToPage(context);
    },
    refuse: (context, why) => refusalPage(context, why),
  };
}
