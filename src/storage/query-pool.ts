/** What one statement gave. `rowCount` counts rows returned or changed; null where the command has no count. */
export interface QueryResult<Row> {
  rows: Row[];
  rowCount: number | null;
  command: string;
}

/** A value a statement may be given; dates, JSON and arrays are turned into PostgreSQL text by the driver. */
export type QueryParameters = readonly unknown[];

interface Queryable {
  /** Several statements in one text are allowed only without parameters; the result is the last one's. */
  query<Row = Record<string, unknown>>(text: string, parameters?: QueryParameters): Promise<QueryResult<Row>>;
}

export type Notification = { channel: string; payload?: string };

/** One borrowed session. An unfinished transaction is rolled back when it is released. */
export interface QueryClient extends Queryable {
  /** Gives the session back; `true` throws it away instead. */
  release(destroy?: boolean): void;
  on(event: 'notification', listener: (message: Notification) => void): this;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'end', listener: () => void): this;
  removeListener(event: 'notification', listener: (message: Notification) => void): this;
  removeAllListeners(event?: string): this;
}

/**
 * The part of `pg.Pool` that Kysely, BullMQ and our own SQL need, so that the embedded database can stand in
 * for a server.
 */
export interface QueryPool extends Queryable {
  connect(): Promise<QueryClient>;
  /** Closes everything; afterwards every query rejects. */
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): this;
  on(event: 'connect', listener: (client: QueryClient) => void): this;
  removeAllListeners(event?: string): this;
  /** Sessions that exist, and those of them nobody has borrowed. */
  readonly totalCount: number;
  readonly idleCount: number;
}
