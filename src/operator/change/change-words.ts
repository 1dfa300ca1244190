import type { ChangeResult } from '../../intake/change-call.ts';

/*
 * Why a call could not be changed, for whoever tried.
 */

export const NOT_CHANGED =
  '変更を記録できませんでした。この画面は開いたままで大丈夫です。少し待ってからもう一度押してください(二重には変更されません)。';

export const NOT_OPENED = '画面を開けませんでした。少し待ってからもう一度押してください。';

export const NOTHING_CHANGED = '変わったところがありません。直すところがなければ「閉じる」を押してください。';

export const BARRED: Readonly<Record<Extract<ChangeResult, { type: 'barred' }>['why'], string>> = {
  unknown: 'この受電は見つかりません。管理者へご連絡ください。',
  retracted: 'この受電は取消済みです。必要なら登録し直してください。',
  'not-yours': 'ほかの方の登録は、管理者だけが変更できます。',
  'too-late': '登録から24時間を過ぎています。変更が必要な場合は管理者へご連絡ください。',
  'changed-meanwhile':
    'この画面を開いたあとに、ほかの変更が登録されました。入力した内容を控えてこの画面を閉じ、最新の内容を確かめてからやり直してください。',
};
