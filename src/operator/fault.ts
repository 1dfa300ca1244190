/**
 * What may be logged of an error: its class, its code and where it was thrown. Never its message, which may
 * quote what somebody typed (P10).
 */
export function faultOf(error: unknown): {
  readonly error: string;
  readonly code?: string;
  readonly at?: string;
} {
  if (!(error instanceof Error)) return { error: typeof error };
  const code: unknown = 'code' in error ? error.code : undefined;
  const at = framesOf(error).find((line) => /^\s+at /.test(line));
  return {
    error: error.name,
    ...(typeof code === 'string' && /^[\w.:-]{1,64}$/.test(code) ? { code } : {}),
    ...(at === undefined ? {} : { at: at.trim() }),
  };
}

/** The lines of a stack after the message, which may itself hold lines that look like one. */
function framesOf(error: Error): readonly string[] {
  const { stack = '', message } = error;
  const start = stack.indexOf(message);
  return start < 0 ? [] : stack.slice(start + message.length).split('\n');
}
