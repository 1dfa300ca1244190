/*
 * What a client is told in Slack about its answer to a report.
 */

export const NOT_HERE =
  'この報告が届いたメッセージでだけ、ご回答いただけます。届いたメッセージから押してください。';
export const REVOKED =
  'この報告は取り消されたか、ご対応が終わっているため、ここからはご回答いただけません。ご用の際は、電話代行の担当者までお知らせください。';
export const UNSETTLED = '送信の確認中です。1分ほどたってから、もう一度お試しください。';
export const NOT_OPENED = '回答の画面を開けませんでした。少し待ってから、もう一度押してください。';
export const NOT_RECORDED =
  'ご回答を記録できませんでした。入力した内容はこのままです。少し待ってから、もう一度「回答する」を押してください(二重には記録されません)。';
export const RECORDED = 'ご回答を承りました。ありがとうございます。';
