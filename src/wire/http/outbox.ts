/**
 * Results that became ready in one turn of the event loop, written together at its end. A caller on the same machine
 * is then woken once for all of them instead of once for each, which costs more than all other work on an answer
 * (docs/performance.md). A turn is short, so nobody waits for long.
 */
import type { Scheduler } from '../../base/scheduler.ts';

/** A result that can be written. */
interface Sender {
  sendNow(body: string): void;
}

export class Outbox {
  readonly #scheduler: Scheduler;
  #senders: Sender[] = [];
  #bodies: string[] = [];

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Writes `body` at the end of this turn. */
  add(sender: Sender, body: string): void {
    if (this.#senders.length === 0) this.#scheduler.soon(() => this.#flush());
    this.#senders.push(sender);
    this.#bodies.push(body);
  }

  #flush(): void {
    const senders = this.#senders;
    const bodies = this.#bodies;
    this.#senders = [];
    this.#bodies = [];
    for (let i = 0; i < senders.length; i++) (senders[i] as Sender).sendNow(bodies[i] as string);
  }
}
