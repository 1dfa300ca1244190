/** What every contender is given. All post over the program's own Chatwork channel. */
export interface Course {
  /** A prepared ledger whose deliveries are `due` for the program and `queued` for its rivals. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** The far side's base address, no slash at the end. */
  readonly farSideUrl: string;
  /** Posts under way at once. */
  readonly slots: number;
}

/** One way to bring a backlog to the far side. */
export interface Contender {
  /** Puts the backlog into its queue; not measured. */
  load(): Promise<void>;
  start(): Promise<void>;
  /** How many are not finished and written down: 0 ends the measurement. */
  unfinished(): Promise<number>;
}

export type OpenContender = (course: Course) => Promise<Contender>;
