/** What can happen to a call on record: 訂正, 取消, 種別を変更. */
export const CHANGE_TYPES = ['corrected', 'retracted', 'reclassified'] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** How long operators may change their own entries. Supervisors may at any time. */
export const OWN_ENTRY_MS = 24 * 3_600_000;

/** The longest reason that is kept, in UTF-16 code units. */
export const REASON_LIMIT = 300;

/** Who wants to change a call. */
export interface Changer {
  readonly id: string;
  readonly name: string;
  readonly supervisor: boolean;
}

/** Why somebody may not change a call; null when they may. */
export function barredFromChange(
  call: { readonly operatorId: string; readonly recordedAt: Date; readonly retracted: boolean },
  by: Pick<Changer, 'id' | 'supervisor'>,
  now: Date,
): 'retracted' | 'not-yours' | 'too-late' | null {
  if (!by.supervisor) {
    if (call.operatorId !== by.id) return 'not-yours';
    if (now.getTime() - call.recordedAt.getTime() > OWN_ENTRY_MS) return 'too-late';
  }
  return call.retracted ? 'retracted' : null;
}
