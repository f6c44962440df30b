/**
 * Starts of Standard executions. A name belongs to one execution (rules.md 5.11), an execution counts against the limit of running
 * ones, and a start is durable before its caller gets an answer.
 */
import { apiError, invalidArgument, modeNotSupported } from '../../api/error.ts';
import { inBackground } from '../../base/isolated.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { Ports } from '../../base/ports.ts';
import { Execution } from '../../interpreter/execution.ts';
import type { ExecutionLimits } from '../../interpreter/execution.ts';
import type { ExecutionId, ExecutionRecord, ExecutionStore, FlowSnapshot } from '../../store/executions.ts';
import type { MapItemPlace } from '../../store/map-runs.ts';
import type { Plan } from '../../language/plan.ts';
import type { ItemOfRun } from '../map-items.ts';
import type { Resolved, RunnableFlows } from '../flows/runnable-flows.ts';
import type { Turns } from '../driver/turns.ts';
import { ancestryOf, isRepeated, owesEnd, parentOf } from '../start-origin.ts';
import type { StartOrigin } from '../start-origin.ts';
import type { Orphans } from './children/orphans.ts';
import type { TakeOver, TakeOvers } from './children/take-overs.ts';
import { startOf } from './loader.ts';
import { NameTaken } from './dropped.ts';
import type { NewIds } from './new-ids.ts';
import type { RunTable } from './run-table.ts';
import { DurableRun } from './run.ts';
import type { WriteGate } from './write-gate.ts';

/** A start whose parameters are checked. */
export interface DurableStart {
  readonly flowName: string;
  readonly qualifier: string;
  /** Null: the runtime generates a UUID. */
  readonly executionName: string | null;
  /** As the caller sent it; empty when there was none. */
  readonly inputText: string;
  readonly input: JsonObject;
  readonly origin: StartOrigin;
  /** Of a task that comes again after a redrive: the children that it may take over. */
  readonly takeOver?: TakeOver;
}

/** A child of a Map run. */
export interface ItemStart extends Begun {
  readonly run: ItemOfRun;
  readonly name: string;
  /** Position of the item or the batch. */
  readonly index: number;
  readonly origin: StartOrigin & { readonly from: 'map' };
  /** MapRunStarted events of the run that redrives have undone: the child may have been started for one of them. */
  readonly undone: readonly number[];
}

/** The members of a start that its execution has. */
interface Begun extends Pick<DurableStart, 'inputText' | 'origin'> {
  readonly input: JsonValue;
}

/** The definition that an execution runs, with its circumstances. */
interface StartSourceOf {
  readonly flow: Omit<FlowSnapshot, 'flowId'> & { readonly id: string; readonly name: string };
  readonly plan: Plan;
  readonly version: string;
  readonly alias: string;
  readonly mapItem: MapItemPlace | null;
}

function sourceOf({ runnable: { flow, plan, version }, alias }: Resolved): StartSourceOf {
  return { flow, plan, version, alias, mapItem: null };
}

/** The result of a start. */
export interface Started {
  readonly record: ExecutionRecord;
  /** The execution's snapshot; null for an execution that existed before, whose snapshot is in the store. */
  readonly snapshot: FlowSnapshot | null;
}

export interface StartsOptions {
  readonly ports: Pick<Ports, 'clock' | 'ids' | 'observer'>;
  readonly store: Pick<ExecutionStore, 'find'>;
  readonly flows: RunnableFlows;
  readonly table: RunTable;
  readonly gate: WriteGate;
  /** Those of the runs. */
  readonly turns: Turns;
  readonly orphans: Pick<Orphans, 'stopIfOrphan'>;
  readonly takeOvers: TakeOvers;
  readonly limits: ExecutionLimits & { readonly standardTimeoutSeconds: number };
  readonly newIds: NewIds;
}

export class Starts {
  readonly #options: StartsOptions;
  /** Starts under way, by flow id and execution name. */
  readonly #underWay = new Map<string, Promise<Started | null>>();
  /** By flow id and execution name, starts whose callers got an error because the commit takes long: it may still succeed. */
  readonly #late = new Map<string, Promise<void>>();

  constructor(options: StartsOptions) {
    this.#options = options;
  }

  /** Starts an execution; it is durable when this resolves. @throws {ApiError} as `Executions.start`. */
  async start(start: DurableStart): Promise<Started> {
    const { flows, ports, takeOvers, turns, newIds } = this.#options;
    const { flowName, qualifier, executionName } = start;
    for (;;) {
      if (turns.isOver) await turns.later(flowName);
      if (newIds.isEmpty) await this.#fill(start.origin);
      const { changes } = flows;
      const resolved = flows.peek(flowName, qualifier) ?? (await flows.load(flowName, qualifier));
      const { flow } = resolved.runnable;
      if (flow.executionMode !== 'Standard') throw modeNotSupported(flow.executionMode);
      const taken =
        start.takeOver === undefined
          ? null
          : await takeOvers.find(flow.id, start.takeOver, start.executionName, start.origin);
      if (taken !== null) return { record: taken, snapshot: null };
      if (executionName === null) {
        if (this.#isChanged(resolved, start, changes)) continue;
        const begun = await this.#begin(sourceOf(resolved), ports.ids.uuid(), start);
        if (begun === null) continue;
        return begun;
      }
      const key = `${flow.id}/${executionName}`;
      const late = this.#late.get(key);
      if (late !== undefined) {
        await this.#settled(late, start.origin);
        continue;
      }
      const other = this.#underWay.get(key);
      if (other !== undefined) {
        const found = await other;
        if (found !== null) return existing(found.record, start.origin);
        continue;
      }
      const own = this.#findOrBegin(resolved, executionName, start, changes);
      this.#underWay.set(key, own);
      const found = await own.finally(() => this.#underWay.delete(key));
      if (found === null) continue;
      return found.snapshot === null ? existing(found.record, start.origin) : found;
    }
  }

  /**
   * Starts a child of a Map run, or finds the one that was started before a crash or a redrive. It is durable when this resolves.
   * @throws {ApiError} `ResourceThrottled`, `ExecutionAlreadyExists` for a name that another execution has, and the reasons for which a
   *   redrive of the child is refused
   */
  async startItem(item: ItemStart): Promise<void> {
    const key = `${item.run.parent.flowId}/${item.name}`;
    const others = (): Promise<unknown> | undefined => this.#late.get(key) ?? this.#underWay.get(key);
    // A caller's start may have the name of an item; its error is the caller's.
    for (let other = others(); other !== undefined; other = others()) await other.catch(() => undefined);
    const own = this.#findOrBeginItem(item);
    this.#underWay.set(key, own);
    await own.finally(() => this.#underWay.delete(key));
  }

  async #findOrBeginItem({ run, name, index, input, inputText, origin, undone }: ItemStart): Promise<Started> {
    const { store, takeOvers, turns } = this.#options;
    const { parent, snapshot, plan } = run;
    const { flowId, flowName, version, alias } = parent;
    const takeOver = { names: [name], events: undone, isNamed: true };
    const taken = undone.length === 0 ? null : await takeOvers.find(flowId, takeOver, name, origin);
    if (taken !== null) return { record: taken, snapshot: null };
    for (;;) {
      const known = await store.find(flowId, name);
      if (known !== null) return existing(known, origin);
      if (turns.isOver) await turns.later(flowName);
      const flow = { ...snapshot, id: flowId, name: flowName };
      const mapItem = { run: run.name, state: run.state, index };
      const source = { flow, plan, version, alias, mapItem };
      const begun = await this.#begin(source, name, { inputText, input, origin }).catch(nullIfTaken);
      if (begun !== null) return begun;
    }
  }

  /**
   * Runs once at a time for a name. Null when the flow has changed meanwhile, or another node has started an execution of the name:
   * the caller then begins again.
   */
  async #findOrBegin(resolved: Resolved, name: string, start: DurableStart, changes: number): Promise<Started | null> {
    const { store, turns } = this.#options;
    const known = await store.find(resolved.runnable.flow.id, name);
    if (known !== null) return { record: known, snapshot: null };
    if (turns.isOver) await turns.later(start.flowName);
    if (this.#isChanged(resolved, start, changes)) return null;
    return this.#begin(sourceOf(resolved), name, start).catch(nullIfTaken);
  }

  /**
   * True if the flow may have been deleted since it was found, when `changes` was as given. Its executions have been marked then, so
   * no other may begin.
   */
  #isChanged({ runnable }: Resolved, { flowName, qualifier }: DurableStart, changes: number): boolean {
    const { flows } = this.#options;
    // The flow may also have left the cache meanwhile, which is no change.
    return flows.changes !== changes && flows.peek(flowName, qualifier)?.runnable.flow.id !== runnable.flow.id;
  }

  /** Null when the node had no id at hand. It has some now, and the caller begins again, because its flow may have changed meanwhile. */
  async #begin(source: StartSourceOf, name: string, start: Begun): Promise<Started | null> {
    const { table, gate, orphans, limits, newIds } = this.#options;
    const { origin } = start;
    const isPatient = isRepeated(origin);
    if (origin.from === 'token' && origin.isTaskOver) throw invalidArgument(TASK_OVER);
    if (isPatient) gate.refuseWhenStopped();
    else gate.refuseInTrouble();
    const { flow, plan, mapItem } = source;
    table.refuseFull(origin.from, { mapItem, ancestry: ancestryOf(origin) }, start.inputText.length);
    const id = newIds.take(flow.id, name);
    if (id === null) {
      await this.#fill(origin);
      return null;
    }
    const record = this.#record(id, source, name, start);
    const { id: flowId, revision, definition, description, roleArn, environment, writer } = flow;
    const snapshot = { flowId, revision, definition, description, roleArn, environment, writer };
    const execution = new Execution(plan, startOf(record, start.input, flow, limits.standardTimeoutSeconds), limits);
    const run = new DurableRun(table, record, execution, {
      kind: 'new',
      source: origin.from,
      // The execution of the Map uses it.
      snapshot: mapItem === null ? snapshot : null,
      abortable: !isPatient,
      ...(origin.from === 'schedule' && { due: origin.due }),
    });
    table.add(run);
    run.begin({ kind: 'start' });
    const durable = run.durable();
    try {
      await (isPatient ? durable : gate.durable(run));
    } catch (error) {
      this.#holdName(`${flow.id}/${name}`, durable);
      throw error;
    }
    if (isPatient && owesEnd(origin)) await orphans.stopIfOrphan(record);
    return { record: { ...record, startedMs: execution.startedMs }, snapshot };
  }

  #fill(origin: StartOrigin): Promise<void> {
    const { newIds, gate } = this.#options;
    return isRepeated(origin) ? newIds.fill() : gate.patiently(newIds.fill());
  }

  /** No other start begins an execution of the name before the store has this one or not. */
  #holdName(key: string, durable: Promise<void>): void {
    const settled = durable.then(
      () => {},
      () => {},
    );
    this.#late.set(key, settled);
    inBackground(this.#options.ports.observer, 'a start whose commit takes long', () =>
      settled.then(() => void this.#late.delete(key)),
    );
  }

  /** Resolves when an earlier start of the name is durable or aborted. @throws {ApiError} `InternalServerError` when that takes long. */
  #settled(late: Promise<void>, origin: StartOrigin): Promise<void> {
    const { gate } = this.#options;
    if (isRepeated(origin)) return late;
    gate.refuseInTrouble();
    return gate.durable({ isBroken: false, durable: () => late });
  }

  #record(
    id: ExecutionId,
    { flow, version, alias, mapItem }: StartSourceOf,
    name: string,
    { inputText, origin }: Begun,
  ): ExecutionRecord {
    return {
      id,
      flowId: flow.id,
      flowName: flow.name,
      name,
      identity: this.#options.ports.ids.uuid(),
      status: 'Running',
      startedMs: this.#options.ports.clock.nowMs(),
      stoppedMs: 0,
      revision: flow.revision,
      version,
      alias,
      parent: parentOf(origin),
      ancestry: ancestryOf(origin),
      mapItem,
      callback: owesEnd(origin) ? 'owed' : 'none',
      stop: null,
      wakeMs: null,
      error: '',
      cause: '',
      input: inputText,
      output: '',
    };
  }
}

const TASK_OVER =
  'CallbackFnFTaskToken is refused: its task has ended, by a report, by its timeout or with its execution, so no one would get the end of this execution.';

/** @throws what is not {@link NameTaken} */
function nullIfTaken(error: unknown): null {
  if (error instanceof NameTaken) return null;
  throw error;
}

/** The answer to a start whose name is taken (rules.md 5.11). @throws {ApiError} `ExecutionAlreadyExists`. */
function existing(known: ExecutionRecord, origin: StartOrigin): Started {
  const parent = parentOf(origin);
  const isAgain = parent?.execution === known.parent?.execution && parent?.event === known.parent?.event;
  const isRunning = known.status === 'Running';
  // Two starts get the existing execution: a repetition whose first answer was lost, and a start of a name that is running.
  // A start for a task that waits is refused instead, because the running execution would not report its end to that task.
  if (isAgain ? isRepeated(origin) || isRunning : isRunning && !owesEnd(origin)) {
    return { record: known, snapshot: null };
  }
  throw apiError('ExecutionAlreadyExists', known.name, known.flowName);
}
