import { EventEmitter } from 'node:events';
import pg from 'pg';
import { errorCode, isSqlState, quiet, StorageError, unreachable } from './errors.ts';
import type { QueryClient, QueryParameters, QueryPool, QueryResult } from './query-pool.ts';
import { serverTypes } from './wire-types.ts';
import { TIMED_OUT, within } from './within.ts';

export interface PostgresPoolOptions {
  readonly databaseUrl: string;
  readonly maxConnections: number;
  /** ms until connecting, and waiting for a free connection, fails. */
  readonly connectTimeoutMs: number;
  /** ms a statement may take on the server; 0: no limit. */
  readonly statementTimeoutMs: number;
  /** Schemas searched for unqualified names; BullMQ's functions need theirs. Default: the role's own setting. */
  readonly searchPath?: string;
}

/** Silence of the socket, in ms, before TCP asks whether the server is still there. */
const KEEP_ALIVE_AFTER_MS = 10_000;
/** How much longer, in ms, we wait than the server allows itself: then the line is dead, not the statement slow. */
const ANSWER_GRACE_MS = 2_000;
/** How long, in ms, `end` waits for sessions still in use before it cuts them off. */
const END_GRACE_MS = 2_000;
/** How long, in ms, a server gets to say goodbye after that. */
const GOODBYE_MS = 500;

/**
 * Sessions on a PostgreSQL server, by `pg.Pool`. The death of an idle session is no event for anybody: the pool
 * drops it and opens another at the next use, so its error is heard and let go.
 */
export class PostgresPool extends EventEmitter implements QueryPool {
  /** BullMQ reads this: a dead listener is noticed, so it may wait for long. */
  readonly options = { keepAlive: true };
  readonly #pool: pg.Pool;
  readonly #borrowed = new Set<PostgresClient>();
  #ending: Promise<void> | undefined;

  constructor(o: PostgresPoolOptions) {
    super();
    this.setMaxListeners(0);
    const settings = ['-c TimeZone=UTC'];
    if (o.searchPath !== undefined) settings.push(`-c search_path=${o.searchPath}`);
    this.#pool = new pg.Pool({
      connectionString: o.databaseUrl,
      application_name: 'toritsugi',
      max: o.maxConnections,
      connectionTimeoutMillis: o.connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
      options: settings.join(' '),
      types: serverTypes,
      ...(o.statementTimeoutMs > 0 && {
        statement_timeout: o.statementTimeoutMs,
        query_timeout: o.statementTimeoutMs + ANSWER_GRACE_MS,
      }),
    });
    this.#pool.on('error', (error) => {
      if (this.listenerCount('error') > 0) this.emit('error', quiet(error));
    });
  }

  get totalCount(): number {
    return this.#pool.totalCount;
  }

  get idleCount(): number {
    return this.#pool.idleCount;
  }

  async query<Row = Record<string, unknown>>(
    text: string,
    parameters?: QueryParameters,
  ): Promise<QueryResult<Row>> {
    const client = await this.connect();
    try {
      return await client.query<Row>(text, parameters);
    } finally {
      client.release();
    }
  }

  async connect(): Promise<QueryClient> {
    if (this.#ending) throw closed();
    try {
      const client = new PostgresClient(await this.#pool.connect(), (done) => this.#borrowed.delete(done));
      this.#borrowed.add(client);
      return client;
    } catch (error) {
      throw isSqlState(errorCode(error)) ? quiet(error) : unreachable(error);
    }
  }

  /** Waits a moment for sessions in use, then cuts them off: a hung one never keeps the process from ending. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    const ended = this.#pool.end();
    if ((await within(END_GRACE_MS, ended)) !== TIMED_OUT) return;
    for (const client of this.#borrowed) client.cut();
    await within(GOODBYE_MS, ended);
  }
}

/** One borrowed session; listeners put on it are taken off when it goes back. */
class PostgresClient extends EventEmitter implements QueryClient {
  readonly #client: pg.PoolClient;
  readonly #returned: (client: PostgresClient) => void;
  #broken = false;
  #released = false;
  #cut = false;

  constructor(client: pg.PoolClient, returned: (client: PostgresClient) => void) {
    super();
    this.setMaxListeners(0);
    this.#client = client;
    this.#returned = returned;
    client.on('notification', this.#onNotification);
    client.on('error', this.#onError);
    client.on('end', this.#onEnd);
  }

  async query<Row = Record<string, unknown>>(
    text: string,
    parameters?: QueryParameters,
  ): Promise<QueryResult<Row>> {
    if (this.#cut) throw closed();
    if (this.#released)
      throw new StorageError('storage.misuse', 'The client was released before this query.');
    try {
      const answer = await this.#client.query(text, parameters ? [...parameters] : undefined);
      const { rows, rowCount, command } = Array.isArray(answer) ? answer.at(-1) : answer;
      return { rows, rowCount, command };
    } catch (error) {
      // Without a code of the server's the line itself failed, and what the session holds is unknown.
      if (isSqlState(errorCode(error))) throw quiet(error);
      this.#broken = true;
      throw error instanceof TypeError ? error : unreachable(error);
    }
  }

  release(destroy = false): void {
    if (this.#cut) return;
    if (this.#released) throw new StorageError('storage.misuse', 'The client was released twice.');
    this.#released = true;
    this.#client.removeListener('notification', this.#onNotification);
    this.#client.removeListener('error', this.#onError);
    this.#client.removeListener('end', this.#onEnd);
    this.#returned(this);
    // A session thrown away takes its unfinished transaction with it.
    this.#client.release(destroy || this.#broken || this.#client.getTransactionStatus() !== 'I');
  }

  /** Takes the session away from whoever holds it. */
  cut(): void {
    this.release(true);
    this.#cut = true;
    this.emit('end');
  }

  readonly #onNotification = (message: pg.Notification) => this.emit('notification', message);
  readonly #onEnd = () => this.emit('end');
  readonly #onError = (error: Error) => {
    this.#broken = true;
    if (this.listenerCount('error') > 0) this.emit('error', quiet(error));
  };
}

function closed(): StorageError {
  return new StorageError('storage.closed', 'The database is closed.');
}
