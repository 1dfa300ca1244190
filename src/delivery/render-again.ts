import type { Kysely } from 'kysely';
import type { ChannelName } from '../domain/outcome.ts';
import type { ReplyLinks } from '../domain/reply-link.ts';
import type { Renderer } from '../reports/render.ts';
import type { Schema } from '../storage/schema.ts';
import { offersOf } from './offers.ts';
import { loadReport } from './report-facts.ts';

/** Replaces a delivery's body, which the far side refused as malformed, by the plainest form of its report. */
export type RenderAgain = (
  trx: Kysely<Schema>,
  delivery: { readonly id: string; readonly report_id: string; readonly channel: ChannelName },
) => Promise<void>;

export function createRenderAgain(deps: {
  readonly renderer: Renderer;
  readonly replyLinks: ReplyLinks | undefined;
}): RenderAgain {
  return async (trx, delivery) => {
    const report = await loadReport(trx, delivery.report_id);
    const {
      mark,
      mention,
      created_at: createdAt,
    } = await trx
      .selectFrom('deliveries')
      .select(['mark', 'mention', 'created_at'])
      .where('id', '=', delivery.id)
      .executeTakeFirstOrThrow();
    const { channel } = delivery;
    const offers = offersOf(deps.replyLinks, report, { id: delivery.id, createdAt });
    const rendered = deps.renderer.renderPlainest({ ...report.content, channel, mark, mention, ...offers });
    await trx
      .updateTable('deliveries')
      .set({
        body: JSON.stringify(rendered.body),
        template_version: rendered.templateVersion,
        plainest: true,
        // The message it answered may be what was refused.
        answers_receipt: null,
      })
      .where('id', '=', delivery.id)
      .execute();
  };
}
