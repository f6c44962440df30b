/** The listening socket of a server with workers: who gets a connection, and what happens to one that a worker never took. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { createObserver } from '../../src/base/observer.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { Distributor } from '../../src/workers/distributor.ts';
import type { ConnectionTaker } from '../../src/workers/distributor.ts';

/** A worker in this process: it gets the socket itself. */
class Taker implements ConnectionTaker {
  readonly passed: { readonly connection: number; readonly socket: Socket }[] = [];
  #wake: () => void = () => undefined;

  pass(connection: number, socket: Socket): void {
    this.passed.push({ connection, socket });
    this.#wake();
  }

  async has(count: number): Promise<void> {
    while (this.passed.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

async function open(
  t: CleanUp,
  heldMax = 100,
): Promise<{ readonly distributor: Distributor; dial(): Promise<Socket> }> {
  const distributor = new Distributor(heldMax, { clock: systemClock, observer: createObserver() });
  atEnd(t, () => distributor.close());
  const { port } = await distributor.listen({ host: '127.0.0.1', port: 0 });
  return {
    distributor,
    async dial() {
      const socket = connect(port, '127.0.0.1');
      atEnd(t, () => socket.destroy());
      await once(socket, 'connect');
      return socket;
    },
  };
}

describe('the connections of a server with workers', () => {
  it('go to the worker with the fewest open ones', async (t) => {
    const { distributor, dial } = await open(t);
    const [one, other] = [new Taker(), new Taker()];
    distributor.add(one);
    for (let count = 1; count <= 3; count++) {
      await dial();
      await one.has(count);
    }
    distributor.add(other);
    for (let count = 1; count <= 3; count++) {
      await dial();
      await other.has(count);
    }
    assert.equal(one.passed.length, 3);
    for (const { connection } of one.passed.slice(0, 2)) {
      distributor.taken(one, connection);
      distributor.closed(one);
    }
    await dial();
    await one.has(4);
  });

  it('go to another worker, with all their bytes, when one dies before it has taken them', async (t) => {
    const { distributor, dial } = await open(t);
    const [dying, living] = [new Taker(), new Taker()];
    distributor.add(dying);
    const socket = await dial();
    socket.write('a request');
    await dying.has(1);
    distributor.add(living);
    distributor.remove(dying);
    await living.has(1);
    const { socket: taken } = living.passed[0] as Taker['passed'][number];
    const [bytes] = (await once(taken.resume(), 'data')) as [Buffer];
    assert.equal(bytes.toString(), 'a request');
  });

  it('are limited while no worker takes them: a new one replaces the oldest', async (t) => {
    const { distributor, dial } = await open(t, 2);
    const oldest = await dial();
    const closed = once(oldest.resume(), 'close');
    await dial();
    await dial();
    await closed;
    const late = new Taker();
    distributor.add(late);
    await late.has(2);
    assert.equal(late.passed.length, 2);
  });

  it('wait while there is no worker', async (t) => {
    const { distributor, dial } = await open(t);
    await dial();
    await dial();
    const late = new Taker();
    const both = late.has(2);
    distributor.add(late);
    await both;
  });
});
