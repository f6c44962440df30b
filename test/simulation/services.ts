/**
 * The services that simulated tasks call. They are quick or slow, lose answers, fail, and report early, late, twice or never.
 *
 * The outcome of a task depends only on the seed, the state and the parameters: a repeated call, and a call of another runtime,
 * has the same outcome. The time and the number of answers are drawn for each call.
 */
import type { ActionCatalog, TaskCall, TaskResult } from '../../src/actions/action.ts';
import type { Scheduler } from '../../src/base/scheduler.ts';
import type { JsonValue } from '../../src/base/json.ts';
import type { ChildCall, ChildStarter } from '../../src/runtime/driver/calls.ts';
import type { TaskReport } from '../../src/runtime/executions.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { randomValue } from '../support/random-flow.ts';
import { stateOf } from '../support/flows.ts';
import { never } from '../support/life.ts';
import type { SimulatedLife } from './life.ts';
import { Random } from './random.ts';
import type { Trace } from './trace.ts';

/** Errors that flows of random-flow.ts catch and retry, and one that only `FnF.ALL` matches. */
const ERRORS = ['X', 'Y.Z', 'FnF.RuntimeError', 'FnF.TaskTimeout', 'Other'];

export interface ServicesOptions {
  readonly seed: number;
  readonly scheduler: Pick<Scheduler, 'after'>;
  readonly trace: Trace;
  /** Is called for each call of a task, before the service works. */
  readonly onCall: (call: TaskCall, life: SimulatedLife) => void;
  /** Sends a report to the process that serves at the time, and repeats it until it is answered. */
  readonly report: (token: string, report: TaskReport) => void;
  /** Starts a flow that reports to the token when it ends. */
  readonly startFor: (token: string, flowName: string) => void;
}

/** The cause of every failure of a service. */
export const AS_DRAWN = 'as drawn';

type Outcome = { readonly ok: true; readonly output: JsonValue } | { readonly ok: false; readonly error: string };

export class Services {
  readonly #options: ServicesOptions;
  readonly #calls = new Map<string, number>();
  /** By token, a repetition of the report, for a store that was put back from a copy and may not have it. */
  readonly #sent = new Map<string, () => void>();
  /** Reports that are planned and not sent. */
  reportsPlanned = 0;

  constructor(options: ServicesOptions) {
    this.#options = options;
  }

  /** The actions of one process. */
  actionsOf(life: SimulatedLife): ActionCatalog {
    return standInActions((call, signal) => this.#made(life, call, () => this.#serve(call, signal)));
  }

  /** The child starts of one process: its own, each observed like the call of a task. */
  childrenOf(life: SimulatedLife, own: ChildStarter): ChildStarter {
    return { start: (call, signal) => this.#made(life, call, () => this.#start(own, call, signal)) };
  }

  async #made(life: SimulatedLife, call: TaskCall, serve: () => Promise<TaskResult>): Promise<TaskResult> {
    if (life.point(`before a call of ${stateOf(call)}`)) return never();
    this.#options.onCall(call, life);
    if (life.point(`after a call of ${stateOf(call)}`)) return never();
    const result = await life.whileAlive(serve());
    return life.point(`after the answer to ${stateOf(call)}`) ? never() : result;
  }

  /** The outcome of a call, for a run to which its time does not matter. */
  answer(call: TaskCall): TaskResult {
    return resultOf(this.#outcome(call));
  }

  #outcome(call: TaskCall): Outcome {
    const asked = JSON.stringify(call.parameters, (key, value: unknown) => (key === 'token' ? undefined : value));
    const random = Random.of(this.#options.seed, 'outcome', stateOf(call), asked);
    if (random.chance(0.2)) return { ok: false, error: random.pick(ERRORS) };
    return { ok: true, output: randomValue(random.below) };
  }

  /** Starts a child flow. If the task waits for a callback, a service with the token reports. */
  async #start(own: ChildStarter, call: ChildCall, signal: AbortSignal): Promise<TaskResult> {
    const result = await own.start(call, signal);
    if (call.mode === 'WaitForCustomCallback') this.#plan(call, this.#deliveryOf(call));
    return result;
  }

  #deliveryOf(call: TaskCall): Random {
    const { seed } = this.#options;
    const count = (this.#calls.get(call.idempotencyKey) ?? 0) + 1;
    this.#calls.set(call.idempotencyKey, count);
    return Random.of(seed, 'delivery', call.idempotencyKey, count);
  }

  #serve(call: TaskCall, signal: AbortSignal): Promise<TaskResult> {
    const random = this.#deliveryOf(call);
    const outcome = this.#outcome(call);
    const lossy = serviceOf(call) === 'lossy';
    const delayMs = random.pick([0, 0, 0, 3, 40, 700, 4_000, 30_000, 100_000]);
    const wait = (forMs: number): Promise<boolean> => this.#wait(forMs, signal);
    const answered = async (result: TaskResult, forMs: number): Promise<TaskResult> =>
      (await wait(forMs)) ? result : ABORTED;
    const isLost = lossy && random.chance(0.15);
    if (isLost) this.#options.trace.add(`the answer to ${call.idempotencyKey} is lost`);
    if (call.mode === 'RequestComplete') return answered(resultOf(outcome), isLost ? Infinity : delayMs);
    // Some services fail at once, because they do not accept the work.
    if (!outcome.ok && random.chance(0.4)) return answered(resultOf(outcome), delayMs);
    const accepted: TaskResult = { ok: true, output: { accepted: true } };
    if (call.mode === 'WaitForSystemCallback') {
      const worksMs = isLost ? Infinity : random.pick([0, 10, 2_000, 70_000]);
      return answered({ ...accepted, completion: answered(resultOf(outcome), delayMs + worksMs) }, delayMs);
    }
    if (!isLost) this.#plan(call, random, delayMs);
    const isSilent = lossy && random.chance(0.1);
    return answered(accepted, isSilent ? Infinity : delayMs);
  }

  /** Plans the reports of a task: before its call is answered, at the same time, soon or long after it, once or twice. */
  #plan(call: TaskCall, random: Random, acceptedMs = 0): void {
    const token = call.taskToken ?? '';
    if (serviceOf(call) !== 'steady' && random.chance(0.12)) {
      // No service reports, or a flow that is started for the task does. A child starts none, so that their number is bounded.
      const isChild = call.flowName.startsWith('child');
      if (!isChild && random.chance(0.7)) {
        const child = random.pick(['child0', 'child1']);
        this.#sent.set(token, () => this.#options.startFor(token, child));
        this.#options.startFor(token, child);
      } else this.#options.trace.add(`no one will report ${call.idempotencyKey}`);
      return;
    }
    const report = reportOf(this.#outcome(call));
    this.#sent.set(token, () => this.#later(1_000, token, report));
    const firstMs = random.pick([
      0,
      acceptedMs / 2,
      acceptedMs,
      acceptedMs + 1,
      acceptedMs + 900,
      acceptedMs + 50_000,
      acceptedMs + 800_000,
    ]);
    this.#later(firstMs, token, report);
    if (!random.chance(0.3)) return;
    const isSame = serviceOf(call) === 'steady' || random.chance(0.5);
    this.#later(
      firstMs + random.pick([0, 1, 300, 60_000]),
      token,
      isSame ? report : { ok: true, output: { other: 1 } },
    );
  }

  /** All reports and starts of flows for tasks again. */
  again(): void {
    for (const send of this.#sent.values()) send();
  }

  #later(delayMs: number, token: string, report: TaskReport): void {
    this.reportsPlanned++;
    this.#options.scheduler.after(delayMs, () => {
      this.reportsPlanned--;
      this.#options.report(token, report);
    });
  }

  /** False when the engine no longer needs the answer. */
  #wait(forMs: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (forMs === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const aborted = (): void => {
        cancel();
        resolve(false);
      };
      const cancel = Number.isFinite(forMs)
        ? this.#options.scheduler.after(forMs, () => {
            signal.removeEventListener('abort', aborted);
            resolve(true);
          })
        : () => undefined;
      signal.addEventListener('abort', aborted, { once: true });
    });
  }
}

/** The name of the service says which faults it has (standard-flow.ts). */
function serviceOf({ parameters }: TaskCall): string {
  const place = String(parameters['url'] ?? parameters['resourceArn']);
  return ['lossy', 'steady'].find((name) => place.includes(name)) ?? 'sure';
}

const ABORTED: TaskResult = { ok: false, error: 'Aborted', cause: '' };

function resultOf(outcome: Outcome): TaskResult {
  return outcome.ok ? outcome : { ok: false, error: outcome.error, cause: AS_DRAWN };
}

function reportOf(outcome: Outcome): TaskReport {
  return outcome.ok ? outcome : { ok: false, failure: { error: outcome.error, cause: AS_DRAWN } };
}
