/** One setting of the environment, as `start`, `doctor` and `.env.example` explain it. */
export interface Setting {
  /** What it is for, as the end of a sentence: "PORT is …". */
  readonly purpose: string;
  /** A value that would be accepted in form; never a real credential. */
  readonly example: string;
  /** Its value is never printed, not even when it is malformed. */
  readonly secret: boolean;
}

/** Every environment variable Toritsugi reads. `.env.example` is tested to name them all. */
export const SETTINGS = {
  DATABASE_URL: {
    purpose: 'the PostgreSQL database (14 or newer); without it an embedded database under DATA_DIR is used',
    example: 'postgres://toritsugi:password@127.0.0.1:5432/toritsugi',
    secret: true,
  },
  REDIS_URL: {
    purpose: 'the Redis server for the queues; without it they live in the database',
    example: 'redis://127.0.0.1:6379',
    secret: true,
  },
  DATA_DIR: {
    purpose: 'the directory of the embedded database',
    example: './data',
    secret: false,
  },
  HOST: { purpose: 'the address the HTTP server listens on', example: '127.0.0.1', secret: false },
  PORT: { purpose: 'the port the HTTP server listens on', example: '3000', secret: false },
  PUBLIC_URL: {
    purpose: 'the address of this server as Slack and clients reach it; links in reports begin with it',
    example: 'https://toritsugi.example',
    secret: false,
  },
  LINK_SECRET: {
    purpose:
      'the secret that signs the links in reports, 32 characters or more; keep it when you move the server',
    example: '(the output of: openssl rand -hex 32)',
    secret: true,
  },
  LOG_LEVEL: { purpose: 'how much is logged', example: 'info', secret: false },
  SLACK_BOT_TOKEN: {
    purpose: 'the bot token of your Slack app (OAuth & Permissions → Bot User OAuth Token)',
    example: 'xoxb-…',
    secret: true,
  },
  SLACK_SIGNING_SECRET: {
    purpose: 'what proves that a request is from Slack (Basic Information → Signing Secret)',
    example: '(32 hexadecimal digits)',
    secret: true,
  },
  SLACK_APP_TOKEN: {
    purpose: 'the app-level token for Socket Mode, when no public address can be reached by Slack',
    example: 'xapp-…',
    secret: true,
  },
  SLACK_CLIENT_ID: {
    purpose: 'the client id of your Slack app, for installing it in other workspaces',
    example: '1234567890.1234567890',
    secret: false,
  },
  SLACK_CLIENT_SECRET: {
    purpose: 'the client secret that belongs to SLACK_CLIENT_ID',
    example: '(32 hexadecimal digits)',
    secret: true,
  },
  SLACK_API_URL: {
    purpose: 'where the Slack Web API is; only a sandbox or a proxy needs another',
    example: 'https://slack.com/api/',
    secret: false,
  },
  SLACK_COMMAND: {
    purpose: 'the slash command operators type',
    example: '/juden',
    secret: false,
  },
  SLACK_OPERATORS: {
    purpose: 'who may enter calls: Slack user ids and user group ids, separated by commas',
    example: 'U0123ABCD,S0456EFGH',
    secret: false,
  },
  SLACK_SUPERVISORS: {
    purpose: 'who looks after clients and failures: Slack user ids and user group ids',
    example: 'U0123ABCD',
    secret: false,
  },
  SLACK_SUPERVISOR_CHANNEL: {
    purpose: 'the id of the Slack channel where failures are told; the bot must be a member',
    example: 'C0123ABCD',
    secret: false,
  },
  CHATWORK_API_TOKEN: {
    purpose: 'the API token of the Chatwork account that posts the reports',
    example: '(32 hexadecimal digits)',
    secret: true,
  },
  CHATWORK_API_URL: {
    purpose: 'where the Chatwork API is; only a sandbox or a proxy needs another',
    example: 'https://api.chatwork.com/v2',
    secret: false,
  },
  CHATWORK_WEBHOOK_TOKEN: {
    purpose: 'the token of the Chatwork webhook, which proves that an answer is from Chatwork',
    example: '(base64, as the webhook page shows it)',
    secret: true,
  },
  SMTP_URL: {
    purpose: 'the mail relay the reports are handed to',
    example: 'smtps://user:password@smtp.example:465',
    secret: true,
  },
  MAIL_FROM: {
    purpose: 'the sender of the mails',
    example: '受電報告 <houkoku@agency.example>',
    secret: false,
  },
  BOUNCE_DOMAIN: {
    purpose:
      'the domain of the address mails come back to, bounce+…@; the domain of MAIL_FROM unless set, and off where the relay accepts no sender but MAIL_FROM',
    example: 'bounces.agency.example',
    secret: false,
  },
  ALERT_MAIL_TO: {
    purpose: 'staff addresses for alerts when Slack itself cannot be reached, separated by commas',
    example: 'kanri@agency.example',
    secret: false,
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** A setting that is missing or malformed. `message` says what is wrong and what it is for, without secrets. */
export interface SettingProblem {
  readonly name: SettingName;
  readonly message: string;
  readonly example: string;
}
