/** A proxy before a server. It counts the streams that are open, as the server sees them, and can break all connections. */
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from '../../../src/testing/clean-up.ts';
import type { CleanUp } from '../../../src/testing/clean-up.ts';

export interface WatchedProxy {
  readonly url: string;
  /** The addresses of all streams so far, in order. */
  readonly streams: readonly URL[];
  /** Resolves when as many streams are open. */
  open(count: number): Promise<void>;
  /** Breaks all connections, and each later one until `join`. */
  cut(): void;
  join(): void;
}

export async function startWatchedProxy(t: CleanUp, server: { readonly url: string }): Promise<WatchedProxy> {
  const streams: URL[] = [];
  const open = new Set<URL>();
  const waiting = new Set<() => void>();
  const { hostname, port } = new URL(server.url);
  let isCut = false;
  const proxy = createServer((request, response) => {
    if (isCut) {
      response.destroy();
      return;
    }
    const { method = 'GET', url = '/', headers } = request;
    const target = new URL(url, server.url);
    const passed = httpRequest({ host: hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      if (!target.pathname.endsWith('/stream')) return;
      streams.push(target);
      open.add(target);
      for (const look of waiting) look();
    });
    passed.on('error', () => response.destroy());
    passed.on('close', () => {
      open.delete(target);
      for (const look of waiting) look();
    });
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  atEnd(t, () => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    streams,
    cut() {
      isCut = true;
      proxy.closeAllConnections();
    },
    join() {
      isCut = false;
    },
    open: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (open.size !== count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
