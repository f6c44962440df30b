/**
 * Results that became ready in one turn of the event loop, written together at its end. A caller on the same machine
 * is then woken once for all of them instead of once for each, which costs more than all other work on an answer
 * (docs/performance.md). A turn is short, so nobody waits for long.
 */

/** A result that can be written. */
interface Sender {
  sendNow(body: string): void;
}

export class Outbox {
  #senders: Sender[] = [];
  #bodies: string[] = [];

  /** Writes `body` at the end of this turn. */
  add(sender: Sender, body: string): void {
    if (this.#senders.length === 0) setImmediate(() => this.#flush());
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
