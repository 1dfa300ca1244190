import { resolve } from 'node:path';
import { type Environment, readSettings, type SettingReader } from './config/reader.ts';
import { SETTINGS, type SettingProblem } from './config/settings.ts';
import * as form from './config/values.ts';
import type { ChannelName } from './domain/outcome.ts';

export type { Environment } from './config/reader.ts';
export type { SettingProblem } from './config/settings.ts';

/** Where data lives: all that commands without a Slack app need. */
export interface StorageConfig {
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** Absolute path. */
  readonly dataDir: string;
}

export interface SlackConfig {
  readonly signingSecret?: string;
  readonly botToken: string;
  /** Set: Socket Mode. */
  readonly appToken?: string;
  /** Ends with a slash. */
  readonly apiUrl: string;
  readonly command: string;
  /** User ids and user group ids. */
  readonly operators: readonly string[];
  readonly supervisors: readonly string[];
  readonly supervisorChannel?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
}

export interface ChatworkConfig {
  readonly apiToken: string;
  /** Does not end with a slash. */
  readonly apiUrl: string;
  readonly webhookToken?: string;
}

export interface EmailConfig {
  readonly smtpUrl: string;
  readonly from: string;
  readonly alertTo: readonly string[];
  /** Unset: bounces go to the domain of `from`. */
  readonly bounces?: { readonly domain: string } | 'off';
}

export interface Config extends StorageConfig {
  readonly host: string;
  readonly port: number;
  /** Does not end with a slash. */
  readonly publicUrl: string;
  readonly linkSecret: string;
  readonly logLevel: string;
  readonly slack: SlackConfig;
  readonly chatwork?: ChatworkConfig;
  readonly email?: EmailConfig;
}

/** What can be said of an incomplete environment: each part that is sound by itself, and all problems. */
export interface ConfigInspection {
  readonly storage?: StorageConfig;
  readonly logLevel: string;
  readonly publicUrl?: string;
  readonly slack?: SlackConfig;
  /** For what needs no credential, such as the manifest. */
  readonly slackCommand: string;
  readonly socketMode: boolean;
  /** Whether clients may connect workspaces of their own: there is an id of our app to install. */
  readonly otherWorkspaces: boolean;
  readonly linkSecret?: string;
  readonly chatwork?: ChatworkConfig;
  readonly email?: EmailConfig;
  readonly problems: readonly SettingProblem[];
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly SettingProblem[] };

const SLACK_API = 'https://slack.com/api/';
const CHATWORK_API = 'https://api.chatwork.com/v2';

/**
 * The settings of a server. Everything missing or malformed is told at once, by name, with what it is for and
 * an example; secrets are never in a message. Channels' settings are optional here: see
 * `missingChannelSettings`.
 */
export function loadConfig(env: Environment): ConfigResult {
  const read = readSettings(env);
  const slack = readSlack(read);
  const publicUrl = read.required('PUBLIC_URL', form.webAddress);
  const linkSecret = read.required('LINK_SECRET', form.linkSecret);
  const host = read.withDefault('HOST', form.hostName, '127.0.0.1');
  const port = read.withDefault('PORT', form.portNumber, 3000);
  const logLevel = readLogLevel(read);
  const storage = readStorage(read);
  const chatwork = readChatwork(read);
  const email = readEmail(read);
  if (read.problems.length > 0 || !slack || !publicUrl || !linkSecret || !storage) {
    return { ok: false, problems: read.problems };
  }
  return {
    ok: true,
    config: {
      ...storage,
      host,
      port,
      publicUrl,
      linkSecret,
      logLevel,
      slack,
      ...(chatwork && { chatwork }),
      ...(email && { email }),
    },
  };
}

/** `DATABASE_URL`, `REDIS_URL` and `DATA_DIR` alone, for commands that only touch data. */
export function loadStorageConfig(
  env: Environment,
):
  | { readonly ok: true; readonly config: StorageConfig }
  | { readonly ok: false; readonly problems: readonly SettingProblem[] } {
  const read = readSettings(env);
  const config = readStorage(read);
  return config ? { ok: true, config } : { ok: false, problems: read.problems };
}

/** Every sound part of the environment, for `doctor`, which checks what it can while other settings are bad. */
export function inspectConfig(env: Environment): ConfigInspection {
  const whole = loadConfig(env);
  const read = readSettings(env);
  const storage = readStorage(read);
  const slack = readSlack(read);
  const publicUrl = read.optional('PUBLIC_URL', form.webAddress);
  const linkSecret = read.optional('LINK_SECRET', form.linkSecret);
  const chatwork = readChatwork(read);
  const email = readEmail(read);
  return {
    logLevel: readLogLevel(read),
    slackCommand: readCommand(read),
    socketMode: read.given('SLACK_APP_TOKEN'),
    otherWorkspaces: read.given('SLACK_CLIENT_ID'),
    ...(linkSecret && { linkSecret }),
    ...(storage && { storage }),
    ...(slack && { slack }),
    ...(publicUrl && { publicUrl }),
    ...(chatwork && { chatwork }),
    ...(email && { email }),
    problems: whole.ok ? [] : whole.problems,
  };
}

/**
 * The settings that the channels in use still need: a destination of a channel without settings could never
 * be reached, so `start` refuses (P3).
 */
export function missingChannelSettings(
  config: { readonly chatwork?: ChatworkConfig | undefined; readonly email?: EmailConfig | undefined },
  usedChannels: Iterable<ChannelName>,
): readonly SettingProblem[] {
  const used = new Set(usedChannels);
  const missing = (name: 'CHATWORK_API_TOKEN' | 'SMTP_URL' | 'MAIL_FROM', channel: ChannelName) => ({
    name,
    message: `is missing, and at least one client has ${channel === 'email' ? 'an' : 'a'} ${channel} destination. It is ${SETTINGS[name].purpose}.`,
    example: SETTINGS[name].example,
  });
  return [
    ...(used.has('chatwork') && !config.chatwork ? [missing('CHATWORK_API_TOKEN', 'chatwork')] : []),
    ...(used.has('email') && !config.email
      ? [missing('SMTP_URL', 'email'), missing('MAIL_FROM', 'email')]
      : []),
  ];
}

function readLogLevel(read: SettingReader): string {
  return read.withDefault('LOG_LEVEL', form.logLevel, 'info');
}

function readCommand(read: SettingReader): string {
  return read.withDefault('SLACK_COMMAND', form.slackCommand, '/juden');
}

function readStorage(read: SettingReader): StorageConfig | undefined {
  const before = read.problems.length;
  const databaseUrl = read.optional('DATABASE_URL', form.postgresUrl);
  const redisUrl = read.optional('REDIS_URL', form.redisUrl);
  const dataDir = read.withDefault('DATA_DIR', form.directory, './data');
  // A mistyped DATABASE_URL must never fall back to an empty embedded database.
  if (read.problems.length > before) return undefined;
  return { ...(databaseUrl && { databaseUrl }), ...(redisUrl && { redisUrl }), dataDir: resolve(dataDir) };
}

function readSlack(read: SettingReader): SlackConfig | undefined {
  const before = read.problems.length;
  const botToken = read.required('SLACK_BOT_TOKEN', form.slackBotToken);
  const appToken = read.optional('SLACK_APP_TOKEN', form.slackAppToken);
  const signingSecret = read.given('SLACK_APP_TOKEN')
    ? read.optional('SLACK_SIGNING_SECRET', form.opaque)
    : read.required('SLACK_SIGNING_SECRET', form.opaque);
  const operators = read.required('SLACK_OPERATORS', form.slackPeople);
  const supervisors = read.withDefault('SLACK_SUPERVISORS', form.slackPeople, []);
  const supervisorChannel = read.optional('SLACK_SUPERVISOR_CHANNEL', form.slackChannelId);
  const apiUrl = read.withDefault('SLACK_API_URL', form.slackApiAddress, SLACK_API);
  const command = readCommand(read);
  const clientId = read.optional('SLACK_CLIENT_ID', form.opaque);
  const clientSecret = read.optional('SLACK_CLIENT_SECRET', form.opaque);
  needsOther(read, 'SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET');
  needsOther(read, 'SLACK_CLIENT_SECRET', 'SLACK_CLIENT_ID');
  if (read.problems.length > before || !botToken || !operators) return undefined;
  return {
    botToken,
    apiUrl,
    command,
    operators,
    supervisors,
    ...(signingSecret && { signingSecret }),
    ...(appToken && { appToken }),
    ...(supervisorChannel && { supervisorChannel }),
    ...(clientId && { clientId }),
    ...(clientSecret && { clientSecret }),
  };
}

function readChatwork(read: SettingReader): ChatworkConfig | undefined {
  const before = read.problems.length;
  const apiToken = read.optional('CHATWORK_API_TOKEN', form.opaque);
  const apiUrl = read.withDefault('CHATWORK_API_URL', form.webAddress, CHATWORK_API);
  const webhookToken = read.optional('CHATWORK_WEBHOOK_TOKEN', form.base64Token);
  needsOther(read, 'CHATWORK_WEBHOOK_TOKEN', 'CHATWORK_API_TOKEN');
  if (read.problems.length > before || !apiToken) return undefined;
  return { apiToken, apiUrl, ...(webhookToken && { webhookToken }) };
}

function readEmail(read: SettingReader): EmailConfig | undefined {
  const before = read.problems.length;
  const smtpUrl = read.optional('SMTP_URL', form.smtpUrl);
  const from = read.optional('MAIL_FROM', form.mailSender);
  const alertTo = read.withDefault('ALERT_MAIL_TO', form.mailAddresses, []);
  const bounces = read.optional('BOUNCE_DOMAIN', form.bounceDomain);
  needsOther(read, 'SMTP_URL', 'MAIL_FROM');
  needsOther(read, 'MAIL_FROM', 'SMTP_URL');
  if (read.problems.length > before || !smtpUrl || !from) return undefined;
  return { smtpUrl, from, alertTo, ...(bounces && { bounces }) };
}

/** Notes `needed` as missing when `given` is set without it. */
function needsOther(read: SettingReader, given: keyof typeof SETTINGS, needed: keyof typeof SETTINGS): void {
  if (read.given(given) && !read.given(needed)) {
    read.note(needed, `is missing, and ${given} is set. It is ${SETTINGS[needed].purpose}.`);
  }
}
