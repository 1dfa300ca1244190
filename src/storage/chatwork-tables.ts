import type { Generated } from 'kysely';
import type { AnswerChoice } from '../domain/cases/answers.ts';

/**
 * What became of a message in Chatwork: taken as an answer · asked back · passed to staff · polite words, left alone ·
 * none of ours to answer · our own · an earlier version of what was handled already · given up, staff was told.
 */
export type ChatworkReplyOutcome =
  | 'answered'
  | 'asked'
  | 'passed'
  | 'courtesy'
  | 'unrelated'
  | 'own'
  | 'outdated'
  | 'failed';

/** What has to do with clients' messages in Chatwork. */
export interface ChatworkTables {
  /** What people wrote to us in Chatwork, each version of a message once; worked off from here. */
  chatwork_replies: {
    id: string;
    room_id: string;
    message_id: string;
    /** Unix seconds of the edit; 0 as first written. */
    update_time: number;
    account_id: string;
    sent_at: Date;
    /** How it was learnt of first. */
    source: 'message_created' | 'message_updated' | 'mention_to_me' | 'look';
    /** As posted; null once it is handled: the words stay where they were passed to, and nowhere else (P10). */
    body: string | null;
    received_at: Date;
    /** When the webhook brought it, which may be after a look found it. */
    webhook_at: Date | null;
    state: 'waiting' | 'handling' | 'handled';
    next_attempt_at: Date;
    lease_until: Date | null;
    failures: Generated<number>;
    outcome: ChatworkReplyOutcome | null;
    case_id: string | null;
    delivery_id: string | null;
    choice: AnswerChoice | null;
    /** `YYYY-MM-DD`. */
    until: string | null;
    handled_at: Date | null;
  };
  /** One row: when the room list, and when a room, may be asked for next, by whichever process comes first. */
  chatwork_looks: { id: Generated<boolean>; next_at: Date; room_at: Date; webhook_since: Date | null };
  /** Rooms where a case is open, and up to when they were read. */
  chatwork_rooms: {
    room_id: string;
    /** Chatwork's time of the newest message, unix seconds, when the room was read last. */
    read_up_to: number;
    /** The same, as the room list tells it now: larger means that there is something to read. */
    changed_at: number;
    mentions: number;
    looking_until: Date | null;
  };
}
