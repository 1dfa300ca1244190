import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainMessage } from '../../src/operator/plain-message.ts';

const textOf = (block: Readonly<Record<string, unknown>>) => (block.text as { readonly text: string }).text;

describe('plain messages', () => {
  it('P6 hold any text whole, in blocks Slack takes, without markup', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 9000 }), { maxLength: 3 }),
        (paragraphs) => {
          const { text, blocks } = plainMessage(paragraphs);
          expect(blocks.map(textOf).join('')).toBe(paragraphs.join(''));
          for (const block of blocks) {
            expect(block).toMatchObject({ type: 'section', text: { type: 'plain_text', emoji: false } });
            expect(textOf(block).length).toBeGreaterThan(0);
            expect(textOf(block).length).toBeLessThanOrEqual(3000);
          }
          expect(text).not.toMatch(/[<>]/);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('split long text between characters', () => {
    const { blocks } = plainMessage(['𠮷'.repeat(4000)]);
    expect(blocks.length).toBe(3);
    for (const block of blocks) expect(textOf(block)).toMatch(/^(?:𠮷)+$/);
  });
});
