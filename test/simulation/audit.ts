/**
 * Checks the store after every commit, without the runtime: the rows of the journal, the record, and the answers that follow
 * from both. It folds the rows itself and has a copy of them, so that it notices a row that changes.
 *
 * It collects the faults that it finds. An exception would look to the runtime like a failure of the store.
 */
import { formatDiagnostic } from '../../src/base/diagnostic.ts';
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonValue } from '../../src/base/json.ts';
import type { TaskCall } from '../../src/actions/action.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import type { Plan } from '../../src/language/plan.ts';
import type { ExecutionChange, ExecutionId, ExecutionRecord, ExecutionStore } from '../../src/store/executions.ts';
import { Shadow } from './shadow.ts';
import type { ShadowOptions } from './shadow.ts';
import type { SimulatedLife } from './life.ts';
import type { Trace } from './trace.ts';

export interface AuditOptions extends ShadowOptions {
  readonly store: ExecutionStore;
  readonly trace: Trace;
}

export class Audit {
  readonly faults: string[] = [];
  readonly shadows = new Map<ExecutionId, Shadow>();
  /** Deleted flows, whose ended executions may be deleted as well. */
  readonly deleted = new Set<string>();
  readonly #options: AuditOptions;
  readonly #plans = new Map<string, Plan>();
  /** For each task, the life in which it was called last. */
  readonly #called = new Map<string, string>();
  readonly #broken: () => void;
  /** Resolves at the first fault. */
  readonly broken: Promise<void>;
  #checking: Promise<void> = Promise.resolve();

  constructor(options: AuditOptions) {
    this.#options = options;
    let broken: () => void = () => undefined;
    this.broken = new Promise((resolve) => {
      broken = resolve;
    });
    this.#broken = broken;
  }

  fault(message: string): void {
    this.#options.trace.add(`FAULT ${message}`);
    this.faults.push(message);
    this.#broken();
  }

  /** Must be called after a commit and before the commit is answered. */
  committed(changes: readonly ExecutionChange[]): Promise<void> {
    this.#checking = this.#checking.then(async () => {
      // A commit may have events of a parent and of its child, so all rows are read before any is judged.
      for (const { id } of changes) await this.#read(id);
      for (const { id, journal } of changes) this.#judge(id, journal === undefined);
    });
    return this.#checking;
  }

  /** Resolves when every commit so far is checked. */
  settled(): Promise<void> {
    return this.#checking;
  }

  find(flowName: string, name: string): Shadow | null {
    for (const shadow of this.shadows.values()) {
      if (shadow.record.flowName === flowName && shadow.record.name === name) return shadow;
    }
    return null;
  }

  /** A task is being called. Its TaskScheduled must be durable and open, and the call must not be an unneeded repetition. */
  called(call: TaskCall, life: SimulatedLife): void {
    const where = `call ${call.idempotencyKey} in life ${life.number}`;
    const shadow = call.task === null ? undefined : this.shadows.get(call.task.execution);
    if (call.task === null || shadow === undefined) return this.fault(`${where}: its execution is not in the store`);
    const { event } = call.task;
    const command = shadow.execution.commands.get(event);
    if (command === undefined || command.kind === 'timer') {
      return this.fault(`${where}: the store has no such task open`);
    }
    if (command.state.action !== call.action || command.state.mode !== call.mode) {
      this.fault(`${where}: ${call.action} in ${call.mode} is not what the store says`);
    }
    if (stringifyJson(command.parameters) !== stringifyJson(call.parameters)) {
      this.fault(`${where}: its parameters are not those of the store`);
    }
    const ownChild = call.action === 'FNF:StartExecution' && call.mode === 'WaitForSystemCallback';
    if (command.submitted && call.mode !== 'WaitForSystemCallback') this.fault(`${where}: it was submitted before`);
    const task = `${call.task.execution}/${event}`;
    // A redrive opens the tasks again that were aborted when the execution failed.
    const now = `${life.number}/${shadow.execution.redrives}`;
    if (this.#called.get(task) === now && !ownChild) this.fault(`${where}: called twice in one life`);
    this.#called.set(task, now);
  }

  /** After a crash, or at the end: every row is unchanged, and a fold of all rows gives the known state. */
  async recheck(): Promise<void> {
    await this.settled();
    for (const [id, shadow] of this.shadows) {
      if (this.deleted.has(shadow.record.flowName)) continue;
      const rows = await this.#options.store.journal(id, 1, Number.MAX_SAFE_INTEGER);
      shadow.compareRows(rows, (message) => this.fault(`#${id} ${message}`));
      const record = await this.#options.store.get(id);
      if (record === null) this.fault(`#${id} is gone`);
      else this.#checkRecord(shadow, record);
    }
  }

  async #read(id: ExecutionId): Promise<void> {
    const { store } = this.#options;
    const record = await store.get(id);
    let shadow = this.shadows.get(id);
    if (record === null) {
      const isDeleted = shadow !== undefined && this.deleted.has(shadow.record.flowName);
      return isDeleted ? undefined : this.fault(`#${id} was committed and is not there`);
    }
    if (shadow === undefined) {
      const plan = await this.#plan(record);
      if (plan === null) return;
      shadow = new Shadow(record, plan, this.#options);
      this.shadows.set(id, shadow);
    }
    shadow.record = record;
    try {
      shadow.add(await store.journal(id, shadow.lastEvent + 1, Number.MAX_SAFE_INTEGER));
    } catch (error) {
      this.fault(`#${id} does not fold: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #judge(id: ExecutionId, noRows: boolean): void {
    const shadow = this.shadows.get(id);
    if (shadow === undefined) return;
    for (const message of shadow.takeFaults()) this.fault(`#${id} ${message}`);
    if (noRows && shadow.isFresh) this.fault(`#${id} has new events that no commit brought`);
    for (const event of shadow.takeFresh())
      this.#checkChild(shadow, event.cause, event.type, event.value, event.facts?.failure?.error);
    this.#checkRecord(shadow, shadow.record);
  }

  #checkRecord(shadow: Shadow, record: ExecutionRecord): void {
    const { execution } = shadow;
    const name = `#${record.id}`;
    const same = (what: string, got: unknown, wanted: unknown): void => {
      if (got !== wanted) this.fault(`${name} ${what} is ${String(got)}, and by its events ${String(wanted)}`);
    };
    same('status', record.status, execution.status);
    same('start', record.startedMs, execution.startedMs);
    same('stop', record.stoppedMs, execution.status === 'Running' ? 0 : execution.stoppedMs);
    same('output', record.output, execution.status === 'Succeeded' ? stringifyJson(execution.output) : '');
    same('error', record.error, execution.failure?.error ?? '');
    same('cause', record.cause, execution.failure?.cause ?? '');
    if (record.wakeMs === null) return;
    if (execution.status !== 'Running') return this.fault(`${name} has ended and is asleep`);
    const reason = shadow.whyAwake();
    if (reason !== null) this.fault(`${name} is asleep and ${reason}`);
    const dueMs = shadow.dueMs();
    if (record.wakeMs > dueMs) this.fault(`${name} sleeps until ${record.wakeMs}, and is due at ${dueMs}`);
  }

  /** A task that waits for a child ends with the outcome of the child. */
  #checkChild(parent: Shadow, cause: number, type: string, value: JsonValue, error: string | undefined): void {
    if (type !== 'TaskSucceeded' && type !== 'TaskFailed') return;
    const scheduled = parent.events[cause - 1];
    if (scheduled === undefined || !parent.isChildTask(scheduled)) return;
    const children = [...this.shadows.values()].filter(
      ({ record }) => record.parent?.execution === parent.record.id && record.parent.event === cause,
    );
    const where = `#${parent.record.id} ${type} of task ${cause}`;
    if (children.length > 1) this.fault(`${where}: it has ${children.length} children`);
    const child = children[0];
    if (child === undefined) return this.fault(`${where}: its child is not in the store`);
    const { status, output, failure } = child.execution;
    if (status === 'Running') return this.fault(`${where}: its child #${child.record.id} has not ended`);
    if (type === 'TaskSucceeded' && (status !== 'Succeeded' || stringifyJson(output) !== stringifyJson(value))) {
      this.fault(`${where}: its child #${child.record.id} ended otherwise`);
    }
    if (type === 'TaskFailed' && status !== 'Succeeded' && failure?.error !== error) {
      this.fault(`${where}: ${error} is not the error of its child #${child.record.id}, ${failure?.error}`);
    }
  }

  async #plan({ flowId, revision }: ExecutionRecord): Promise<Plan | null> {
    const key = `${flowId}/${revision}`;
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const snapshot = await this.#options.store.snapshot(flowId, revision);
    if (snapshot === null) {
      this.fault(`the store has no snapshot of ${key}`);
      return null;
    }
    const options = { mode: 'Standard', flowName: null, limits: DEFAULT_DEFINITION_LIMITS } as const;
    const { plan, diagnostics } = compileDefinition(snapshot.definition, options);
    if (plan === null) this.fault(`the snapshot of ${key} does not compile: ${diagnostics.map(formatDiagnostic)[0]}`);
    else this.#plans.set(key, plan);
    return plan;
  }
}
