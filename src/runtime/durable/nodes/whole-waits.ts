/**
 * Why an execution waits, as the node knows that has it in memory. Another node could say it from the journal, but not how far a call is, or
 * that the execution is stuck.
 */
import { assert } from '../../../base/assert.ts';
import { isJsonObject, memberOf } from '../../../base/json.ts';
import type { JsonValue } from '../../../base/json.ts';
import type { Peers } from '../../../cluster/peers.ts';
import type { ExecutionRecord, ExecutionStore } from '../../../store/executions.ts';
import type { NodeNumber } from '../../../store/nodes.ts';
import type { RunTable } from '../run-table.ts';
import type { RunningExplanation, Waits } from '../waits.ts';

export interface WholeWaitsOptions {
  readonly store: Pick<ExecutionStore, 'get' | 'ownerOf'>;
  readonly node: NodeNumber;
  readonly table: Pick<RunTable, 'peek' | 'stuck'>;
  readonly waits: Waits;
  readonly peers: Pick<Peers, 'askAny' | 'serve'>;
}

const TOPIC = 'waits';
/** How long the owner may take to answer. It may have to find the question by its next look, and so may the answer. */
const PATIENCE_MS = 3_000;

export class WholeWaits {
  readonly #options: WholeWaitsOptions;

  /** Answers the questions of other nodes from now on. */
  constructor(options: WholeWaitsOptions) {
    this.#options = options;
    options.peers.serve(TOPIC, (question) => this.#answer(question));
  }

  /** As {@link Waits.of}. Without an answer of the owner, the journal has to say it. */
  async of(record: ExecutionRecord): Promise<RunningExplanation> {
    const { store, node, peers, waits } = this.#options;
    if (record.status !== 'Running' || this.#has(record.id)) return waits.of(record);
    const owner = await store.ownerOf(record.id);
    if (owner === null || owner === node) return waits.of(record);
    const answer = await peers.askAny(TOPIC, { id: record.id }, PATIENCE_MS);
    return answer === null ? waits.of(record) : (answer as unknown as RunningExplanation);
  }

  async #answer(question: JsonValue): Promise<JsonValue> {
    assert(isJsonObject(question), 'a question about waits is an object');
    const id = Number(memberOf(question, 'id'));
    const record = this.#has(id) ? await this.#options.store.get(id) : null;
    if (record === null) return null;
    const { waits, explanation } = await this.#options.waits.of(record);
    return { waits: waits.map((wait) => ({ ...wait })), explanation };
  }

  #has(id: number): boolean {
    const { table } = this.#options;
    return table.peek(id) !== undefined || table.stuck(id) !== undefined;
  }
}
