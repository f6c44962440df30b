/**
 * The nonces that all workers have accepted, in the main process. It passes those of each worker to the others, and all of them to a
 * worker that starts, so that a request recorded at one worker is refused at every other one.
 */
import type { Clock } from '../base/clock.ts';
import { Fingerprints } from '../auth/fingerprints.ts';
import { NonceStore } from '../auth/nonces.ts';
import type { NonceExchange } from '../cluster/nonce-exchange.ts';
import type { Link } from './link.ts';
import type { PortDefinition } from './remote-port.ts';
import { remotePort, servePort } from './remote-port.ts';

/** Nonces cross as base64. */
interface Nonces {
  exchange(own: string): Promise<string>;
  /** A part of all that are remembered, and where to continue; null at the end. */
  remembered(from: number): Promise<{ readonly prints: string; readonly next: number | null }>;
}

const NONCES: PortDefinition<Nonces> = { name: 'nonces', methods: { exchange: true, remembered: true } };

const PART_BYTES = 1024 * 1024;

export class NonceHub {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #all = new NonceStore();
  /** The nonces that each worker has yet to learn. */
  readonly #due = new Map<Link, Fingerprints>();

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock;
  }

  /** Serves a new worker, which gets from now on what the others accept. */
  serve(link: Link): void {
    const due = new Fingerprints();
    this.#due.set(link, due);
    void link.ended.then(() => this.#due.delete(link));
    servePort(link, NONCES, {
      exchange: async (own) => {
        this.#learn(link, Buffer.from(own, 'base64'));
        return textOf(due.take());
      },
      remembered: async (from) => {
        const prints = new Fingerprints();
        const next = this.#all.copy(from, prints, PART_BYTES, this.#clock.nowMs());
        return { prints: textOf(prints.take()), next };
      },
    });
  }

  #learn(from: Link, prints: Uint8Array): void {
    this.#all.learn(prints, this.#clock.nowMs());
    for (const [link, due] of this.#due) if (link !== from) due.addAll(prints);
  }
}

/** The nonces of all workers, as a worker shares them through the main process. */
export interface SharedNonces extends NonceExchange {
  /** All that the others have accepted before, in parts. */
  remembered(): AsyncIterable<Uint8Array>;
}

export function sharedNonces(link: Link): SharedNonces {
  const hub = remotePort(link, NONCES);
  return {
    exchange: async (own) => [Buffer.from(await hub.exchange(textOf(own)), 'base64')],
    async *remembered() {
      for (let from: number | null = 0; from !== null; ) {
        const part: Awaited<ReturnType<Nonces['remembered']>> = await hub.remembered(from);
        yield Buffer.from(part.prints, 'base64');
        from = part.next;
      }
    },
  };
}

function textOf(prints: Uint8Array): string {
  return Buffer.from(prints.buffer, prints.byteOffset, prints.byteLength).toString('base64');
}
