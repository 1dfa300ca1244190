/** The present moment, injected so that tests and simulations own it. */
export type Clock = () => Date;

/** Makes UUIDv7 identifiers, injected for the same reason. */
export type NewId = () => string;
