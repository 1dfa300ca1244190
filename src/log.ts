import { type ChildLoggerOptions, type DestinationStream, type Logger, pino } from 'pino';
import { quietFields, quietText } from './log/quiet.ts';

export type { Logger } from 'pino';

/**
 * The one way to make a logger. Everything that is logged passes `quietFields` and `quietText` first, so that
 * a careless call site still keeps P10: no names, numbers, call contents or tokens in the log.
 *
 * @param level one of pino's levels, or `silent`
 * @param stream where lines of JSON go, such as `process.stdout`
 */
export function createLogger(level: string, stream: DestinationStream): Logger {
  const log = pino(
    {
      level,
      base: {},
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        bindings: quietFields,
        log: quietFields,
      },
      // pino's own serializer prints an error's message, which may quote what somebody typed.
      serializers: { err: (value: unknown) => value, error: (value: unknown) => value },
      hooks: {
        // Printf arguments are dropped: a value belongs into a named field, where its name can be judged.
        // A line of an error gets a text of its own, because pino would take the error's message for it.
        logMethod(args, method) {
          const [first, second] = args as unknown[];
          if (typeof first === 'string') return method.apply(this, [quietText(first)]);
          const text = typeof second === 'string' ? quietText(second) : undefined;
          const erring = typeof first === 'object' && first !== null && hasError(first);
          return method.apply(this, [first, text ?? (erring ? 'error' : undefined)] as never);
        },
      },
    },
    stream,
  );
  // pino lets a child's bindings past the formatters; children inherit this, so theirs are covered too.
  const child = log.child;
  Object.defineProperty(log, 'child', {
    value(this: Logger, bindings: object, options?: ChildLoggerOptions) {
      return Reflect.apply(child, this, [quietFields(bindings), options]) as Logger;
    },
  });
  return log;
}

function hasError(fields: object): boolean {
  return fields instanceof Error || ('err' in fields && fields.err instanceof Error);
}
