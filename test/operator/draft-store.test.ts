import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMPTY_DRAFT } from '../../src/operator/entry-modal/draft.ts';
import {
  deleteDraft,
  findDraft,
  purgeDrafts,
  saveDraft,
} from '../../src/operator/entry-modal/draft-store.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

const NOW = new Date('2026-06-18T04:05:00Z');

describe('drafts', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test.dispose());
  const save = (viewId: string, actedAt: number, patch: object, operatorId = 'U1') =>
    saveDraft(test.database.db, { viewId, operatorId, patch, actedAt, now: NOW });

  it('merges what is shown and keeps what is not', async () => {
    await save('V1', 1, { company: '見本', message: '件', urgent: true, addressees: { a: 'm1' } });
    expect(await save('V1', 2, { message: null, kind: 'sales', addressees: { b: 'm2' } })).toEqual({
      ...EMPTY_DRAFT,
      company: '見本',
      kind: 'sales',
      urgent: true,
      addressees: { a: 'm1', b: 'm2' },
    });
    expect(await findDraft(test.database.db, 'V1', 'U1')).toMatchObject({ company: '見本', kind: 'sales' });
  });

  it('lets the later action win when two arrive in the wrong order', async () => {
    await save('V2', 10.5, { kind: 'message', company: '後' });
    expect(await save('V2', 10.25, { kind: 'sales', company: '先', name: '佐藤' })).toMatchObject({
      kind: 'message',
      company: '後',
      name: '佐藤',
    });
  });

  it('P9 shows a draft to its own operator alone', async () => {
    await save('V3', 1, { company: '見本' });
    expect(await findDraft(test.database.db, 'V3', 'U2')).toBeUndefined();
    expect(await save('V3', 2, { name: 'x' }, 'U2')).toEqual({ ...EMPTY_DRAFT, name: 'x' });
    expect(await findDraft(test.database.db, 'V3', 'U1')).toMatchObject({ company: '見本', name: null });
  });

  it('keeps what jsonb cannot hold as signs', async () => {
    expect(await save('V4', 1, { message: 'a\u0000b\ud800c' })).toMatchObject({ message: 'a\u2400b\ufffdc' });
  });

  it('goes with its call, and after a day', async () => {
    await save('V5', 1, {});
    await deleteDraft(test.database.db, 'V5');
    expect(await findDraft(test.database.db, 'V5', 'U1')).toBeUndefined();
    const before = new Date(NOW.getTime() + 1);
    expect(await purgeDrafts(test.database.db, NOW)).toBe(0);
    expect(await purgeDrafts(test.database.db, before)).toBe(4);
    expect(await purgeDrafts(test.database.db, before)).toBe(0);
  });
});
