/**
 * The listening socket of a server with workers. The main process accepts each connection and passes it to the worker with the fewest
 * of them, so that a few connections that stay open are spread evenly. Rejected: workers that share the socket or the port, because the
 * system then spreads connections unevenly; and `node:cluster`, which loses a connection that is on its way to a worker which dies,
 * and closes the port when all workers have died.
 *
 * Until a worker has taken a connection, the main process has it open too: when the worker dies, another one gets it. No byte of it was
 * read. The number of these is limited, because the store and the calls of tasks need open files as well: beyond it, a new connection
 * replaces the oldest one, as it does in a worker.
 */
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Ports } from '../base/ports.ts';

/** A worker, as far as connections concern it. */
export interface ConnectionTaker {
  /** Sends a connection to the worker, which answers `Distributor.taken`. */
  pass(connection: number, socket: Socket): void;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

interface Taker {
  readonly worker: ConnectionTaker;
  /** Connections that were passed and are not closed. */
  open: number;
}

/** A connection that no worker has taken yet. */
interface Held {
  readonly socket: Socket;
  /** It was passed to this worker; null while there is none. */
  worker: ConnectionTaker | null;
}

const BACKLOG = 4096;
/** How often at most the observer hears that connections were closed for new ones. */
const REPORT_MS = 60_000;

export class Distributor {
  readonly #heldMax: number;
  readonly #ports: Pick<Ports, 'clock' | 'observer'>;
  readonly #server: Server;
  readonly #takers = new Map<ConnectionTaker, Taker>();
  /** By number; the oldest comes first. */
  readonly #held = new Map<number, Held>();
  #lastConnection = 0;
  #reportedMs = Number.NEGATIVE_INFINITY;

  /** @param heldMax most connections that no worker has taken */
  constructor(heldMax: number, ports: Pick<Ports, 'clock' | 'observer'>) {
    this.#heldMax = heldMax;
    this.#ports = ports;
    const { createServer } = process.getBuiltinModule('node:net');
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** Rejects when the address cannot be bound. */
  listen({ host, port }: ListenAddress): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.off('error', reject);
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /** The worker serves from now on. */
  add(worker: ConnectionTaker): void {
    this.#takers.set(worker, { worker, open: 0 });
    this.#passAll(null);
  }

  /** The worker has ended, or serves no more connections. Others get those that it has not taken. */
  remove(worker: ConnectionTaker): void {
    if (this.#takers.delete(worker)) this.#passAll(worker);
  }

  /** The worker has a connection. This process closes its own handle of it, which the caller does not notice. */
  taken(worker: ConnectionTaker, connection: number): void {
    const held = this.#held.get(connection);
    if (held?.worker !== worker) return;
    this.#held.delete(connection);
    held.socket.destroy();
  }

  /** A connection that the worker had taken is closed. */
  closed(worker: ConnectionTaker): void {
    const taker = this.#takers.get(worker);
    if (taker !== undefined) taker.open--;
  }

  /** Accepts nothing more. */
  close(): void {
    this.#server.close();
    for (const { socket, worker } of this.#held.values()) if (worker === null) socket.destroy();
  }

  #accept(socket: Socket): void {
    // A caller may close its connection at any time; the worker sees it.
    socket.on('error', () => undefined);
    if (this.#held.size >= this.#heldMax) this.#dropOldest();
    const held = { socket, worker: null };
    this.#held.set(++this.#lastConnection, held);
    this.#pass(this.#lastConnection, held);
  }

  /** Passes the connections that this worker has not taken; null: those that wait for one. */
  #passAll(from: ConnectionTaker | null): void {
    for (const [connection, held] of this.#held) if (held.worker === from) this.#pass(connection, held);
  }

  #pass(connection: number, held: Held): void {
    const taker = this.#idlest();
    held.worker = taker?.worker ?? null;
    if (taker === null) return;
    taker.open++;
    taker.worker.pass(connection, held.socket);
  }

  #dropOldest(): void {
    for (const [connection, { socket }] of this.#held) {
      this.#held.delete(connection);
      socket.destroy();
      return this.#reportFull();
    }
  }

  #reportFull(): void {
    const { clock, observer } = this.#ports;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#reportedMs < REPORT_MS) return;
    this.#reportedMs = nowMs;
    observer.connectionsFull?.({ connections: this.#heldMax });
  }

  /** The worker with the fewest connections; of equal ones the one that has waited longest for another. */
  #idlest(): Taker | null {
    let found: Taker | null = null;
    for (const taker of this.#takers.values()) if (found === null || taker.open < found.open) found = taker;
    if (found === null) return null;
    this.#takers.delete(found.worker);
    this.#takers.set(found.worker, found);
    return found;
  }
}
