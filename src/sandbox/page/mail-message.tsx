import type { ArrivedInMail } from '../arrived.ts';
import { Moment, Text } from './text.tsx';

/** A mail in a mailbox; `open` shows it, otherwise it is a line that opens. */
export function MailMessage({ message, open }: { readonly message: ArrivedInMail; readonly open: boolean }) {
  return (
    <article class="message mail" id={`m-${message.number}`} aria-label={`メール ${message.number}`}>
      <details data-key={`mail-${message.number}`} open={open}>
        <summary>
          <strong>
            <Text text={message.subject} />
          </strong>
          <Moment at={message.at} />
        </summary>
        <dl class="mail-head">
          <dt>差出人</dt>
          <dd>
            <Text text={message.from} />
          </dd>
          <dt>宛先</dt>
          <dd>
            <Text text={message.to || message.target} />
          </dd>
        </dl>
        {message.html === null ? (
          <div class="body">
            <Text text={message.text} links />
          </div>
        ) : (
          <>
            <iframe
              src={`mail/${message.number}`}
              title={`メールの本文 ${message.number}: ${message.subject}`}
              sandbox="allow-same-origin"
              loading="lazy"
            />
            <details data-key={`text-${message.number}`}>
              <summary>テキスト版</summary>
              <div class="body">
                <Text text={message.text} links />
              </div>
            </details>
          </>
        )}
        <details data-key={`head-${message.number}`}>
          <summary>ヘッダー</summary>
          <dl class="mail-head raw">
            <dt>envelope from</dt>
            <dd>{message.envelope.from}</dd>
            <dt>envelope to</dt>
            <dd>{message.envelope.to.join(', ')}</dd>
            {Object.entries(message.headers).map(([name, value]) => (
              <>
                <dt>{name}</dt>
                <dd>
                  <Text text={value} />
                </dd>
              </>
            ))}
          </dl>
        </details>
      </details>
    </article>
  );
}
