/**
 * Questions and answers over a way that carries texts between processes and may lose them. A question is repeated until its answer
 * is there, and has an id, so that a repeated answer counts once.
 */
import { inBackground } from '../base/isolated.ts';
import { MAX_DEPTH, isJsonObject, parseJson, stringifyJson } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Ports } from '../base/ports.ts';
import type { NodeNumber } from '../store/nodes.ts';
import type { PeerHandler, Peers } from './peers.ts';

/** The way. Neither member rejects: what it cannot send is lost. */
export interface PeerTransport {
  /** The other processes at this time. */
  others(): Promise<readonly NodeNumber[]>;
  send(to: NodeNumber, text: string): Promise<void>;
}

/** Between two attempts to get the answers that are missing. */
const REPEAT_MS = 1_000;
/** Longest answer, in UTF-16 units: a page of any list, with its largest entry, and escapes. Asker and way must hold it in memory. */
const ANSWER_UNITS = 32 * 1024 * 1024;
/** The value of a question or an answer is inside of a message. */
const MESSAGE_DEPTH = MAX_DEPTH + 16;

interface Asked {
  /** Those whose answer is missing. */
  readonly open: Set<NodeNumber>;
  readonly answers: JsonValue[];
  /** The first answer that is not null is enough. */
  readonly isAny: boolean;
  readonly finish: () => void;
}

export class Questions implements Peers {
  readonly #transport: PeerTransport;
  readonly #ports: Pick<Ports, 'scheduler' | 'ids' | 'observer'>;
  readonly #handlers = new Map<string, PeerHandler>();
  /** Own questions, by id. */
  readonly #asked = new Map<string, Asked>();
  /** Ids of questions whose answer is being made, so that a repeated one is not answered twice at the same time. */
  readonly #underWay = new Set<string>();

  constructor(transport: PeerTransport, ports: Pick<Ports, 'scheduler' | 'ids' | 'observer'>) {
    this.#transport = transport;
    this.#ports = ports;
  }

  async askAny(topic: string, question: JsonValue, waitMs: number): Promise<JsonValue> {
    const [answer = null] = await this.#ask(true, { topic, question }, waitMs);
    return answer;
  }

  askAll(topic: string, question: JsonValue, waitMs: number): Promise<readonly JsonValue[]> {
    return this.#ask(false, { topic, question }, waitMs);
  }

  serve(topic: string, handler: PeerHandler): void {
    this.#handlers.set(topic, handler);
  }

  /** Takes a text that `send` of another process has sent to this one. @throws {JsonFault} for a text that is not JSON */
  received(from: NodeNumber, text: string): void {
    const message = parseJson(text, MESSAGE_DEPTH, 'accept');
    if (!isJsonObject(message)) return;
    const { id, topic, question = null, answer = null } = message;
    if (typeof id !== 'string') return;
    if (typeof topic !== 'string') return this.#answered(from, id, answer);
    const key = `${from}/${id}`;
    if (this.#underWay.has(key)) return;
    this.#underWay.add(key);
    inBackground(this.#ports.observer, 'the answer to a question of another process', async () => {
      try {
        await this.#answer(from, id, topic, question);
      } finally {
        this.#underWay.delete(key);
      }
    });
  }

  /** No other process answers any more: questions under way end with the answers that they have. */
  close(): void {
    for (const { finish } of this.#asked.values()) finish();
  }

  async #answer(from: NodeNumber, id: string, topic: string, question: JsonValue): Promise<void> {
    // A version of Millrace that does not know the topic has nothing to say about it.
    const handler = this.#handlers.get(topic);
    const answer = handler === undefined ? null : await handler(question);
    const text = stringifyJson({ id, answer });
    if (text.length <= ANSWER_UNITS) await this.#transport.send(from, text);
  }

  #answered(from: NodeNumber, id: string, answer: JsonValue): void {
    const asked = this.#asked.get(id);
    if (asked?.open.delete(from) !== true) return;
    if (answer !== null) asked.answers.push(answer);
    if (asked.open.size === 0 || (asked.isAny && answer !== null)) asked.finish();
  }

  async #ask(
    isAny: boolean,
    content: { readonly topic: string; readonly question: JsonValue },
    waitMs: number,
  ): Promise<readonly JsonValue[]> {
    const others = await this.#transport.others();
    if (others.length === 0) return [];
    const { scheduler, ids } = this.#ports;
    const id = ids.uuid();
    const answers: JsonValue[] = [];
    await new Promise<void>((resolve) => {
      let cancelRepeat = (): void => {};
      const cancelEnd = scheduler.after(waitMs, () => finish());
      const finish = (): void => {
        this.#asked.delete(id);
        cancelRepeat();
        cancelEnd();
        resolve();
      };
      const asked = { open: new Set(others), answers, isAny, finish };
      this.#asked.set(id, asked);
      const send = (): void => {
        cancelRepeat = scheduler.after(REPEAT_MS, () => this.#repeat(id, send));
        for (const node of asked.open) this.#send(node, { id, ...content });
      };
      send();
    });
    return answers;
  }

  /** Asks those again that have not answered, and waits no longer for those that are gone. */
  #repeat(id: string, send: () => void): void {
    inBackground(this.#ports.observer, 'a question to other processes', async () => {
      const others = new Set(await this.#transport.others());
      const asked = this.#asked.get(id);
      if (asked === undefined) return;
      for (const node of asked.open) if (!others.has(node)) asked.open.delete(node);
      if (asked.open.size === 0) asked.finish();
      else send();
    });
  }

  #send(to: NodeNumber, message: JsonObject): void {
    const text = stringifyJson(message);
    inBackground(this.#ports.observer, 'a question to another process', () => this.#transport.send(to, text));
  }
}
