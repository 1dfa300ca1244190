import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANSWER_CHOICES, ANSWER_LABELS, type AnswerChoice } from '../../../src/domain/cases/answers.ts';
import { readPlainAnswer } from '../../../src/domain/cases/plain-answer.ts';

/** Thursday. */
const TODAY = '2026-06-18';
const read = (text: string, before: AnswerChoice | null = null) =>
  readPlainAnswer(text, { today: TODAY, before, numbered: true });

describe('plain words that are an answer', () => {
  const ANSWERS: Readonly<Record<AnswerChoice, readonly (readonly [string, string?])[]>> = {
    known: [
      ['心当たりあり'],
      ['心当たりがあります。'],
      ['はい、心当たりがあります。以前退職した社員だと思います。'],
      ['お世話になっております。山田です。\n心当たりございます。よろしくお願いいたします。'],
      ['こころあたりあります'],
      ['ココロアタリあります'],
      ['心あたりがありますので、社内で共有します'],
      ['思い当たる節があります'],
      ['思い当たる人物がいます。'],
      ['身に覚えがあります'],
      ['1'],
      ['①'],
      ['１番です'],
      ['1番でお願いします。'],
      ['1 心当たりあり'],
      ['(1)'],
      ['心当たり:あり'],
      ['社内で確認したところ、心当たりがあるとのことです。'],
    ],
    unknown: [
      ['心当たりなし'],
      ['心当たりはありません'],
      ['心当たりはございません。'],
      ['特に心当たりはありません。ありがとうございます。'],
      ['全く心当たりがないです'],
      ['心当たりがありませんでした'],
      ['心当たりは無いです。'],
      ['いいえ、心当たりありません'],
      ['心当たりはないと思います。'],
      ['思い当たることはありません'],
      ['身に覚えがないです'],
      ['心当たりありません。転送は止めません。'],
      ['心当たりありませんが、何かわかりましたらご連絡します'],
      ['２'],
      ['2でお願いします'],
      ['こころ当たりなしです'],
    ],
    contact: [
      ['当社から相手に連絡する'],
      ['こちらから相手に連絡します'],
      ['弊社から先方へ連絡いたします。'],
      ['相手の方に電話しました'],
      ['心当たりがありますので、当社から本人に連絡します。'],
      ['心当たりあります。こちらから相手方に注意いたします'],
      ['社長から先方に電話を入れます'],
      ['本人にやめるように伝えます'],
      ['6月25日までに相手に連絡します', '2026-06-25'],
      ['本日、当社から相手に連絡します', '2026-06-18'],
      ['来週月曜日に先方に電話します', '2026-06-22'],
      ['3'],
      ['3番でお願いいたします'],
    ],
    pause: [
      ['転送を停止する'],
      ['転送停止します'],
      ['転送を止めます。'],
      ['しばらく転送を止めておきます'],
      ['転送をストップします'],
      ['転送電話をオフにします'],
      ['貴社への転送を一旦停止いたします'],
      ['転送はもう止めました'],
      ['12/5まで転送停止します', '2026-12-06'],
      ['来月10日まで転送を止めます', '2026-07-11'],
      ['転送を6月30日(火)まで停止します。', '2026-07-01'],
      ['転送を今月末まで止めます', '2026-07-01'],
      ['2週間転送を停止します', '2026-07-02'],
      ['一週間ほど、転送を止めます', '2026-06-25'],
      ['1か月間転送を停止します', '2026-07-18'],
      ['１ヶ月転送を停止します', '2026-07-18'],
      ['6/19から6/30まで転送を停止します', '2026-07-01'],
      ['転送を停止します。7月1日から再開予定です。', '2026-07-01'],
      ['転送を停止し、7/1に再開します', '2026-07-01'],
      ['4'],
      ['4 12月5日まで', '2026-12-06'],
      ['4番、来週金曜日まで', '2026-06-27'],
      ['④転送を停止する(7月10日まで)', '2026-07-11'],
      ['4でお願いします。20日まで', '2026-06-21'],
      ['心当たりはありませんが、念のため転送を止めます'],
      ['転送停止中です'],
      ['転送停止でお願いします'],
      ['転送を停止します(期間:7/1〜7/31)', '2026-08-01'],
      ['3日間ほど転送を止めようと思います', '2026-06-21'],
      ['転送停止しました。再開日は未定です。'],
      ['4、期間は未定です'],
      ['回答：4'],
      ['転送停止(12月5日〜12月10日)', '2026-12-11'],
      ['当面転送を停止することにしました'],
    ],
    self: [
      ['当社で対応する'],
      ['当社で対応します'],
      ['弊社にて対応いたします。'],
      ['こちらで対応します。ご迷惑をおかけします。'],
      ['うちで対応するつもりです'],
      ['心当たりがあるため、当社で対応させていただきます'],
      ['転送は止めません。当社で対応します'],
      ['6月末まで当社で対応します', '2026-06-30'],
      ['しばらくは、こちらで電話を取ります'],
      ['しばらくは自社で対応いたします'],
      ['5'],
    ],
    contract: [
      ['契約の休止・解約を相談する'],
      ['契約の休止を相談したいです'],
      ['解約したい'],
      ['解約を考えています'],
      ['サービスの解約を検討しています'],
      ['契約を休止したいと思います'],
      ['解約します'],
      ['6'],
      ['6番を選択します'],
    ],
  };

  for (const choice of ANSWER_CHOICES) {
    it.each(ANSWERS[choice].map(([text, until]) => [text, until ?? null] as const))(
      `${ANSWER_LABELS[choice]}: %s`,
      (text, until) => {
        expect(read(text)).toMatchObject({ type: 'answer', choice, until, asks: false });
      },
    );
  }

  it('reads a day alone as the end of the pause that was answered, and of nothing else', () => {
    const later = { type: 'answer', choice: 'pause', knows: null, until: '2026-12-06', asks: false };
    expect(read('12月5日までです', 'pause')).toEqual(later);
    expect(read('12/5まででお願いします', 'pause')).toEqual(later);
    expect(read('12月6日に再開します', 'pause')).toEqual(later);
    expect(read('12月5日までです').type).toBe('unclear');
    expect(read('12月5日までです', 'self').type).toBe('unclear');
  });

  it('keeps what is known beside what is done about it', () => {
    expect(read('心当たりがありますので、当社から本人に連絡します。')).toMatchObject({
      choice: 'contact',
      knows: 'known',
    });
    expect(read('2と4、12/5まで')).toMatchObject({ choice: 'pause', knows: 'unknown', until: '2026-12-06' });
    expect(read('転送を止めます')).toMatchObject({ choice: 'pause', knows: null });
    expect(read('心当たりなし')).toMatchObject({ choice: 'unknown', knows: null });
  });

  it('takes a number only for a list that was shown with numbers', () => {
    for (const text of ['4', '4番でお願いします', '4、12/5まで']) {
      expect(readPlainAnswer(text, { today: TODAY, before: null, numbered: false }).type).toBe('unclear');
    }
  });

  it('keeps an answer beside a question, which a person reads', () => {
    expect(read('心当たりはありません。相手はどんな声でしたか?')).toMatchObject({
      choice: 'unknown',
      asks: true,
    });
  });
});

describe('plain words that must not be taken for an answer', () => {
  it.each([
    '心当たりがないわけではありません',
    '心当たりがあるかもしれません',
    '心当たりがあるか確認します',
    '心当たりがあれば連絡します',
    '心当たりのない人から電話がありました',
    '転送は止めません',
    '転送停止はしません',
    '転送は停止できません',
    '転送を止めないことにしました',
    '転送を止めるつもりはありません',
    '転送停止を解除します',
    '転送停止、できません',
    '転送を停止するか検討します',
    '場合によっては転送を止めます',
    '相手に連絡がつきません',
    '相手から連絡がありました',
    '後ほど連絡します',
    '対応します',
    '対応できません',
    '当社で対応を検討します',
    '警察が対応します',
    '解約はしません',
    '解約したくないです',
    '契約は続けます',
    '3か4',
    '1/3',
    '転送を止めます。やっぱり止めません。',
    '転送を止めます。というのは冗談です。',
    '転送停止をお願いします',
    '本人に確認しました',
    '転送の再開日は12/5です',
    '転送を夜間だけ停止します',
    '弁護士から相手に連絡します',
    '転送停止は取り消します',
    '4番ではなく5番でお願いします',
    '心当たりなしから心当たりありに変更します',
    'なし',
    'はい',
    '2月30日まで転送を止めます',
    '6月19日(月)まで転送を止めます',
    '',
    '。。。',
    '[toall]',
  ])('%s', (text) => {
    expect(read(text).type).toBe('unclear');
  });

  it.each([
    '当社で対応します。あと転送も止めます。',
    '3と4',
    '3番と5番でお願いします',
    '心当たりあります。心当たりはありません。',
    '4 当社で対応する',
  ])('two that exclude each other: %s', (text) => {
    expect(read(text)).toEqual({ type: 'unclear', why: 'several' });
  });

  it.each([
    '心当たりはありますか?',
    '転送を止めるにはどうすればよいですか',
    '転送を止めたら電話は鳴りますか？',
    '料金はいくらですか',
    '解約したら費用はかかりますか？',
    '録音を送ってください',
    '転送を止めてください',
    'そちらで対応していただけますか',
    '転送を再開しました',
    `心当たりあります。${'とても長い話です。'.repeat(200)}`,
  ])('for a person: %s', (text) => {
    expect(read(text).type).toBe('for_staff');
  });

  it.each([
    'ありがとうございます。',
    '承知しました',
    'お世話になっております。ご報告ありがとうございます。',
    '了解です(bow)',
  ])('polite words: %s', (text) => {
    expect(read(text).type).toBe('courtesy');
  });

  it('never fails and never takes long, whatever is typed', () => {
    const piece = fc.constantFrom(
      ...[
        '心当たり',
        'が',
        'ありません',
        '転送',
        'を',
        '停止',
        'します',
        '12/5まで',
        '4',
        '。',
        '、',
        'ので',
        '当社で',
        '対応',
        ' ',
        '?',
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 60 }), (parts) => {
        const result = read(parts.join('').slice(0, 1000));
        return ['answer', 'for_staff', 'courtesy', 'unclear'].includes(result.type);
      }),
      { numRuns: 300 },
    );
    const began = performance.now();
    read('当社で対応'.repeat(200));
    read('しばらく転送を'.repeat(140));
    read('はい'.repeat(500));
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
