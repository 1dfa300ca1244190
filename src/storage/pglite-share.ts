import { EventEmitter } from 'node:events';
import { StorageError } from './errors.ts';
import type { PgliteClient, PglitePool } from './pglite-pool.ts';
import type { QueryClient, QueryParameters, QueryPool, QueryResult } from './query-pool.ts';

/**
 * A part of the embedded pool that ends by itself: whoever borrowed through it and never gave back, such as a queue
 * worker that was closed while it began to listen, is cut off with it, and nobody else.
 */
export class PgliteShare extends EventEmitter implements QueryPool {
  /** BullMQ reads this; see `PglitePool`. */
  readonly options = { keepAlive: true };
  readonly #pool: PglitePool;
  readonly #clients = new Set<PgliteClient>();
  #ended = false;

  constructor(pool: PglitePool) {
    super();
    this.setMaxListeners(0);
    this.#pool = pool;
    pool.on('error', this.#onError);
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
    if (this.#ended) throw ended();
    return await this.#pool.query<Row>(text, parameters);
  }

  async connect(): Promise<QueryClient> {
    if (this.#ended) throw ended();
    const client: PgliteClient = this.#pool.borrow(() => this.#clients.delete(client));
    this.#clients.add(client);
    this.emit('connect', client);
    return client;
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#pool.off('error', this.#onError);
    for (const client of this.#clients) client.cut();
  }

  readonly #onError = (error: Error): void => {
    if (this.listenerCount('error') > 0) this.emit('error', error);
  };
}

function ended(): StorageError {
  return new StorageError('storage.closed', 'The database is closed.');
}
