import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import type { Clock } from '../domain/ports.ts';
import { type Arrived, createInbox } from './arrived.ts';
import { type ChatworkOptions, createChatwork, type PretendChatwork } from './chatwork/index.ts';
import { createControl } from './control.ts';
import { startMailRelay } from './email/relay.ts';
import { type ActiveFailure, createFailurePlan, type FailureRule, failureRule } from './failures.ts';
import type { NodeEnv } from './http-faults.ts';
import { type Limits, OFFICIAL_LIMITS } from './limits.ts';
import { createPage } from './page/index.tsx';
import { createSlack, type PretendSlack, type SlackOptions } from './slack/index.ts';

export type { Arrived, ArrivedInChatwork, ArrivedInMail, ArrivedInSlack } from './arrived.ts';
export type { FailureRule } from './failures.ts';
export type { Limits } from './limits.ts';
export type { HomeTab } from './slack/home-tab.ts';
export { OPERATOR_GROUP, SANDBOX_OPERATORS, SANDBOX_SUPERVISOR } from './slack/index.ts';
export type { OpenModal } from './slack/open-modal.ts';
export type { OtherWorkspace } from './slack/other-workspace.ts';
export type { CommandReply, Person } from './slack/person.ts';
export type { Submission } from './slack/submission.ts';

export interface SandboxOptions {
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** Ports of the HTTP server and the mail relay; free ones by default. */
  readonly port?: number;
  readonly smtpPort?: number;
  readonly clock?: Clock;
  /** The official limits unless scaled here; times in ms. */
  readonly limits?: Partial<Limits>;
  readonly chatwork?: ChatworkOptions;
  readonly slack?: SlackOptions;
}

/** Pretend Chatwork, Slack and mail relay as real servers on loopback, and a page that shows what arrived. */
export interface Sandbox {
  readonly chatwork: PretendChatwork;
  readonly slack: PretendSlack;
  /** `smtpUrl` carries user and password, ready for SMTP_URL. */
  readonly email: { readonly smtpUrl: string };
  readonly page: { readonly url: string };
  /** The control endpoints' address, no slash at the end. */
  readonly control: { readonly url: string };
  /** Everything that arrived since the start or the last reset, oldest first. */
  arrived(): readonly Arrived[];
  /** Makes the next matching requests fail. Throws a ZodError for a rule that makes no sense. */
  fail(rule: FailureRule): ActiveFailure;
  /** Forgets what arrived, the failures at work and the limits used up. Rooms, people and channels stay. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts the sandbox. State is in memory only and gone with it. */
export async function startSandbox(o: SandboxOptions = {}): Promise<Sandbox> {
  const host = o.host ?? '127.0.0.1';
  const clock = o.clock ?? (() => new Date());
  const limits: Limits = { ...OFFICIAL_LIMITS, ...o.limits };
  const inbox = createInbox(clock, limits.kept);
  const failures = createFailurePlan();
  let origin = '';
  const common = { inbox, failures, limits, clock, baseUrl: () => origin };
  const chatwork = createChatwork(o.chatwork ?? {}, common);
  const slack = createSlack(o.slack ?? {}, common);
  const reset = () => {
    inbox.clear();
    failures.clear();
    chatwork.reset();
    slack.reset();
  };

  const app = new Hono<NodeEnv>();
  app.route('/chatwork/v2', chatwork.app);
  app.route('/slack', slack.app);
  app.route('/control', createControl({ inbox, failures, chatwork: chatwork.chatwork, reset }));
  app.route('/', createPage({ inbox, failures, nameOf: slack.nameOf, homes: slack.homes }));

  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  server.on('upgrade', slack.upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(o.port ?? 0, host, resolve);
  });
  origin = `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
  const relay = await startMailRelay({ host, port: o.smtpPort ?? 0, inbox, failures, limits }).catch(
    (error) => {
      server.close();
      throw error;
    },
  );

  return {
    chatwork: chatwork.chatwork,
    slack: slack.slack,
    email: { smtpUrl: relay.url },
    page: { url: `${origin}/` },
    control: { url: `${origin}/control` },
    arrived: () => inbox.all(),
    fail: (rule) => failures.add(failureRule.parse(rule)),
    reset,
    async close() {
      slack.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([closed, relay.close()]);
    },
  };
}
