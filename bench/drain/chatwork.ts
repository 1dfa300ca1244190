import type { Channel } from '../../src/channels/channel.ts';
import { createChatworkChannel } from '../../src/channels/chatwork/channel.ts';
import type { ChatworkBody } from '../../src/domain/body.ts';
import type { Course } from './contender.ts';

export const TIMEOUT_MS = 45_000;

/** The program's own way to post, so that every contender has the same HTTP client. */
export function openChatwork(course: Course): Channel<ChatworkBody> {
  return createChatworkChannel({
    apiToken: 'bench',
    apiUrl: `${course.farSideUrl}/v2`,
    clock: () => new Date(),
  });
}
