/** A proxy before a server. It counts the streams that are open, as the server sees them, and can break all connections. */
import type { CleanUp } from '../../../src/testing/clean-up.ts';
import { startProxy } from '../../../test/support/proxy.ts';

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
  const look = (): void => {
    for (const each of waiting) each();
  };
  let isCut = false;
  const { url, proxy } = await startProxy(t, (request) => {
    if (isCut) return null;
    const target = new URL(request.url ?? '/', server.url);
    if (!target.pathname.endsWith('/stream')) return { server };
    return {
      server,
      onAnswer() {
        streams.push(target);
        open.add(target);
        look();
      },
      onClose() {
        open.delete(target);
        look();
      },
    };
  });
  return {
    url,
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
        const see = (): void => {
          if (open.size !== count) return;
          waiting.delete(see);
          resolve();
        };
        waiting.add(see);
        see();
      }),
  };
}
