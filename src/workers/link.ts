/**
 * Calls between two processes of one server, over a channel of texts. Both ends serve methods by name and call those of the other.
 *
 * Arguments and results are plain data, and cross as JSON: it has all digits of long numbers, which a structured clone loses. The
 * messages of one turn of the event loop go together, because sending costs more than the text. They arrive in the order in which they
 * were sent, so an answer that was sent before a call is known before it.
 */
import { MAX_DEPTH, parseJson } from '../base/json.ts';
import type { Scheduler } from '../base/scheduler.ts';
import { errorOf, errorText } from './remote-error.ts';
import type { ErrorText } from './remote-error.ts';

/** Texts between this process and another one. */
export interface Channel {
  /** Sends a text; without effect when the channel has ended. */
  send(text: string): void;
  onText(take: (text: string) => void): void;
  /** Calls `take` once, when the other process has ended or closed the channel. */
  onEnd(take: () => void): void;
}

/** A method that the other end may call. The caller gets the error that it throws. */
export type Served = (...args: never[]) => Promise<unknown>;

/** The other process has ended, so the call has no answer. Whether it had its effect is not known. */
export class LinkEnded extends Error {
  override readonly name = 'LinkEnded';

  constructor() {
    super('another process of this server has ended before it answered');
  }
}

type Message =
  | readonly ['call', id: number, method: string, args: readonly unknown[]]
  | readonly ['note', method: string, args: readonly unknown[]]
  | readonly ['answer', id: number, result: unknown]
  | readonly ['error', id: number, error: ErrorText];

/** Levels that messages and records add to a value of a flow. */
const OWN_DEPTH = 16;

export class Link {
  readonly #channel: Channel;
  readonly #scheduler: Pick<Scheduler, 'soon'>;
  readonly #served = new Map<string, Served>();
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;
  #outgoing: string[] = [];
  #hasEnded = false;
  readonly #ended = Promise.withResolvers<void>();

  constructor(channel: Channel, scheduler: Pick<Scheduler, 'soon'>) {
    this.#channel = channel;
    this.#scheduler = scheduler;
    channel.onText((text) => this.#receive(text));
    channel.onEnd(() => this.#end());
  }

  /** Resolves when the other process has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Serves a method from now on. */
  serve(method: string, served: Served): void {
    this.#served.set(method, served);
  }

  /** Calls a method of the other end. Rejects with the error of the method, or with {@link LinkEnded}. */
  async call(method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#hasEnded) throw new LinkEnded();
    const id = ++this.#lastId;
    const call = Promise.withResolvers<unknown>();
    this.#calls.set(id, call);
    this.#send(['call', id, method, args]);
    return call.promise;
  }

  /** Calls a method of the other end whose result does not matter. */
  note(method: string, args: readonly unknown[]): void {
    if (!this.#hasEnded) this.#send(['note', method, args]);
  }

  #send(message: Message): void {
    this.#outgoing.push(JSON.stringify(message));
    if (this.#outgoing.length === 1) this.#scheduler.soon(() => this.#flush());
  }

  #flush(): void {
    const texts = this.#outgoing;
    this.#outgoing = [];
    if (!this.#hasEnded) this.#channel.send(`[${texts.join(',')}]`);
  }

  #receive(text: string): void {
    const messages = parseJson(text, MAX_DEPTH + OWN_DEPTH, 'accept') as unknown as readonly Message[];
    for (const message of messages) this.#take(message);
  }

  #take(message: Message): void {
    if (message[0] === 'call') return this.#answer(message[1], message[2], message[3]);
    if (message[0] === 'note') return void this.#run(message[1], message[2]).catch(() => undefined);
    const call = this.#calls.get(message[1]);
    this.#calls.delete(message[1]);
    if (message[0] === 'answer') call?.resolve(message[2]);
    else call?.reject(errorOf(message[2]));
  }

  #answer(id: number, method: string, args: readonly unknown[]): void {
    this.#run(method, args)
      .then((result = null) => this.#send(['answer', id, result]))
      .catch((error: unknown) => this.#send(['error', id, errorText(error)]));
  }

  async #run(method: string, args: readonly unknown[]): Promise<unknown> {
    const served = this.#served.get(method);
    if (served === undefined) throw new Error(`this process serves no ${method}`);
    return served(...(args as never[]));
  }

  #end(): void {
    this.#hasEnded = true;
    this.#ended.resolve();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.reject(new LinkEnded());
  }
}
