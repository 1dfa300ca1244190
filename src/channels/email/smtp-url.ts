/** Where and how to hand mail over, read from `SMTP_URL`. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps:`). */
  readonly secure: boolean;
  /** Refuse to go on when the server does not offer STARTTLS. */
  readonly requireTls: boolean;
  /** Never use STARTTLS, even when it is offered. */
  readonly ignoreTls: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | null;
  /** Name we greet the server with; null: this machine's. */
  readonly name: string | null;
  /** False only for a relay with a certificate of its own making. */
  readonly verifyCertificate: boolean;
}

export type SmtpUrl =
  | { readonly ok: true; readonly server: SmtpServer }
  | { readonly ok: false; readonly message: string };

const FLAGS = ['requireTLS', 'ignoreTLS', 'tls.rejectUnauthorized'] as const;

/**
 * Reads `smtp://user:pass@host:587` or `smtps://…:465`. Query parameters: `requireTLS`, `ignoreTLS`,
 * `tls.rejectUnauthorized` (true or false) and `name`. A password is never sent unencrypted over a network by
 * accident: with a user and no `ignoreTLS=true`, STARTTLS is required unless the host is this machine. Messages
 * never quote the URL, which holds the password.
 */
export function parseSmtpUrl(raw: string): SmtpUrl {
  let url: URL;
  try {
    url = new URL(raw.trim());
  } catch {
    return refuse('is not a URL');
  }
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')
    return refuse('must begin with smtp:// or smtps://');
  if (url.hostname === '') return refuse('names no host');
  if ((url.pathname !== '' && url.pathname !== '/') || url.hash !== '') {
    return refuse('has something after the host; a password with /, ?, # or @ must be percent-encoded');
  }
  for (const [key, value] of url.searchParams) {
    if (key === 'name') continue;
    if (!FLAGS.some((flag) => flag === key)) return refuse(`has an unknown parameter ${JSON.stringify(key)}`);
    if (value !== 'true' && value !== 'false') return refuse(`takes true or false for ${key}`);
  }
  const credentials = decode(url.username, url.password);
  if (credentials === undefined) return refuse('has a broken percent-encoding in user or password');
  if ((credentials.user === '') !== (credentials.pass === ''))
    return refuse('needs both a user and a password, or neither');
  const auth = credentials.user === '' ? null : credentials;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'smtps:';
  const ignoreTls = url.searchParams.get('ignoreTLS') === 'true';
  const requireTls = url.searchParams.get('requireTLS');
  const exposed = auth !== null && !secure && !ignoreTls && !isThisMachine(host);
  return {
    ok: true,
    server: {
      host,
      port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
      secure,
      requireTls: requireTls === null ? exposed : requireTls === 'true',
      ignoreTls,
      auth,
      name: url.searchParams.get('name'),
      verifyCertificate: url.searchParams.get('tls.rejectUnauthorized') !== 'false',
    },
  };
}

function decode(user: string, pass: string): { user: string; pass: string } | undefined {
  try {
    return { user: decodeURIComponent(user), pass: decodeURIComponent(pass) };
  } catch {
    return undefined;
  }
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function refuse(what: string): SmtpUrl {
  return {
    ok: false,
    message: `the SMTP URL ${what}; it looks like smtp://user:password@mail.agency.example:587 or smtps://user:password@mail.agency.example:465`,
  };
}
