/**
 * A way to a server that can go dead without a word, as the network of a laptop that has slept: connections stay open and bring nothing.
 */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { atEnd } from '../../../src/testing/clean-up.ts';
import type { CleanUp } from '../../../src/testing/clean-up.ts';

export interface FrozenProxy {
  readonly url: string;
  /** Nothing passes any more on the connections that there are. New ones work, unless `isWhole`. */
  freeze(options?: { readonly isWhole?: boolean }): void;
  /** The connections that went dead are closed, and new ones work. */
  thaw(): void;
}

export async function startFrozenProxy(t: CleanUp, { url }: { readonly url: string }): Promise<FrozenProxy> {
  const to = new URL(url);
  const open = new Set<Socket>();
  const frozen = new Set<Socket>();
  let isWhole = false;
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    if (isWhole) {
      frozen.add(socket);
      return;
    }
    const upstream = connect(Number(to.port), to.hostname);
    upstream.on('error', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    socket.pipe(upstream);
    upstream.pipe(socket);
    socket.on('freeze', () => {
      frozen.add(socket);
      socket.unpipe(upstream);
      upstream.unpipe(socket);
      socket.pause();
      upstream.pause();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  atEnd(t, () => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    freeze(options = {}) {
      isWhole = options.isWhole ?? false;
      for (const socket of open) socket.emit('freeze');
    },
    thaw() {
      isWhole = false;
      for (const socket of frozen) socket.destroy();
    },
  };
}
