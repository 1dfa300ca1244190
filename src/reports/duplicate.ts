import type { EmailBody } from '../domain/body.ts';

const WARNING = '重複の可能性';

/**
 * The one resend P4 allows for an uncertain urgent or harassment mail: the same mail, its first body line saying
 * that it may have come before. The subject stays, since clients filter on it.
 */
export function warnOfDuplicate(body: EmailBody): EmailBody {
  return {
    subject: body.subject,
    text: `${WARNING}\n${body.text}`,
    html: body.html.replace(/<body\b[^>]*>/, (tag) => `${tag}\n<p style="margin:0 0 12px">${WARNING}</p>`),
  };
}
