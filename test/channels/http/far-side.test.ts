import { afterEach, describe, expect, it } from 'vitest';
import { type HttpFarSide, openHttpFarSide } from '../../../src/channels/http/far-side.ts';
import { until } from '../../contract/contract.ts';
import { answer, type HttpScript, openScriptedHttp } from '../../contract/far-sides/http-far-side.ts';

const signal = new AbortController().signal;

describe('openHttpFarSide', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()));
  });
  const rig = async (script: HttpScript, timeouts = { connectMs: 300, totalMs: 1_000 }) => {
    const server = await openScriptedHttp(script);
    const farSide: HttpFarSide = openHttpFarSide(timeouts);
    open.push(server, farSide);
    const post = (path = '/x', by = signal) =>
      farSide.exchange(
        { method: 'POST', url: new URL(`${server.url}${path}`), headers: {}, body: 'a=b' },
        by,
      );
    return { server, farSide, post };
  };

  it('gives status, headers in lower case and the body as UTF-8', async () => {
    const { post } = await rig((socket) =>
      answer(socket, {
        status: 429,
        headers: { 'X-RateLimit-Reset': '17', 'Set-Cookie': 'a' },
        body: '上限',
      }),
    );
    expect(await post()).toMatchObject({
      type: 'answered',
      status: 429,
      headers: { 'x-ratelimit-reset': '17' },
      body: '上限',
    });
  });

  it('P4 writes a request once: a connection lost on it is not tried again by anybody', async () => {
    const { post, server } = await rig((socket, _request, nth) => {
      if (nth === 1) answer(socket, { status: 200 });
      else socket.resetAndDestroy();
    });
    expect((await post()).type).toBe('answered');
    expect(await post()).toMatchObject({ type: 'lost', written: true, cause: 'network' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.requests).toHaveLength(2);
  });

  it('P4 a request given up while its connection was being made is not written when it stands', async () => {
    const { post, server } = await rig((socket) => answer(socket, { status: 200 }));
    const caller = new AbortController();
    const result = post('/x', caller.signal);
    caller.abort();
    expect(await result).toEqual({ type: 'lost', written: false, cause: 'aborted' });
    await until(() => server.connections() > 0);
    // The next exchange shows that everything that was to be written has been.
    expect((await post('/y')).type).toBe('answered');
    expect(server.requests.map((request) => request.path)).toEqual(['/y']);
  });

  it('a connection that was closed while idle is replaced, without a loss', async () => {
    const { post, server } = await rig((socket) => {
      answer(socket, { status: 200 });
      socket.end();
    });
    for (let nth = 1; nth <= 5; nth += 1) {
      const result = await post();
      // The close may cross the next request; then it may have arrived, and must be called so.
      if (result.type === 'lost') expect(result.written).toBe(true);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(server.requests.length).toBeLessThanOrEqual(5);
  });

  it('an interim answer is not the answer', async () => {
    const { post } = await rig((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
      answer(socket, { status: 200, body: 'ok' });
    });
    expect(await post()).toMatchObject({ type: 'answered', status: 200, body: 'ok' });
  });

  it('an endless answer is given up, not collected', async () => {
    const { post } = await rig(
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
        const chunk = Buffer.alloc(1024 * 1024, 'x');
        const pump = (): void => {
          while (!socket.destroyed && socket.write(`100000\r\n${chunk}\r\n`)) {}
        };
        socket.on('drain', pump);
        pump();
      },
      { connectMs: 300, totalMs: 10_000 },
    );
    expect(await post()).toEqual({ type: 'lost', written: true, cause: 'too_large' });
  });

  it('many at once are each their own exchange', async () => {
    const { post } = await rig((socket, request) => answer(socket, { status: 200, body: request.path }));
    const paths = Array.from({ length: 50 }, (_, nth) => `/${nth}`);
    const results = await Promise.all(paths.map((path) => post(path, new AbortController().signal)));
    expect(results.map((result) => (result.type === 'answered' ? result.body : ''))).toEqual(paths);
  });

  it('closing gives up what hangs after a short wait, and says that it may have arrived', async () => {
    const { post, farSide, server } = await rig(() => {}, { connectMs: 300, totalMs: 60_000 });
    const hanging = post();
    await until(() => server.requests.length > 0);
    const began = performance.now();
    await farSide.close();
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(await hanging).toMatchObject({ type: 'lost', written: true });
  });

  it('after closing nothing is written any more', async () => {
    const { post, farSide, server } = await rig((socket) => answer(socket, { status: 200 }));
    await farSide.close();
    expect(await post()).toMatchObject({ type: 'lost', written: false });
    expect(server.requests).toHaveLength(0);
  });

  it('leaves no listener on a signal that outlives it', async () => {
    const { post } = await rig((socket) => answer(socket, { status: 200 }));
    const caller = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = caller.signal;
    caller.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(caller.signal, args);
    };
    caller.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(caller.signal, args);
    };
    for (let nth = 0; nth < 5; nth += 1) await post('/x', caller.signal);
    expect(listeners).toBe(0);
  });
});
