/**
 * Looks at the store after every commit, from outside and without the runtime: at the rows of the journal, at the record
 * and at what was done with both. It folds the rows by itself and keeps its own copy, so that a row that changes is seen.
 *
 * A fault that it finds is kept, not thrown: the runtime would take it for a failure of the store.
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
import type { Life } from './life.ts';
import type { Trace } from './trace.ts';

export interface AuditOptions extends ShadowOptions {
  readonly store: ExecutionStore;
  readonly trace: Trace;
}

export class Audit {
  readonly faults: string[] = [];
  readonly shadows = new Map<ExecutionId, Shadow>();
  /** Flows that were deleted: their ended executions may be gone. */
  readonly deleted = new Set<string>();
  readonly #options: AuditOptions;
  readonly #plans = new Map<string, Plan>();
  /** Calls by task and the life in which each was made last. */
  readonly #called = new Map<string, string>();
  readonly #broken: () => void;
  /** Resolves at the first fault. */
  readonly broken: Promise<void>;
  #looking: Promise<void> = Promise.resolve();

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

  /** To be called when a commit has happened, before anybody is told. */
  committed(changes: readonly ExecutionChange[]): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      // Both ends of a parent and its child may be in one commit: all rows are read before any is judged.
      for (const { id } of changes) await this.#read(id);
      for (const { id, journal } of changes) this.#judge(id, journal === undefined);
    });
    return this.#looking;
  }

  /** Resolves when all that is committed so far was looked at. */
  settled(): Promise<void> {
    return this.#looking;
  }

  find(flowName: string, name: string): Shadow | null {
    for (const shadow of this.shadows.values()) {
      if (shadow.record.flowName === flowName && shadow.record.name === name) return shadow;
    }
    return null;
  }

  /** A task is being called: its TaskScheduled is durable and open, and it was not called before without need. */
  called(call: TaskCall, life: Life): void {
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
    // A redrive opens again what was given up when the execution failed.
    const now = `${life.number}/${shadow.execution.redrives}`;
    if (this.#called.get(task) === now && !ownChild) this.fault(`${where}: called twice in one life`);
    this.#called.set(task, now);
  }

  /** After a crash, or at the end: every row is still what it was, and a fold of them all gives what was folded. */
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

  /** The end of a task that waits for a child is the end of the child. */
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
