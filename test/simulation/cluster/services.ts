/**
 * The services that tasks of the simulated cluster call, and the audit of these calls. A call may be made again only when the node that
 * made it before cannot use its answer any more, and never after its outcome is durable.
 */
import type { ActionCatalog, TaskCall, TaskResult } from '../../../src/actions/action.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Scheduler } from '../../../src/base/scheduler.ts';
import type { NodeNumber } from '../../../src/store/nodes.ts';
import { standInActions, taskFailed, taskSucceeded } from '../../../src/testing/stand-ins.ts';
import { stateOf } from '../../support/flows.ts';
import type { Audit } from '../audit.ts';
import { Random } from '../random.ts';
import type { Trace } from '../trace.ts';
import { FATAL, FLAKY } from './flows.ts';
import type { NodeLife } from './node-life.ts';

export interface ServicesOptions {
  readonly seed: number;
  readonly scheduler: Pick<Scheduler, 'after'>;
  readonly trace: Trace;
  readonly journals: Audit;
  /** True if the node has not lost its lease, by the clock of the store. */
  readonly isLive: (node: NodeNumber) => boolean;
  /** A service has a token and the result of its work. */
  readonly onToken: (call: TaskCall, result: JsonObject) => void;
}

interface Made {
  readonly node: NodeNumber;
  readonly life: NodeLife;
}

/** Milliseconds until a service answers. */
const DELAYS = [0, 0, 5, 80, 900, 4_000, 15_000];

export class Services {
  readonly #options: ServicesOptions;
  /** By idempotency key and redrive. */
  readonly #made = new Map<string, Made>();
  calls = 0;
  again = 0;

  constructor(options: ServicesOptions) {
    this.#options = options;
  }

  /** The actions of one process. `node` is the node that it is at the time. */
  actionsOf(life: NodeLife, node: () => NodeNumber): ActionCatalog {
    return standInActions((call, signal) => {
      this.#called(call, { life, node: node() });
      return life.whileAlive(this.#serve(call, signal));
    });
  }

  #called(call: TaskCall, by: Made): void {
    const { journals, isLive, trace } = this.#options;
    const { idempotencyKey } = call;
    trace.add(`node ${by.node} calls ${idempotencyKey}`);
    this.calls++;
    // A redrive opens the tasks again that were aborted when the execution ended.
    const redrives = call.task === null ? 0 : (journals.shadows.get(call.task.execution)?.execution.redrives ?? 0);
    const key = `${idempotencyKey} ${redrives}`;
    const before = this.#made.get(key);
    this.#made.set(key, by);
    if (before !== undefined) {
      this.again++;
      const isOver = before.life.isDead || !isLive(before.node);
      if (!isLive(by.node)) journals.fault(`call ${idempotencyKey} by node ${by.node}, which is gone`);
      if (!isOver)
        journals.fault(`call ${idempotencyKey} by node ${by.node}: node ${before.node} has made it and lives`);
    }
    journals.called(call, { number: by.node });
  }

  async #serve(call: TaskCall, signal: AbortSignal): Promise<TaskResult> {
    const { seed } = this.#options;
    const random = Random.of(seed, 'service', call.idempotencyKey, this.calls);
    const body = call.parameters['body'] as JsonObject;
    const isWaited = await this.#pass(random.pick(DELAYS), signal);
    if (!isWaited) return taskFailed('Aborted');
    const state = stateOf(call);
    if (state === 'Break') return taskFailed(FATAL, 'it always fails');
    const { retry } = call.parameters['headers'] as JsonObject;
    const fails = Random.of(seed, 'flaky', state, String(body['n'])).pick([0, 0, 0, 1, 2]);
    if (Number(retry) < fails) return taskFailed(FLAKY, 'it fails sometimes');
    const result = { ...withoutItems(body), n: Number(body['n']) + 1 };
    if (call.mode !== 'WaitForCustomCallback') return taskSucceeded(result);
    this.#options.onToken(call, result);
    await this.#pass(random.pick(DELAYS), signal);
    return taskSucceeded({ accepted: true });
  }

  /** False when the engine does not need the answer any more. */
  #pass(ms: number, signal: AbortSignal): Promise<boolean> {
    if (ms === 0 || signal.aborted) return Promise.resolve(!signal.aborted);
    return new Promise((resolve) => {
      const cancel = this.#options.scheduler.after(ms, () => resolve(true));
      signal.addEventListener('abort', () => {
        cancel();
        resolve(false);
      });
    });
  }
}

function withoutItems({ items: _items, ...body }: JsonObject): JsonObject {
  return body;
}
