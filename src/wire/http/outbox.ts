/**
 * Writes all results of one turn of the event loop together at its end. A caller on the same machine is then woken once instead
 * of once for each result; a wake-up costs more than all other work on an answer (docs/performance.md). The delay is short,
 * because turns are short.
 */
import type { Ports } from '../../base/ports.ts';

/** A result that can be written. */
interface Sender {
  sendNow(body: string): void;
}

export class Outbox {
  readonly #ports: Pick<Ports, 'scheduler' | 'observer'>;
  #senders: Sender[] = [];
  #bodies: string[] = [];

  constructor(ports: Pick<Ports, 'scheduler' | 'observer'>) {
    this.#ports = ports;
  }

  /** Writes `body` at the end of this turn. */
  add(sender: Sender, body: string): void {
    if (this.#senders.length === 0) this.#ports.scheduler.soon(() => this.#flush());
    this.#senders.push(sender);
    this.#bodies.push(body);
  }

  #flush(): void {
    const senders = this.#senders;
    const bodies = this.#bodies;
    this.#senders = [];
    this.#bodies = [];
    const { observer } = this.#ports;
    for (let i = 0; i < senders.length; i++) {
      // Not `isolated`: a closure for each answer is a cost on the hot path.
      try {
        (senders[i] as Sender).sendNow(bodies[i] as string);
      } catch (error) {
        observer.defect?.({ error, where: 'the writing of an answer' });
      }
    }
  }
}
