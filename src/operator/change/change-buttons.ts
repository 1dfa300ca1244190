import type { ChangeType } from '../../domain/change.ts';
import { plain } from '../entry-modal/elements.ts';

/** `action_id`s of the buttons under an entry; `value` is the call's id. */
export const CHANGE_ACTION: Readonly<Record<ChangeType, string>> = {
  corrected: 'call_correct',
  retracted: 'call_retract',
  reclassified: 'call_reclassify',
};

export const CHANGE_LABEL: Readonly<Record<ChangeType, string>> = {
  corrected: '訂正',
  retracted: '取消',
  reclassified: '種別を変更',
};

/** [訂正] [取消] [種別を変更] of one call, as a block for a message or the App Home. */
export function changeButtons(callId: string): Readonly<Record<string, unknown>> {
  return {
    type: 'actions',
    block_id: `call.${callId}`,
    elements: (['corrected', 'retracted', 'reclassified'] as const).map((type) => ({
      type: 'button',
      action_id: CHANGE_ACTION[type],
      text: plain(CHANGE_LABEL[type]),
      value: callId,
    })),
  };
}
