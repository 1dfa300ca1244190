import type { ReportPurpose } from '../domain/call.ts';
import { offersDone } from '../domain/done.ts';
import type { DoneLinks } from '../domain/done-link.ts';
import type { DoneOffer } from '../reports/done.ts';

/** What a delivery's body says about marking it done; always the same for the same delivery. */
export function doneOffer(
  links: DoneLinks | undefined,
  purpose: ReportPurpose,
  delivery: { readonly id: string; readonly createdAt: Date },
): DoneOffer | null {
  return offersDone(purpose) ? { url: links?.url(delivery) ?? null, deliveryId: delivery.id } : null;
}
