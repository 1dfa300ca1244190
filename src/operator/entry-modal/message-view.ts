import type { types } from '@slack/bolt';
import { plainSection } from '../plain-message.ts';
import { plain } from './elements.ts';

/** A modal that only says something. */
export function messageView(title: string, paragraphs: readonly string[]): types.ModalView {
  return {
    type: 'modal',
    title: plain(title),
    close: plain('閉じる'),
    blocks: paragraphs.map(plainSection),
  };
}
