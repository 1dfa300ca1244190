import { z } from 'zod';

/** Slack keeps these for itself: a manifest that names one is refused, or the command never reaches the app. */
const SLACK_BUILT_IN = [
  '/active',
  '/apps',
  '/archive',
  '/away',
  '/call',
  '/collapse',
  '/dm',
  '/dnd',
  '/expand',
  '/feed',
  '/feedback',
  '/huddle',
  '/invite',
  '/join',
  '/kick',
  '/leave',
  '/me',
  '/msg',
  '/mute',
  '/open',
  '/prefs',
  '/remind',
  '/remove',
  '/rename',
  '/search',
  '/shortcuts',
  '/shrug',
  '/star',
  '/status',
  '/topic',
  '/who',
];

/** An absolute URL of one of the protocols given (with the colon), without a password where none belongs. */
function urlOf(protocols: readonly string[], error: string, o: { credentials: boolean }) {
  return z.string().refine(
    (value) => {
      if (!URL.canParse(value)) return false;
      const url = new URL(value);
      if (!protocols.includes(url.protocol) || url.host === '') return false;
      return o.credentials || (url.username === '' && url.password === '');
    },
    { error },
  );
}

const httpUrl = (error: string) =>
  urlOf(['http:', 'https:'], error, { credentials: false }).refine((value) => !/[?#]/.test(value), { error });

const WEB_ADDRESS = 'must be an http:// or https:// address without a query, a fragment or a password';

/** Written without a slash at its end, so that `${url}/path` is right. */
export const webAddress = httpUrl(WEB_ADDRESS).transform((value) => value.replace(/\/+$/, ''));

/** Written with one slash at its end: Slack's client resolves method names against it. */
export const slackApiAddress = httpUrl(WEB_ADDRESS).transform((value) => `${value.replace(/\/+$/, '')}/`);

export const postgresUrl = urlOf(['postgres:', 'postgresql:'], 'must be a postgres:// address', {
  credentials: true,
});
export const redisUrl = urlOf(['redis:', 'rediss:'], 'must be a redis:// or rediss:// address', {
  credentials: true,
});
export const smtpUrl = urlOf(['smtp:', 'smtps:'], 'must be an smtp:// or smtps:// address', {
  credentials: true,
});

export const directory = z.string().refine((value) => !value.includes('\0'), {
  error: 'must be a path',
});
export const hostName = z.string().regex(/^[\w.:%-]+$/, { error: 'must be an IP address or a host name' });
/** 0 lets the system choose a free port. */
export const portNumber = z
  .string()
  .regex(/^\d{1,5}$/, { error: 'must be a whole number from 0 to 65535' })
  .transform(Number)
  .refine((value) => value <= 65_535, { error: 'must be a whole number from 0 to 65535' });

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export const logLevel = z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` });

/** Long enough that a link cannot be guessed, and not one character repeated. */
export const linkSecret = z
  .string()
  .min(32, { error: 'must have 32 characters or more' })
  .refine((value) => new Set(value).size >= 8, { error: 'is too regular to be a secret' });

export const slackBotToken = z.string().regex(/^(xoxe\.)?xoxb-[\w-]+$/, {
  error: 'must be a bot token, which begins with xoxb-',
});
export const slackAppToken = z.string().regex(/^xapp-[\w-]+$/, {
  error: 'must be an app-level token, which begins with xapp-',
});
/** A credential copied from a page: anything without a space in it. */
export const opaque = z.string().regex(/^[\x21-\x7e]+$/, { error: 'must be one word, as the page shows it' });

const COMMAND_FORM =
  'must be a slash and 1 to 31 characters, without capitals, spaces or another slash, such as /juden';
export const slackCommand = z
  .string()
  .regex(/^\/[^\s/A-Z]{1,31}$/u, { error: COMMAND_FORM })
  .refine((value) => !SLACK_BUILT_IN.includes(value), {
    error: 'is a command of Slack itself; choose another, such as /juden',
  });

const words = (value: string): string[] => value.split(/[\s,、]+/u).filter((word) => word !== '');

/** User ids begin with U or W, user group ids with S; names are not accepted, because people rename themselves. */
export const slackPeople = z
  .string()
  .transform(words)
  .refine((ids) => ids.length > 0 && ids.every((id) => /^[UWS][A-Z0-9]{2,}$/.test(id)), {
    error: 'must be user ids (U… or W…) or user group ids (S…), separated by commas; names do not work',
  });

export const slackChannelId = z.string().regex(/^[CG][A-Z0-9]{2,}$/, {
  error:
    'must be a channel id (C… or G…), as shown at the end of "View channel details"; a name does not work',
});

export const base64Token = z
  .string()
  .refine((value) => value.length >= 16 && Buffer.from(value, 'base64').toString('base64') === value, {
    error: 'must be base64, as the webhook page shows it',
  });

/** `name@domain`, permissive before the @ as mail itself is; control characters and separators never. */
const PLAIN_ADDRESS = /^[^\s@<>,;:"()[\]\\\p{C}]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/u;

export const mailSender = z.string().refine(
  (value) => {
    const named = /^([^<>@,;"\p{C}]*)<([^<>]+)>$/u.exec(value);
    return PLAIN_ADDRESS.test(named?.[2] ?? value);
  },
  { error: 'must be an address, or a name and an address: 受電報告 <houkoku@agency.example>' },
);

export const mailAddresses = z
  .string()
  .transform(words)
  .refine((addresses) => addresses.length > 0 && addresses.every((one) => PLAIN_ADDRESS.test(one)), {
    error: 'must be mail addresses separated by commas',
  });

/** Where bounces go, or that they are left to the sender's own mailbox. */
export const bounceDomain = z
  .string()
  .regex(/^(off|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)$/, { error: 'must be a domain, or off' })
  .transform((value) => (value === 'off' ? ('off' as const) : { domain: value.toLowerCase() }));
