import type { DemoCall } from './enter.ts';

const CALL_BACK = '折り返し希望';
const MESSAGE_ONLY = '伝言のみ';
const WILL_CALL_AGAIN = '再度お電話くださるとのこと';
const NO_CALL_BACK = '折り返し不要';

/**
 * A day of an answering service, in the order it is typed: fictional people, companies and numbers. Sales calls
 * in one line, as operators do; most others by the form.
 */
export const DAY: readonly DemoCall[] = [
  ...morning(),
  ...lateMorning(),
  ...earlyAfternoon(),
  ...lateAfternoon(),
];

function sales(at: string, client: string, message?: string): DemoCall {
  return { at, client, kind: '営業', line: true, ...(message === undefined ? {} : { message }) };
}

/** Somebody with a name and a number that was read back. */
function caller(company: string | undefined, name: string, kana: string, number: string) {
  return { ...(company === undefined ? {} : { company }), name, kana, number, confirmed: true } as const;
}

function morning(): readonly DemoCall[] {
  return [
    sales('09:02', 'acme', '光回線の切り替え'),
    {
      at: '09:04',
      client: 'sakura',
      kind: '用件',
      addressee: '高橋美咲',
      ...caller(undefined, '田中', 'タナカ', '090-0000-1201'),
      message: '10時の予約に15分ほど遅れるとのことです。診察券番号は1042番です。',
      wish: MESSAGE_ONLY,
    },
    {
      at: '09:06',
      client: 'hinata',
      kind: '用件',
      ...caller(undefined, '山本', 'ヤマモト', '090-0000-1202'),
      message: 'ひまわり組の山本みおさん、発熱のためお休みするとのことです。',
      wish: NO_CALL_BACK,
      urgent: true,
    },
    {
      at: '09:08',
      client: 'acme',
      kind: '用件',
      addressee: '山田太郎',
      ...caller('株式会社サンプル', '佐藤', 'サトウ', '03-5550-0123'),
      message: '見積書の件',
      wish: CALL_BACK,
    },
    sales('09:11', 'noa', 'ウェブ広告の提案'),
    {
      at: '09:13',
      client: 'koyo',
      kind: '用件',
      addressee: '伊藤翔',
      ...caller('見本マンション管理組合', '小川', 'オガワ', '0422-12-3456'),
      message: '3階の共用廊下で水漏れしているとのことです。できるだけ早く見に来てほしいとのご希望です。',
      wish: CALL_BACK,
      urgent: true,
    },
    sales('09:15', 'tanaka-zei', '複合機のリース'),
    {
      at: '09:17',
      client: 'fuji',
      kind: '用件',
      ...caller('サンプル物産株式会社', '斎藤', 'サイトウ', '045-555-0301'),
      message: '伝票番号 1024-7781 の荷物がまだ届かないとのことです。到着の見込みを知りたいそうです。',
      wish: CALL_BACK,
    },
    {
      at: '09:20',
      client: 'umi',
      kind: '用件',
      addressee: '吉田弁護士',
      ...caller(undefined, '中島', 'ナカジマ', '080-0000-1203'),
      message: '次回の打ち合わせの日程を変更したいとのことです。',
      wish: CALL_BACK,
    },
    sales('09:22', 'acme', '人材紹介'),
    sales('09:24', 'sakura', '医療機器の案内'),
    {
      at: '09:27',
      client: 'tsubaki',
      kind: '用件',
      ...caller(undefined, '岡田', 'オカダ', '090-0000-1204'),
      message: '12月12日から1泊、大人2名で空きがあるか知りたいとのことです。',
      wish: CALL_BACK,
    },
    {
      at: '09:30',
      client: 'midori',
      kind: '用件',
      addressee: '加藤由美',
      ...caller(undefined, '石川', 'イシカワ', '070-0000-1205'),
      message: 'みどりハイツ203号室の内見を希望されています。土曜日の午前中が都合がよいそうです。',
      wish: CALL_BACK,
    },
    sales('09:33', 'midori', '不動産ポータルへの掲載'),
    {
      at: '09:36',
      client: 'noa',
      kind: '無言・不気味な電話',
      noNumber: '非通知',
      message: '出てから20秒ほど無言で、最後に笑い声だけが聞こえて切れました。',
    },
    { at: '09:40', client: 'hoshi', kind: '間違い', line: true, message: '別の会社とのお間違え' },
  ];
}

function lateMorning(): readonly DemoCall[] {
  return [
    {
      at: '10:02',
      client: 'tanaka-zei',
      kind: '用件',
      addressee: '田中誠',
      ...caller('サンプル商店', '前田', 'マエダ', '03-5550-0311'),
      message: '年末調整の書類について質問があるとのことです。',
      wish: CALL_BACK,
    },
    sales('10:05', 'koyo', '太陽光パネル'),
    {
      at: '10:08',
      client: 'umi',
      kind: '嫌がらせ',
      noNumber: '非通知',
      message: '名乗らず、担当弁護士を出すよう繰り返し要求されました。',
      quote: 'いるのは分かっている。出すまで何度でもかける',
      surcharge: '暴言・大声',
    },
    {
      at: '10:11',
      client: 'hoshi',
      kind: '用件',
      addressee: '星野あかり',
      ...caller('サンプル出版株式会社', '藤田', 'フジタ', '03-5550-0312'),
      message:
        '表紙の色校正が出たので確認してほしいとのことです。データは https://proof.example/7781 にあるそうです。',
      wish: MESSAGE_ONLY,
    },
    sales('10:14', 'hoshi', 'SEO対策'),
    sales('10:16', 'fuji', '燃料カード'),
    {
      at: '10:19',
      client: 'sakura',
      kind: '用件',
      ...caller(undefined, '後藤', 'ゴトウ', '0120-000-313'),
      message: '健康診断の料金と、空いている日を知りたいとのことです。',
      wish: CALL_BACK,
    },
    {
      at: '10:22',
      client: 'acme',
      kind: '用件',
      addressee: '佐藤花子',
      ...caller('見本工業株式会社', '長谷川', 'ハセガワ', '06-5550-0314'),
      message: '品番 A-100 を20個、今月末までに納品できるか確認したいとのことです。',
      wish: CALL_BACK,
    },
    {
      at: '10:25',
      client: 'kaede',
      kind: '用件',
      ...caller(undefined, '村上', 'ムラカミ', '090-0000-1206'),
      message: '営業の再開日を知りたいとのことです。',
      wish: NO_CALL_BACK,
    },
    sales('10:28', 'hinata', '教材の案内'),
    {
      at: '10:31',
      client: 'noa',
      kind: '用件',
      addressee: '林さくら',
      ...caller('サンプル新聞社', '近藤', 'コンドウ', '03-5550-0315'),
      message: '新製品の取材をお願いしたいとのことです。来週のご都合をうかがいたいそうです。',
      wish: CALL_BACK,
    },
    {
      at: '10:34',
      client: 'fuji',
      kind: '不明',
      line: true,
      message: '用件を言わず、社長の在席だけを尋ねて切れた',
    },
    {
      at: '10:37',
      client: 'midori',
      kind: '用件',
      addressee: '中村大輔',
      ...caller('見本建設有限会社', '遠藤', 'エンドウ', '06-5550-0316'),
      message: '東町の土地の件で、測量図を送ってほしいとのことです。',
      wish: MESSAGE_ONLY,
    },
    sales('10:40', 'umi', '電話相談サイトへの登録'),
    {
      at: '10:44',
      client: 'hinata',
      kind: '用件',
      ...caller(undefined, '坂本', 'サカモト', '090-0000-1207'),
      message: 'お迎えが祖母に代わるとのことです。お名前は坂本和子さんです。',
      wish: NO_CALL_BACK,
      urgent: true,
    },
    {
      at: '10:48',
      client: 'umi',
      kind: '嫌がらせ',
      noNumber: '非通知',
      message: '先ほどと同じ声の方から、同じ内容の電話でした。',
      quote: '次は事務所まで行く',
      surcharge: '暴言・大声',
    },
  ];
}

function earlyAfternoon(): readonly DemoCall[] {
  return [
    sales('13:01', 'acme', 'オフィス用品'),
    {
      at: '13:03',
      client: 'tsubaki',
      kind: '用件',
      ...caller('サンプル旅行株式会社', '青木', 'アオキ', '03-5550-0321'),
      message: '1月の団体20名の見積もりをお願いしたいとのことです。',
      wish: CALL_BACK,
    },
    {
      at: '13:05',
      client: 'acme',
      kind: '用件',
      addressee: '山田太郎',
      ...caller('株式会社サンプル', '佐藤', 'サトウ', '03-5550-0123'),
      message: '午前の見積書の件で、数量を30個に変更したいとのことです。',
      wish: CALL_BACK,
    },
    sales('13:08', 'tsubaki', '予約サイトの案内'),
    sales('13:10', 'kaede', '決済端末'),
    {
      at: '13:13',
      client: 'koyo',
      kind: '用件',
      addressee: '渡邉修',
      ...caller('㈱サンプル電機', '髙橋', 'タカハシ', '0422-21-3456'),
      message: 'エアコン①〜③号機の点検日を決めたいとのことです。',
      wish: CALL_BACK,
    },
    {
      at: '13:16',
      client: 'sakura',
      kind: 'いたずら電話',
      noNumber: '公衆電話',
      message: '子どもの声で、でたらめな診察券番号を言って笑って切れました。',
    },
    {
      at: '13:19',
      client: 'fuji',
      kind: '用件',
      addressee: '井上里奈',
      ...caller('見本商事株式会社', '福田', 'フクダ', '03-5550-0322'),
      message: '先月分の請求書が届いていないとのことです。',
      wish: CALL_BACK,
    },
    sales('13:22', 'noa', '新電力への切り替え'),
    sales('13:24', 'midori', '投資用マンション'),
    {
      at: '13:27',
      client: 'hoshi',
      kind: '用件',
      ...caller(undefined, '三浦', 'ミウラ', '080-0000-1208'),
      message: 'ロゴの制作費の目安を知りたいとのことです。',
      wish: CALL_BACK,
    },
    {
      at: '13:30',
      client: 'umi',
      kind: '用件',
      addressee: '山口弁護士',
      ...caller('横浜見本地方裁判所', '原', 'ハラ', '045-555-0323'),
      message: '期日の変更について、書面を送付したとのことです。',
      wish: NO_CALL_BACK,
    },
    sales('13:33', 'sakura', '求人広告'),
    {
      at: '13:36',
      client: 'noa',
      kind: '無言・不気味な電話',
      noNumber: '非通知',
      message: '無言のまま30秒ほどで切れました。',
    },
    { at: '13:39', client: 'tanaka-zei', kind: '間違い', line: true, message: '別の事務所とのお間違え' },
    {
      at: '13:42',
      client: 'midori',
      kind: '用件',
      ...caller(undefined, '西村', 'ニシムラ', '04992-2-2345'),
      message: '更新料の振込先を知りたいとのことです。',
      wish: CALL_BACK,
    },
    sales('13:45', 'tanaka-zei', '会計ソフト'),
  ];
}

function lateAfternoon(): readonly DemoCall[] {
  return [
    {
      at: '15:02',
      client: 'acme',
      kind: '用件',
      addressee: '経理ご担当者',
      ...caller('見本銀行', '太田', 'オオタ', '03-5550-0331'),
      message: '口座振替の用紙の件で確認したいことがあるとのことです。',
      wish: WILL_CALL_AGAIN,
    },
    sales('15:05', 'koyo', '作業服'),
    {
      at: '15:08',
      client: 'hinata',
      kind: '用件',
      ...caller('見本市役所', '藤井', 'フジイ', '045-555-0332'),
      message: '施設調査の書類を今週中に提出してほしいとのことです。',
      wish: MESSAGE_ONLY,
    },
    sales('15:11', 'fuji', '車両リース'),
    {
      at: '15:14',
      client: 'fuji',
      kind: '用件',
      noNumber: '表示圏外',
      name: '岡本',
      kana: 'オカモト',
      message: '集荷の時間を16時以降に変えてほしいとのことです。',
      wish: MESSAGE_ONLY,
    },
    {
      at: '15:17',
      client: 'tsubaki',
      kind: '用件',
      ...caller(undefined, '松田', 'マツダ', '0800-123-4567'),
      message: 'チェックインが21時ごろになるとのことです。',
      wish: NO_CALL_BACK,
      urgent: true,
    },
    sales('15:20', 'hoshi', 'クラウド会計'),
    {
      at: '15:23',
      client: 'sakura',
      kind: '用件',
      addressee: '鈴木一郎',
      ...caller('サンプル製薬株式会社', '中野', 'ナカノ', '050-5550-0333'),
      message: '勉強会の資料の件で、鈴木先生とお話ししたいとのことです。',
      wish: WILL_CALL_AGAIN,
    },
    sales('15:26', 'umi', '会員制度の案内'),
    {
      at: '15:29',
      client: 'koyo',
      kind: '用件',
      ...caller(undefined, '原田', 'ハラダ', '090-0000-1209'),
      message: '給湯器からお湯が出ないとのことです。夕方以降なら在宅とのことです。',
      wish: CALL_BACK,
    },
    sales('15:32', 'hinata', '清掃サービス'),
    {
      at: '15:35',
      client: 'noa',
      kind: '用件',
      addressee: '木村拓海',
      ...caller('ノバサンプル合同会社', '竹内', 'タケウチ', '+1 212 555 0134'),
      message: '契約書の英訳について確認したいとのことです。',
      wish: CALL_BACK,
    },
    sales('15:38', 'tsubaki', '予約管理システム'),
    {
      at: '15:41',
      client: 'midori',
      kind: '用件',
      addressee: '小林健',
      ...caller('見本管理株式会社', '和田', 'ワダ', '06-5550-0334'),
      message: '来月の更新手続きの一覧を受け取りたいとのことです。',
      wish: MESSAGE_ONLY,
    },
    sales('15:44', 'noa', '名刺アプリ'),
    {
      at: '15:47',
      client: 'umi',
      kind: '嫌がらせ',
      noNumber: '非通知',
      message: '同じ声の方からの3回目の電話でした。',
      quote: '名前を教えろ',
      surcharge: '執拗',
    },
  ];
}
