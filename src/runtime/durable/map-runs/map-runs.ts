/**
 * The Map runs of Standard executions: begins those whose commands are open, and serves DescribeMapRun and UpdateMapRun. It needs the
 * starts of executions, whose runs need it: {@link MapRuns.connect} closes that circle.
 */
import { apiError } from '../../../api/error.ts';
import { assert } from '../../../base/assert.ts';
import type { MapCommand } from '../../../interpreter/commands.ts';
import type { Failure } from '../../../interpreter/event.ts';
import type { Execution } from '../../../interpreter/execution.ts';
import type { MapRunSpec } from '../../../interpreter/map-run-spec.ts';
import type { ExecutionRecord } from '../../../store/executions.ts';
import { isOpen } from '../../../store/map-runs.ts';
import type { MapRunRecord } from '../../../store/map-runs.ts';
import type { CallingExecution } from '../../driver/calls.ts';
import type { MapRunCaller, MapRunChanges, MapRunStarter, OpenMapRun } from '../../driver/map-runs.ts';
import type { DecisionMoment } from '../../driver/moment.ts';
import type { Mailbox } from '../nodes/mailbox.ts';
import { Elsewhere } from '../run-table.ts';
import type { RunTable } from '../run-table.ts';
import type { WriteGate } from '../write-gate.ts';
import type { ItemRunner } from './item-runner.ts';
import { MapRun } from './map-run.ts';
import type { MapRunsOptions } from './parts.ts';

interface Connected {
  readonly items: ItemRunner;
  readonly table: Pick<RunTable, 'find' | 'stuck'>;
  readonly mailbox: Pick<Mailbox, 'ask'>;
  readonly gate: WriteGate;
}

export class MapRuns implements MapRunStarter {
  readonly #options: MapRunsOptions;
  #connected: Connected | null = null;

  constructor(options: MapRunsOptions) {
    this.#options = options;
  }

  /** To be called once, before an execution runs. */
  connect(connected: Connected): void {
    this.#connected = connected;
  }

  get #connections(): Connected {
    assert(this.#connected !== null, 'Map runs are connected before an execution runs or a caller asks');
    return this.#connected;
  }

  begin(
    command: MapCommand,
    calling: CallingExecution,
    execution: Execution,
    moment: DecisionMoment,
    caller: MapRunCaller,
  ): OpenMapRun {
    const { items } = this.#connections;
    const { childDepth } = this.#options.limits;
    const refusalOfDepth = (depth: number): Failure | null => (depth > childDepth ? tooDeep(depth, childDepth) : null);
    const parts = { ...this.#options, items, refusalOfDepth };
    const run = new MapRun(parts, command, calling, execution, moment, caller);
    run.begin();
    return run;
  }

  newRecord(
    { name, concurrency, toleratedCount, toleratedPercentage }: MapRunSpec,
    event: number,
    atMs: number,
  ): MapRunRecord {
    const { mapRunConcurrency } = this.#options.limits;
    return {
      ...{ name, key: event, event, status: 'Pending', startedMs: atMs, stoppedMs: 0 },
      concurrency: Math.min(concurrency ?? mapRunConcurrency, mapRunConcurrency),
      ...{ toleratedCount, toleratedPercentage, total: 0, running: 0, succeeded: 0, failed: 0 },
    };
  }

  /** @throws {ApiError} `MapRunNotExists` */
  async describe(execution: ExecutionRecord, name: string): Promise<MapRunRecord> {
    const record = await this.#options.store.mapRun(execution.id, name);
    if (record === null) throw apiError('MapRunNotExists', name, execution.name);
    return record;
  }

  /**
   * Changes the bounds of a run, which is durable when this resolves.
   * @throws {ApiError} `MapRunNotExists`, `MapRunAlreadyCompleted`, `InternalServerError` when the store is not accepting writes
   */
  async update(execution: ExecutionRecord, name: string, changes: MapRunChanges): Promise<MapRunRecord> {
    const updated = await this.updateHere(execution, name, changes);
    if (!(updated instanceof Elsewhere)) return updated;
    const request = { do: 'update-map-run', name, changes: { ...changes } };
    const answer = await this.#connections.mailbox.ask(execution.id, updated.owner, request);
    if (answer === null) throw apiError('MapRunAlreadyCompleted', name, execution.name);
    return this.describe(execution, name);
  }

  /** {@link update} of an execution that no other node owns; else it changes nothing, and resolves with the owner. */
  async updateHere(
    execution: ExecutionRecord,
    name: string,
    changes: MapRunChanges,
  ): Promise<MapRunRecord | Elsewhere> {
    const { table, gate } = this.#connections;
    const known = await this.describe(execution, name);
    gate.refuseInTrouble();
    const run = isOpen(known.status) ? await table.find(execution.id) : null;
    if (run instanceof Elsewhere) return run;
    // The commit of the event that begins it may be durable without an answer yet.
    if (run?.waitsFor(known.event) === true) await gate.durable(run);
    let updated: MapRunRecord | null = null;
    await gate.durable({
      isBroken: false,
      durable: async () => void (updated = (await run?.mapRun(known.event)?.update(changes)) ?? null),
    });
    if (updated !== null) return updated;
    // The process is ending, and the next one continues the run.
    gate.refuseInTrouble();
    throw table.stuck(execution.id) === undefined
      ? apiError('MapRunAlreadyCompleted', name, execution.name)
      : apiError('TaskInvalidState');
  }
}

function tooDeep(depth: number, limit: number): Failure {
  const cause = `The items would be the last of ${depth} executions that started one another; the limit is ${limit} (limits.childDepth). Check for a flow that starts itself, or raise the limit.`;
  return { error: 'FNF.CallDepthExceeded', cause };
}
