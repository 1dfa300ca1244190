import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientCard, resolveClient, searchClients } from '../../src/clients/directory.ts';
import { haystack } from '../../src/domain/search.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';

let opened: TestDatabase;
const now = new Date('2026-04-01T00:00:00Z');

function row(
  code: string,
  name: string,
  kana: string,
  aliases: string[] = [],
  status: 'active' | 'paused' | 'ended' = 'active',
) {
  return {
    id: v7(),
    code,
    name,
    kana,
    aliases,
    own_numbers: [],
    forwarding_numbers: [],
    status,
    greeting: null,
    operator_notes: null,
    search_text: haystack([code, name, kana, ...aliases]),
    created_at: now,
    updated_at: now,
  };
}

beforeAll(async () => {
  opened = await testDatabase();
  await opened.database.db
    .insertInto('clients')
    .values([
      row('acme', '株式会社アクメサンプル', 'アクメサンプル', ['アクメ']),
      row('acme-west', 'アクメサンプル西日本㈱', 'アクメサンプルニシニホン'),
      row('sakura', 'さくら見本クリニック', 'サクラミホンクリニック', ['さくらクリニック']),
      row('sakura2', '(有)桜見本工務店', 'サクラミホンコウムテン'),
      row('hanako', '髙橋見本税理士事務所', 'タカハシミホンゼイリシジムショ', ['髙橋税理士']),
      row('twin1', '双子サンプル', 'フタゴサンプル'),
      row('twin2', '株式会社双子サンプル', 'フタゴサンプル'),
      row('gone', '終了済サンプル', 'シュウリョウズミサンプル', [], 'ended'),
      row('rest', '休止中サンプル', 'キュウシチュウサンプル', [], 'paused'),
    ])
    .execute();
});
afterAll(() => opened.dispose());

const codes = async (text: string, limit = 20) =>
  (await searchClients(opened.database.db, text, limit)).map(({ code }) => code);

describe('searching', () => {
  test('by code, name, kana and alias, with every spelling of a legal form', async () => {
    expect(await codes('㈱アクメサンプル')).toEqual(['acme', 'acme-west']);
    expect(await codes('あくめ')).toEqual(['acme', 'acme-west']);
    expect(await codes('ｻｸﾗﾐﾎﾝ')).toEqual(['sakura', 'sakura2']);
    expect(await codes('高橋税理士')).toEqual(['hanako']);
    expect(await codes('ＨＡＮＡ')).toEqual(['hanako']);
  });

  test('an exact code comes first, then whole fields, then beginnings, then the rest', async () => {
    expect(await codes('acme')).toEqual(['acme', 'acme-west']);
    expect(await codes('アクメ')).toEqual(['acme', 'acme-west']);
    expect(await codes('フタゴサンプル')).toEqual(['twin1', 'twin2']);
    expect((await codes('見本')).toSorted()).toEqual(['hanako', 'sakura', 'sakura2']);
  });

  test('every word must be found, in any order', async () => {
    expect(await codes('西日本 アクメ')).toEqual(['acme-west']);
    expect(await codes('アクメ　クリニック')).toEqual([]);
  });

  test('ended clients are left out, paused ones are not, and the limit holds', async () => {
    expect(await codes('終了済')).toEqual([]);
    expect(await codes('休止中')).toEqual(['rest']);
    expect(await codes('', 3)).toHaveLength(3);
  });

  test('P6 signs of patterns and quotes are plain text', async () => {
    expect(await codes('%')).toEqual([]);
    expect(await codes("a'; drop table clients; --")).toEqual([]);
    expect(await codes('\\')).toEqual([]);
  });
});

describe('naming one client', () => {
  const named = async (word: string) => {
    const found = await resolveClient(opened.database.db, word);
    return found.type === 'one'
      ? found.client.code
      : `${found.type}: ${(found.type === 'many' ? found.clients : found.near).map(({ code }) => code).join(' ')}`;
  };

  test('a code decides, in any width and case', async () => {
    expect(await named('acme')).toBe('acme');
    expect(await named('ＡＣＭＥ')).toBe('acme');
  });

  test('a whole name, kana or alias decides', async () => {
    expect(await named('アクメ')).toBe('acme');
    expect(await named('(株)アクメサンプル')).toBe('acme');
    expect(await named('さくら クリニック')).toBe('sakura');
  });

  test('P9 a part never decides, however unique', async () => {
    expect(await named('さくら見本ク')).toBe('none: sakura');
    expect(await named('ニシニホン')).toBe('none: acme-west');
  });

  test('several of one name are all offered; a slip finds near ones; nonsense finds none', async () => {
    expect(await named('双子サンプル')).toBe('many: twin1 twin2');
    expect(await named('あくむ')).toBe('none: acme acme-west');
    expect(await named('ぬぬぬ')).toBe('none: ');
    expect(await named('さくら病院')).toBe('none: sakura sakura2');
    expect(await named('　')).toBe('none: ');
    expect(await named('gone')).toBe('none: ');
  });
});

test('a card holds what an operator needs, and only people who are still there', async () => {
  const { db } = opened.database;
  const [client] = await searchClients(db, 'acme', 1);
  const clientId = client?.id ?? '';
  const member = { client_id: clientId, kana: '', aliases: ['部長'], responsible: false, active: true };
  await db
    .insertInto('roster_members')
    .values([
      { ...member, id: v7(), name: '鈴木', position: 2 },
      { ...member, id: v7(), name: '山田', position: 1, responsible: true },
      { ...member, id: v7(), name: '退職', position: 0, active: false },
    ])
    .execute();
  const card = await clientCard(db, clientId);
  expect(card).toMatchObject({ code: 'acme', status: 'active', greeting: null, operatorNotes: null });
  expect(card?.roster.map(({ name, responsible }) => [name, responsible])).toEqual([
    ['山田', true],
    ['鈴木', false],
  ]);
  expect(await clientCard(db, v7())).toBeUndefined();
});

test('5,000 clients are searched in less than 20 ms', async () => {
  const many = await testDatabase();
  const { db } = many.database;
  const rows = Array.from({ length: 5000 }, (_, n) =>
    row(`client-${n}`, `株式会社サンプル商事${n}号店`, `サンプルショウジ${n}ゴウテン`, [
      `サンプル${n}`,
      `別名${n}`,
    ]),
  );
  for (let start = 0; start < rows.length; start += 500) {
    await db
      .insertInto('clients')
      .values(rows.slice(start, start + 500))
      .execute();
  }
  const times: number[] = [];
  for (let n = 0; n < 20; n += 1) {
    const began = performance.now();
    const found = await searchClients(db, n % 2 ? `さんぷるしょうじ${n * 17}` : 'サンプル', 100);
    times.push(performance.now() - began);
    expect(found.length).toBeGreaterThan(0);
  }
  await many.dispose();
  const median = times.toSorted((a, b) => a - b)[10] ?? Number.POSITIVE_INFINITY;
  expect(median).toBeLessThan(20);
});
