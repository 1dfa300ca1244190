import { EventEmitter } from 'node:events';
import type { PGlite, Results } from '@electric-sql/pglite';
import { embeddedError } from './embedded-error.ts';
import { StorageError } from './errors.ts';
import type { Notification, QueryClient, QueryParameters, QueryPool, QueryResult } from './query-pool.ts';
import { Turns } from './turns.ts';

const LISTENING = /^\s*(?:--[^\n]*\n\s*)*(un)?listen\s+("?)([\w*]+)\2\s*;?\s*$/i;

/** The part of PGlite in use. */
export type EmbeddedSession = Pick<
  PGlite,
  'query' | 'exec' | 'isInTransaction' | 'onNotification' | 'close' | 'closed'
>;

/**
 * Shows PGlite, which is one session in our own process, as a `pg.Pool`.
 *
 * Everybody shares the one session, turn by turn. A statement outside a transaction takes one turn. One that
 * leaves a transaction open keeps its turn until the transaction ends, so nobody else's statement can slip into
 * it; the database itself says whether one is open, so no SQL is guessed at. Turns are fair (see `Turns`).
 *
 * What differs from a server: session settings (`SET`) are everybody's, and two transactions never overlap, so
 * row locks and `SKIP LOCKED` never have anything to wait for or to skip.
 */
export class PglitePool extends EventEmitter implements QueryPool {
  /** BullMQ reads this: a listener of ours cannot be cut off unnoticed, so it may wait for long. */
  readonly options = { keepAlive: true };
  readonly #session: EmbeddedSession;
  readonly #turns = new Turns();
  readonly #clients = new Set<PgliteClient>();
  /** Work nobody awaits, such as the rollback of a released client; `end` waits for it. */
  readonly #background = new Set<Promise<void>>();
  /** Set when the session failed in itself: what it would still answer cannot be trusted. */
  #broken: StorageError | undefined;
  #ending: Promise<void> | undefined;

  constructor(session: EmbeddedSession) {
    super();
    this.#session = session;
    this.setMaxListeners(0);
    session.onNotification((channel, payload) => {
      for (const client of this.#clients) client.notify(channel, payload);
    });
  }

  get totalCount(): number {
    return this.#clients.size;
  }

  get idleCount(): number {
    return 0;
  }

  async query<Row = Record<string, unknown>>(
    text: string,
    parameters?: QueryParameters,
  ): Promise<QueryResult<Row>> {
    await this.#turns.take();
    try {
      const result = await this.run<Row>(text, parameters);
      if (this.inTransaction()) {
        throw new StorageError('storage.misuse', 'A transaction was begun without a client of its own.');
      }
      return result;
    } finally {
      await this.endTransaction();
      this.#turns.give();
    }
  }

  async connect(): Promise<QueryClient> {
    return this.borrow(() => undefined);
  }

  /** `gone` is called once, when the client is released or cut. */
  borrow(gone: () => void): PgliteClient {
    if (this.#ending) throw closed();
    const client = new PgliteClient(this, gone);
    this.#clients.add(client);
    this.emit('connect', client);
    return client;
  }

  /** Lets the statement being executed finish, refuses all others, rolls back what was open, and closes. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    const lastTurn = this.#turns.close(closed());
    for (const client of this.#clients) client.cut();
    await Promise.all(this.#background);
    await lastTurn;
    await this.#session.close().catch((error: unknown) => {
      if (!this.#broken) throw error;
    });
  }

  // ── For this pool's clients ──────────────────────────────────────────────────────────────────────────

  takeTurn(): Promise<void> {
    return this.#turns.take();
  }

  giveTurn(): void {
    this.#turns.give();
  }

  /** Whether a transaction is open; asked only by whoever has the turn. */
  inTransaction(): boolean {
    return !this.#broken && !this.#session.closed && this.#session.isInTransaction();
  }

  /** Executes under the caller's turn. */
  async run<Row>(text: string, parameters: QueryParameters = []): Promise<QueryResult<Row>> {
    if (this.#broken) throw this.#broken;
    if (this.#session.closed) throw closed();
    try {
      if (parameters.length > 0) return asResult(await this.#session.query<Row>(text, [...parameters]));
      const results = (await this.#session.exec(text)) as Results<Row>[];
      return asResult(results.at(-1));
    } catch (error) {
      throw this.#judged(embeddedError(error));
    }
  }

  /** A full disk or a crash in the middle of a commit leaves a session that shows what was never committed. */
  #judged(error: Error): Error {
    if (!(error instanceof StorageError)) return error;
    this.#broken = error;
    if (this.listenerCount('error') > 0) this.emit('error', error);
    return error;
  }

  /** Rolls back if a transaction is open. Under the caller's turn; never rejects. */
  async endTransaction(): Promise<void> {
    if (!this.inTransaction()) return;
    await this.run('rollback').catch(() => undefined);
  }

  /** Not borrowed any more: it hears nothing from now on. */
  forget(client: PgliteClient): void {
    this.#clients.delete(client);
  }

  listenedByOthers(channel: string, except: PgliteClient): boolean {
    for (const client of this.#clients) if (client !== except && client.hears(channel)) return true;
    return false;
  }

  inBackground(work: Promise<void>): void {
    this.#background.add(work);
    void work.finally(() => this.#background.delete(work));
  }
}

/** One borrower of the one session. Its statements run in the order they were asked for, as `pg` does. */
export class PgliteClient extends EventEmitter implements QueryClient {
  readonly #pool: PglitePool;
  readonly #gone: () => void;
  readonly #channels = new Set<string>();
  #hasTurn = false;
  #released = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(pool: PglitePool, gone: () => void) {
    super();
    this.setMaxListeners(0);
    this.#pool = pool;
    this.#gone = gone;
  }

  query<Row = Record<string, unknown>>(
    text: string,
    parameters?: QueryParameters,
  ): Promise<QueryResult<Row>> {
    if (this.#released) {
      return Promise.reject(new StorageError('storage.misuse', 'The client was released before this query.'));
    }
    const mine = this.#last.then(() => this.#run<Row>(text, parameters));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  release(): void {
    if (this.#released) throw new StorageError('storage.misuse', 'The client was released twice.');
    this.#released = true;
    this.#pool.forget(this);
    this.#gone();
    this.#pool.inBackground(this.#last.then(() => this.#cleanUp()));
  }

  /** Ends the client from the pool's side: it keeps no turn and hears nothing more. */
  cut(): void {
    if (this.#released) return;
    this.#released = true;
    this.#pool.forget(this);
    this.#gone();
    this.#pool.inBackground(
      this.#last.then(async () => {
        await this.#cleanUp();
        this.emit('end');
      }),
    );
  }

  hears(channel: string): boolean {
    return this.#channels.has(channel);
  }

  notify(channel: string, payload: string): void {
    if (this.#channels.has(channel)) this.emit('notification', { channel, payload } satisfies Notification);
  }

  async #run<Row>(text: string, parameters?: QueryParameters): Promise<QueryResult<Row>> {
    if (!this.#hasTurn) {
      await this.#pool.takeTurn();
      this.#hasTurn = true;
    }
    try {
      const listening = LISTENING.exec(text);
      if (listening) return (await this.#listen(listening)) as QueryResult<Row>;
      return await this.#pool.run<Row>(text, parameters);
    } finally {
      if (!this.#pool.inTransaction()) this.#giveTurn();
    }
  }

  /** All borrowers share one session, so it stops listening only when the last of them does. */
  async #listen(match: RegExpExecArray): Promise<QueryResult<Record<string, unknown>>> {
    const [, un, quote, name = ''] = match;
    const channel = quote ? name : name.toLowerCase();
    if (!un) {
      await this.#pool.run(`listen "${channel}"`);
      this.#channels.add(channel);
      return { rows: [], rowCount: null, command: 'LISTEN' };
    }
    await this.#unlisten(channel === '*' ? [...this.#channels] : [channel]);
    return { rows: [], rowCount: null, command: 'UNLISTEN' };
  }

  async #unlisten(channels: readonly string[]): Promise<void> {
    for (const channel of channels) {
      this.#channels.delete(channel);
      if (!this.#pool.listenedByOthers(channel, this)) await this.#pool.run(`unlisten "${channel}"`);
    }
  }

  async #cleanUp(): Promise<void> {
    try {
      if (this.#hasTurn) await this.#pool.endTransaction();
      if (this.#channels.size > 0) {
        if (!this.#hasTurn) {
          await this.#pool.takeTurn();
          this.#hasTurn = true;
        }
        await this.#unlisten([...this.#channels]);
      }
    } catch {
      // The pool is closing, and with it everything this would have tidied.
    } finally {
      this.#channels.clear();
      this.#giveTurn();
    }
  }

  #giveTurn(): void {
    if (!this.#hasTurn) return;
    this.#hasTurn = false;
    this.#pool.giveTurn();
  }
}

function asResult<Row>(result: Results<Row> | undefined): QueryResult<Row> {
  if (!result) return { rows: [], rowCount: null, command: '' };
  const { rows, command = '', rowCount = null } = result;
  return { rows, rowCount, command };
}

function closed(): StorageError {
  return new StorageError('storage.closed', 'The database is closed.');
}
