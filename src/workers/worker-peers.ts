/**
 * Questions of the main process to its workers. Workers ask nothing: the main process answers what concerns all of them, and an answer
 * is a call of the link, so nothing is lost while a worker lives.
 */
import type { JsonValue } from '../base/json.ts';
import { atMost } from '../base/scheduler.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { PeerHandler, Peers } from '../cluster/peers.ts';
import type { Link } from './link.ts';

const ASK = 'peers.ask';

export class WorkerPeers implements Peers {
  readonly #scheduler: Pick<Scheduler, 'after'>;
  readonly #links: () => readonly Link[];

  /** @param links to the workers that serve at the time of the call */
  constructor(scheduler: Pick<Scheduler, 'after'>, links: () => readonly Link[]) {
    this.#scheduler = scheduler;
    this.#links = links;
  }

  askAny(topic: string, question: JsonValue, waitMs: number): Promise<JsonValue> {
    const answers = this.#ask(topic, question);
    const first = new Promise<JsonValue>((resolve) => {
      for (const answer of answers) void answer.then((value) => (value === null ? undefined : resolve(value)));
      void Promise.all(answers).then(() => resolve(null));
    });
    return atMost(this.#scheduler, waitMs, first);
  }

  async askAll(topic: string, question: JsonValue, waitMs: number): Promise<readonly JsonValue[]> {
    const answers = await Promise.all(
      this.#ask(topic, question).map((answer) => atMost(this.#scheduler, waitMs, answer)),
    );
    return answers.filter((answer) => answer !== null);
  }

  serve(): void {
    // No worker asks.
  }

  /** A worker that ends, or whose handler has a defect, has nothing to say. */
  #ask(topic: string, question: JsonValue): Promise<JsonValue>[] {
    return this.#links().map((link) => link.call(ASK, [topic, question]).catch(() => null) as Promise<JsonValue>);
  }
}

/** The side of a worker: it answers the questions of the main process. */
export function answersTo(link: Link): Pick<Peers, 'serve'> {
  const handlers = new Map<string, PeerHandler>();
  link.serve(ASK, async (topic: string, question: JsonValue) => (await handlers.get(topic)?.(question)) ?? null);
  return { serve: (topic, handler) => void handlers.set(topic, handler) };
}
