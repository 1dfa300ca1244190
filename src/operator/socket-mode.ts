import type { Logger as BoltLogger } from '@slack/bolt';
import { type App, SocketModeReceiver, type webApi } from '@slack/bolt';
import type { Logger } from 'pino';
import type { Dispatch } from './dispatch.ts';
import { faultOf } from './fault.ts';
import type { OperatorSettings } from './settings.ts';
import { readSlackObject } from './slack-body.ts';

export interface SocketMode {
  /** Connects and stays connected until stopped; resolves after the first attempt, whatever came of it. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const LONGEST_PAUSE_MS = 60_000;

/**
 * Slack over a WebSocket (Socket Mode), for agencies without a public address. Bolt's receiver does the
 * talking; reconnecting is ours, because its own throws out of a timer, and so ends the process, when Slack
 * cannot be reached at that moment.
 */
export function createSocketMode(deps: {
  readonly appToken: string;
  readonly bolt: App;
  readonly dispatch: Dispatch;
  readonly boltLogger: BoltLogger;
  readonly clientOptions: webApi.WebClientOptions;
  readonly log: Logger;
  readonly settings: Pick<OperatorSettings, 'reconnectMs'>;
}): SocketMode {
  const receiver = new SocketModeReceiver({
    appToken: deps.appToken,
    logger: deps.boltLogger,
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: deps.clientOptions },
    processEventErrorHandler: async ({ error }) => {
      deps.log.warn(faultOf(error), 'a Slack request was not acknowledged');
      return false;
    },
  });
  receiver.init(watched(deps.bolt, deps.dispatch));

  let stopped = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    try {
      await receiver.start();
      failures = 0;
      deps.log.info('connected to Slack by Socket Mode');
    } catch (error) {
      failures++;
      deps.log.warn({ failures, ...faultOf(error) }, 'no connection to Slack by Socket Mode');
      reconnect();
    }
  }

  function reconnect(): void {
    if (stopped || timer !== undefined) return;
    // Slack renews connections every few hours: the first try comes at once.
    const pause =
      failures === 0 ? 0 : Math.min(deps.settings.reconnectMs * 2 ** (failures - 1), LONGEST_PAUSE_MS);
    timer = setTimeout(() => {
      timer = undefined;
      void connect();
    }, pause);
  }

  receiver.client.on('disconnected', reconnect);

  return {
    start: connect,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await receiver.stop();
    },
  };
}

/** The same app, its requests checked for shape and answered in time, as they are over HTTP. */
function watched(bolt: App, dispatch: Dispatch): App {
  const app: App = Object.create(bolt);
  app.processEvent = async ({ body, ack, retryNum }) => {
    const known = readSlackObject(body);
    if (known === undefined || ('type' in known && known.type === 'url_verification')) {
      await ack();
      return;
    }
    const outcome = await dispatch(known, retryNum);
    await ack(outcome.type === 'acknowledged' ? outcome.payload : undefined);
  };
  return app;
}
