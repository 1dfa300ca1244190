import { Frame } from './frame.tsx';

/*
 * What the forms behind a link have in common: what is wrong, a note, and what was typed when it cannot be taken.
 */

/** Fields of `application/x-www-form-urlencoded`, each once; undefined when our own page cannot have sent it. */
export function readFields(sent: string, names: readonly string[]): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(sent)) {
    if (!names.includes(name) || fields.has(name)) return undefined;
    fields.set(name, value);
  }
  return fields;
}

/** The id a form carries: the same form sent twice is one. */
export const FORM_KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Browsers send line breaks as CRLF and count them as one character. */
export function typedText(value: string | undefined): string | undefined {
  return value?.replaceAll(/\r\n?/g, '\n');
}

/** `href`: of the field to put right. */
export function Problems({
  problems,
  submit,
}: {
  readonly problems: readonly { readonly href: string; readonly message: string }[];
  /** What the button is called. */
  readonly submit: string;
}) {
  return (
    <div class="error" role="alert">
      <p>まだ送信されていません。次の点をお直しのうえ、もう一度「{submit}」を押してください。</p>
      <ul>
        {problems.map(({ href, message }) => (
          <li>
            <a href={href}>{message}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function NotSentYet({ words }: { readonly words: string }) {
  return (
    <p class="error" role="alert">
      まだ送信されていません。{words}ご入力の内容は、下にそのまま残っています。
    </p>
  );
}

/** A link that no longer works, under what was typed meanwhile: it can be copied and told another way. */
export function GoneWithNotePage({
  title,
  words,
  note,
}: {
  readonly title: string;
  readonly words: string;
  readonly note: string;
}) {
  return (
    <Frame title={title}>
      <p>{words}</p>
      <label for="note">お書きになった補足(送信されていません)</label>
      <textarea id="note" rows={6} readonly>
        {`\n${note}`}
      </textarea>
    </Frame>
  );
}

export function NoteField({
  name,
  label,
  note,
  limit,
  problems,
  autofocus,
}: {
  readonly name: string;
  readonly label: string;
  readonly note: string | null;
  /** UTF-16 code units. */
  readonly limit: number;
  readonly problems: readonly string[];
  readonly autofocus: boolean;
}) {
  return (
    <div class="field">
      <label for="note">{label}</label>
      <p id="note-hint">
        {limit.toLocaleString('en-US')}
        文字まで。担当者にお伝えし、このページには表示しません。
      </p>
      <FieldError id="note-error" messages={problems} />
      <textarea
        name={name}
        id="note"
        rows={5}
        autofocus={autofocus}
        aria-invalid={problems.length > 0 ? 'true' : undefined}
        aria-describedby={described('note', problems)}
      >
        {/* A browser drops the first line break inside. */}
        {`\n${note ?? ''}`}
      </textarea>
    </div>
  );
}

export function described(field: string, problems: readonly string[]): string {
  return problems.length > 0 ? `${field}-hint ${field}-error` : `${field}-hint`;
}

export function FieldError({ id, messages }: { readonly id: string; readonly messages: readonly string[] }) {
  return messages.length === 0 ? null : (
    <p class="field-error" id={id}>
      {messages.join('\n')}
    </p>
  );
}
