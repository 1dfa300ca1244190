/** A body larger than this is not read to its end. Slack's largest view is 250 kB before encoding. Bytes. */
export const BODY_LIMIT = 1_000_000;

/** The body's bytes as sent, which signatures are about; undefined when there are too many. */
export async function readBody(request: Request): Promise<Buffer | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > BODY_LIMIT) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
