/**
 * Checks the store after every commit, without the runtime: the rows of the journal, the record, and the answers that follow
 * from both. It folds the rows itself and has a copy of them, so that it notices a row that changes.
 *
 * It collects the faults that it finds. An exception would look to the runtime like a failure of the store.
 */
import { formatDiagnostic } from '../../src/base/diagnostic.ts';
import { stringifyJson } from '../../src/base/json.ts';
import { patternMap } from '../../src/base/pattern-map.ts';
import type { JsonValue } from '../../src/base/json.ts';
import type { ExecutionEvent } from '../../src/interpreter/event.ts';
import type { TaskCall } from '../../src/actions/action.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import type { Plan } from '../../src/language/plan.ts';
import type {
  ExecutionChange,
  ExecutionId,
  ExecutionRecord,
  ExecutionStore,
  Retention,
} from '../../src/store/executions.ts';
import { MapShadow } from './map-shadow.ts';
import { Shadow } from './shadow.ts';
import type { ShadowOptions } from './shadow.ts';
import type { SimulatedLife } from './life.ts';
import type { Trace } from './trace.ts';

export interface AuditOptions extends ShadowOptions {
  /** Number of the life that owns the store. */
  readonly currentLife: () => number;
  /** The store at the time, without faults. */
  readonly store: () => ExecutionStore;
  readonly trace: Trace;
}

export class Audit {
  readonly faults: string[] = [];
  readonly shadows = new Map<ExecutionId, Shadow>();
  /** By their names. */
  readonly mapRuns = new Map<string, MapShadow>();
  /** Executions that were purged, or are not in a copy that was put back. */
  past: Shadow[] = [];
  /** Deleted flows, whose ended executions may be deleted as well. */
  readonly deleted = new Set<string>();
  readonly #options: AuditOptions;
  readonly #plans = new Map<string, Plan>();
  /** For each key of a call, the start whose call it was. */
  readonly #keys = new Map<string, number>();
  #births = 0;
  /** For each task, the life in which it was called last. */
  readonly #called = new Map<string, string>();
  readonly #broken: () => void;
  /** Resolves at the first fault. */
  readonly broken: Promise<void>;
  #checking: Promise<void> = Promise.resolve();
  readonly #underWay = new Set<Promise<unknown>>();
  /** How many changes of the store have begun. */
  #changes = 0;

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

  /**
   * Must be called after a commit and before the commit is answered, with the executions that do not exist. A start of a schedule is
   * among them if its due time was taken meanwhile.
   */
  committed(all: readonly ExecutionChange[], dropped: readonly ExecutionId[]): Promise<void> {
    const isRefused = ({ id, start }: ExecutionChange): boolean => start?.due !== undefined && dropped.includes(id);
    const changes = all.filter((change) => !isRefused(change));
    this.#checking = this.#checking.then(async () => {
      for (const { id } of all.filter(isRefused)) {
        const isThere = (await this.#options.store().get(id)) !== null;
        if (isThere) this.fault(`#${id} is there, and its start was refused`);
      }
      // A commit may have events of a parent and of its child, so all rows are read before any is judged.
      for (const { id } of changes) await this.#read(id);
      // A commit may have several changes of an execution.
      const withRows = new Set(changes.flatMap(({ id, journal }) => (journal === undefined ? [] : [id])));
      for (const { id } of changes) this.#judge(id, !withRows.has(id));
      for (const { id, start, reopen } of changes) {
        if (start !== undefined || reopen === true) this.#checkItemBegins(id);
      }
    });
    return this.#checking;
  }

  /**
   * Must be given each change of the store with its check. A store of another thread may have the change before it answers, and a
   * reader would see what the audit does not know yet.
   */
  async watched<T>(change: () => Promise<T>): Promise<T> {
    this.#changes++;
    const underWay = change();
    this.#underWay.add(underWay);
    return underWay.finally(() => this.#underWay.delete(underWay));
  }

  /** Resolves when every change so far is there and checked. */
  async settled(): Promise<void> {
    if (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
    await this.#checking;
  }

  /**
   * Must be called after a purge: those that are not there any more had ended before its time, or there are as many as are retained
   * without them. Without limits, only those of deleted flows may be deleted. Children of Map runs do not count, and go by their age or
   * with the execution of their Map.
   */
  purged(retention: Retention): Promise<void> {
    this.#checking = this.#checking.then(async () => {
      const beyond: Shadow[] = [];
      for (const [id, shadow] of this.shadows) {
        if (await this.#isThere(id)) continue;
        const { status, callback, flowName, stoppedMs, mapItem, parent } = shadow.record;
        const { endedBeforeMs } = retention;
        const isOld = endedBeforeMs !== null && (!this.#options.isClockSteady || stoppedMs < endedBeforeMs);
        const isGone = this.deleted.has(flowName);
        if (status === 'Running') this.fault(`#${id} was purged and runs`);
        if (callback === 'due') this.fault(`#${id} was purged, and its end was not reported to its parent`);
        if (!isGone && this.#runsParent(shadow)) this.fault(`#${id} was purged, and its parent runs`);
        if (!isOld && !isGone && mapItem === null) beyond.push(shadow);
        if (!isOld && !isGone && mapItem !== null && parent !== null && (await this.#isThere(parent.execution))) {
          this.fault(`#${id} was purged without the execution of its Map`);
        }
        this.#options.trace.add(`#${id} is purged`);
        this.shadows.delete(id);
        this.past.push(shadow);
      }
      for (const { record } of beyond) {
        if (!this.#hasAsManyAs(retention, record.flowName)) this.fault(`#${record.id} was purged too early`);
      }
    });
    return this.#checking;
  }

  async #isThere(id: ExecutionId): Promise<boolean> {
    return (await this.#options.store().get(id)) !== null;
  }

  #runsParent({ record: { parent } }: Shadow): boolean {
    return parent !== null && this.shadows.get(parent.execution)?.record.status === 'Running';
  }

  /** True if as many ended executions are left as are retained of the flow, or of all flows that share a number with it. */
  #hasAsManyAs({ executions, flows }: Retention, flowName: string): boolean {
    const ruleOf = patternMap(flows.map((rule) => ({ pattern: rule.pattern, value: rule })));
    const own = ruleOf(flowName)?.executions;
    const number = own === undefined ? executions : own;
    const left = [...this.shadows.values()].filter(({ record }) => {
      const isCounted =
        own === undefined ? ruleOf(record.flowName)?.executions === undefined : record.flowName === flowName;
      return isCounted && record.mapItem === null && record.status !== 'Running';
    });
    return number !== null && left.length >= number;
  }

  /** The store was put back from a copy: the audit forgets what the copy does not have. Returns the executions that are lost. */
  async restored(): Promise<Shadow[]> {
    const known = [...this.shadows.values(), ...this.past];
    this.shadows.clear();
    this.mapRuns.clear();
    this.#called.clear();
    for (const id of new Set(known.map(({ record }) => record.id))) {
      if (!(await this.#isThere(id))) continue;
      await this.#read(id);
      const shadow = this.shadows.get(id);
      if (shadow === undefined) continue;
      shadow.takeFresh();
      for (const message of shadow.takeFaults()) this.fault(`#${id} ${message}`);
      shadow.birth = known.find((other) => other.isSameStart(shadow))?.birth ?? shadow.birth;
    }
    const births = new Set([...this.shadows.values()].map(({ birth }) => birth));
    this.past = known.filter(({ birth }) => !births.has(birth));
    return this.past.filter(({ record }) => !this.shadows.has(record.id));
  }

  /** True for a failed child whose parent runs and does not have the failure yet. */
  isAwaited(id: ExecutionId): boolean {
    const record = this.shadows.get(id)?.record;
    if (record?.callback !== 'due' || record.parent === null || record.status === 'Succeeded') return false;
    return this.shadows.get(record.parent.execution)?.execution.commands.has(record.parent.event) === true;
  }

  /** While nothing happens: no task waits for a child that has ended. */
  checkChildren(): void {
    for (const { record, execution } of this.shadows.values()) {
      if (record.parent === null || execution.status === 'Running') continue;
      const parent = this.shadows.get(record.parent.execution);
      const scheduled = parent?.events[record.parent.event - 1];
      if (parent === undefined || scheduled === undefined || !parent.isChildTask(scheduled)) continue;
      if (!parent.execution.commands.has(scheduled.id)) continue;
      this.fault(`#${parent.record.id} waits for its child #${record.id}, which has ended`);
    }
  }

  /** As `find`, or the latest one that is past. */
  findEver(flowName: string, name: string): Shadow | null {
    return this.find(flowName, name) ?? this.past.findLast((shadow) => isNamed(shadow, flowName, name)) ?? null;
  }

  /** The execution of that start; null if it never was in the store. */
  born(birth: number): Shadow | null {
    return [...this.shadows.values(), ...this.past].find((shadow) => shadow.birth === birth) ?? null;
  }

  /** The latest execution of these names: one of a deleted flow may be in the store beside it. */
  find(flowName: string, name: string): Shadow | null {
    return [...this.shadows.values()].findLast((shadow) => isNamed(shadow, flowName, name)) ?? null;
  }

  /** All executions that ever had these names, in the order in which the audit met them. */
  named(flowName: string, name: string): Shadow[] {
    return [...this.past, ...this.shadows.values()].filter((shadow) => isNamed(shadow, flowName, name));
  }

  /** Births of the executions of a flow whose name a later one has: of a flow that was created again, or after a purge. */
  superseded(flowName: string): ReadonlySet<number> {
    const ofFlow = [...this.past, ...this.shadows.values()].filter(({ record }) => record.flowName === flowName);
    const others = ofFlow.filter((shadow) => this.findEver(flowName, shadow.record.name) !== shadow);
    return new Set(others.map(({ birth }) => birth));
  }

  /** A task is being called. Its TaskScheduled must be durable and open, and the call must not be an unneeded repetition. */
  called(call: TaskCall, life: Pick<SimulatedLife, 'number'>): void {
    const where = `call ${call.idempotencyKey} in life ${life.number}`;
    if (call.task === null) return this.#calledByItem(call, life, where);
    const shadow = this.shadows.get(call.task.execution);
    if (shadow === undefined) return this.fault(`${where}: its execution is not in the store`);
    const { event } = call.task;
    const user = this.#keys.get(call.idempotencyKey) ?? shadow.birth;
    this.#keys.set(call.idempotencyKey, shadow.birth);
    if (user !== shadow.birth) this.fault(`${where}: the key is that of a call of another start`);
    const command = shadow.execution.commands.get(event);
    if (command === undefined || command.kind === 'timer' || command.kind === 'map') {
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

  /** An Express child of a Map run calls its service. Its name has those of the execution and the run, and its position. */
  #calledByItem({ flowName, executionName }: TaskCall, life: Pick<SimulatedLife, 'number'>, where: string): void {
    // A process that has lost the store does not know it before its next commit.
    if (life.number !== this.#options.currentLife()) return;
    const [, parent = '', run = '', index = ''] = /^(.+)-([0-9a-f]{12})-(\d+):/.exec(executionName) ?? [];
    const mapRun = [...this.mapRuns.values()].find(({ record }) => record.name.startsWith(run));
    const shadow = mapRun === undefined ? undefined : this.shadows.get(mapRun.execution);
    if (run === '' || mapRun === undefined || shadow === undefined) return this.fault(`${where}: no run has this item`);
    if (shadow.record.flowName !== flowName || shadow.record.name !== parent) {
      this.fault(`${where}: its run is that of #${shadow.record.id}`);
    }
    const command = shadow.openMapRun(mapRun.record.name);
    if (command === null) return this.fault(`${where}: its run is not open`);
    if (mapRun.hasSucceeded(Number(index))) this.fault(`${where}: the item was called again, and had ended`);
    const item = `${mapRun.record.name}/${command.id}/${index}`;
    if (this.#called.get(item) === `${life.number}`) this.fault(`${where}: called twice in one life`);
    this.#called.set(item, `${life.number}`);
  }

  /** A child begins or is redriven: its run is there, and its item has not ended. */
  #checkItemBegins(id: ExecutionId): void {
    const { mapItem = null, parent = null } = this.shadows.get(id)?.record ?? {};
    if (mapItem === null) return;
    const run = this.mapRuns.get(mapItem.run);
    if (run === undefined || run.execution !== parent?.execution) return this.fault(`#${id} is an item of no run`);
    if (run.hasSucceeded(mapItem.index)) this.fault(`#${id} begins, and its item had ended`);
  }

  async #readMapRuns(id: ExecutionId, shadow: Shadow): Promise<void> {
    const store = this.#options.store();
    for (const name of shadow.mapRuns) {
      const record = await store.mapRun(id, name);
      if (record === null) {
        this.fault(`#${id} has no record of its Map run ${name}`);
        continue;
      }
      const known = this.mapRuns.get(name) ?? new MapShadow(id, record);
      this.mapRuns.set(name, known);
      known.add(await store.mapRunLog(id, record.key, known.next, Number.MAX_SAFE_INTEGER), record);
    }
  }

  /** The faults of the runs of an execution, and what its events say about them. */
  #judgeMapRuns(shadow: Shadow, fresh: readonly ExecutionEvent[]): void {
    for (const event of fresh) {
      if (event.type !== 'MapRunSucceeded' && event.type !== 'MapRunFailed') continue;
      const name = shadow.events[event.cause - 1]?.facts?.mapRun?.name ?? '';
      this.mapRuns.get(name)?.checkEnd(event);
    }
    for (const name of shadow.mapRuns) {
      const run = this.mapRuns.get(name);
      if (run === undefined) continue;
      for (const message of run.takeFaults()) this.fault(`Map run ${name} of #${shadow.record.id} ${message}`);
      const isAlone = run.isOpen && shadow.openMapRun(name) === null;
      if (isAlone) this.fault(`Map run ${name} of #${shadow.record.id} is open, and its state is not`);
    }
  }

  /** After a crash, or at the end: every row is unchanged, and a fold of all rows gives the known state. */
  async recheck(): Promise<void> {
    await this.settled();
    for (const [id, shadow] of this.shadows) {
      if (this.deleted.has(shadow.record.flowName)) continue;
      const { rows, record } = await this.#atRest(async () => ({
        rows: await this.#options.store().journal(id, 1, Number.MAX_SAFE_INTEGER),
        record: await this.#options.store().get(id),
      }));
      // It was purged meanwhile.
      if (this.shadows.get(id) !== shadow) continue;
      shadow.compareRows(rows, (message) => this.fault(`#${id} ${message}`));
      if (record === null) this.fault(`#${id} is gone`);
      else this.#checkRecord(shadow, record);
    }
  }

  /** The result of a read during which nothing changes the store. */
  async #atRest<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      const changes = this.#changes;
      const found = await read();
      await this.settled();
      if (this.#changes === changes) return found;
    }
  }

  async #read(id: ExecutionId): Promise<void> {
    const store = this.#options.store();
    const record = await store.get(id);
    let shadow = this.shadows.get(id);
    if (record === null) {
      const isDeleted = shadow !== undefined && this.deleted.has(shadow.record.flowName);
      const isPast = this.past.some((past) => past.record.id === id);
      return isDeleted || isPast ? undefined : this.fault(`#${id} was committed and is not there`);
    }
    if (shadow === undefined) {
      const plan = await this.#plan(record);
      if (plan === null) return;
      shadow = new Shadow(record, plan, ++this.#births, this.#options);
      this.shadows.set(id, shadow);
    }
    shadow.record = record;
    try {
      shadow.add(await store.journal(id, shadow.lastEvent + 1, Number.MAX_SAFE_INTEGER));
    } catch (error) {
      this.fault(`#${id} does not fold: ${error instanceof Error ? error.message : String(error)}`);
    }
    await this.#readMapRuns(id, shadow);
  }

  #judge(id: ExecutionId, noRows: boolean): void {
    const shadow = this.shadows.get(id);
    if (shadow === undefined) return;
    for (const message of shadow.takeFaults()) this.fault(`#${id} ${message}`);
    if (noRows && shadow.isFresh) this.fault(`#${id} has new events that no commit brought`);
    const fresh = shadow.takeFresh();
    this.#judgeMapRuns(shadow, fresh);
    for (const event of fresh)
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
    const snapshot = await this.#options.store().snapshot(flowId, revision);
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

function isNamed({ record }: Shadow, flowName: string, name: string): boolean {
  return record.flowName === flowName && record.name === name;
}
