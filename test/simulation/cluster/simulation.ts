/**
 * One simulated cluster: a world from a seed, callers, and faults of nodes and connections. At the end there are no more faults, and
 * every execution has to end as its flow says.
 */
import { stringifyJson } from '../../../src/base/json.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import type { Shadow } from '../shadow.ts';
import { Callers } from './callers.ts';
import { DELETED, FATAL, UPDATED } from './flows.ts';
import type { Plant } from './plant.ts';
import { scenarioOf } from './scenario.ts';
import { Vigil } from './vigil.ts';
import { World } from './world.ts';

export interface ClusterOptions {
  readonly seed: number;
  readonly plant?: Plant;
}

export interface ClusterResult {
  readonly seed: number;
  readonly faults: readonly string[];
  readonly trace: readonly string[];
  readonly journals: readonly string[];
  readonly statistics: {
    readonly processes: number;
    readonly executions: number;
    readonly events: number;
    readonly requests: number;
    readonly reports: number;
    readonly updates: number;
    readonly calls: number;
    /** Calls that were repeated. */
    readonly again: number;
    readonly takeOvers: number;
  };
}

const LOOK_MS = 1_000;

export async function simulateCluster({ seed, plant }: ClusterOptions): Promise<ClusterResult> {
  const scenario = scenarioOf(seed);
  const world: World = new World({
    scenario,
    plant: plant ?? null,
    onToken: (call, result) => callers.report(call, result),
  });
  const callers = new Callers(world);
  const vigil = new Vigil(world);
  const run = new Run(world, callers);
  vigil.begin();
  // A broken world would only repeat its faults.
  await Promise.race([run.play(), world.journals.broken]);
  vigil.end();
  await world.end();
  const { journals, services, trace } = world;
  const shadows = [...journals.shadows.values()];
  return {
    seed,
    faults: journals.faults,
    trace: trace.lines,
    journals: journals.faults.length === 0 ? [] : shadows.flatMap(journalOf),
    statistics: {
      processes: world.lives,
      executions: shadows.length,
      events: shadows.reduce((sum, { lastEvent }) => sum + lastEvent, 0),
      requests: callers.requests,
      reports: callers.reports,
      updates: callers.updates,
      calls: services.calls,
      again: services.again,
      takeOvers: vigil.takeOvers,
    },
  };
}

class Run {
  readonly #world: World;
  readonly #callers: Callers;

  constructor(world: World, callers: Callers) {
    this.#world = world;
    this.#callers = callers;
  }

  async play(): Promise<void> {
    const world = this.#world;
    const { scenario } = world;
    for (const [place, atMs] of scenario.places.entries()) this.#at(atMs, () => world.live(place));
    await this.#callers.createFlows();
    if (scenario.hasSchedules) {
      await world.database.alone(() =>
        world.schedules.create(world.inner.flows, world.inner.schedules, world.random('schedules')),
      );
    }
    for (const { atMs, place, ...fault } of scenario.faults) this.#at(atMs, () => world.fault(place, fault));
    for (const start of scenario.starts) this.#at(start.atMs, () => this.#callers.start(start));
    for (const request of scenario.requests) this.#at(request.atMs, () => this.#callers.request(request));
    const { updateMs, deleteMs } = scenario;
    if (updateMs !== null) this.#at(0, () => this.#callers.update(updateMs));
    if (deleteMs !== null) this.#at(deleteMs, () => this.#callers.delete());
    await world.pass(scenario.horizonMs);
    world.heal();
    await this.#ended();
    this.#check();
    await world.journals.recheck();
    world.journals.checkChildren();
  }

  #at(atMs: number, work: () => Promise<void>): void {
    void this.#world
      .pass(atMs)
      .then(work)
      .catch((error: unknown) => this.#fault(`the simulation failed: ${textOf(error)}`));
  }

  /** Resolves when all executions have ended and all requests are answered. */
  async #ended(): Promise<void> {
    const world = this.#world;
    const untilMs = world.time.elapsedMs + world.scenario.endMs;
    // Joins come late, and so do callers.
    await world.pass(90_000);
    if (world.scenario.hasSchedules) {
      await world.schedules.checkDue(world.inner.schedules, false);
      await world.schedules.deleteAll(world.inner.schedules);
    }
    const isRunning = ({ execution }: Shadow): boolean => execution.status === 'Running';
    while ([...world.journals.shadows.values()].some(isRunning) || this.#callers.open.length > 0) {
      if (world.time.elapsedMs > untilMs) {
        for (const request of this.#callers.open) this.#fault(`${request} has no answer`);
        for (const { record } of [...world.journals.shadows.values()].filter(isRunning)) {
          this.#fault(`#${record.id} ${record.flowName}/${record.name} has not ended`);
        }
        return;
      }
      await world.pass(LOOK_MS);
    }
    // Ends are reported to parents, and what nodes hold is given back.
    await world.pass(LOOK_MS);
  }

  #check(): void {
    const { journals, processes } = this.#world;
    for (const shadow of journals.shadows.values()) this.#checkEnd(shadow);
    this.#callers.checkReports();
    for (const { record } of journals.shadows.values()) {
      if (record.callback === 'due' && !journals.deleted.has(record.flowName)) {
        this.#fault(`the end of #${record.id} is not reported to its parent`);
      }
    }
    for (const { engine, life } of processes) {
      const { executions } = engine.memory;
      if (engine.durable.inMemory === 0 && executions > 0)
        this.#fault(`life ${life.number} counts the memory of ${executions} executions`);
    }
  }

  #checkEnd({ record, execution }: Shadow): void {
    const { id, flowName, mapItem, input } = record;
    const { status, output, failure } = execution;
    const flow = this.#world.scenario.flows.get(flowName);
    // Items end as their Map expects, which the output of its execution shows.
    if (flow === undefined || mapItem !== null || status === 'Running') return;
    const where = `#${id} ${flowName}/${record.name}`;
    if (status === 'Succeeded') {
      if (flowName === UPDATED) return;
      const n = Number((JSON.parse(input) as JsonObject)['n']);
      const expected = flow.output?.(n);
      const found = stringifyJson(withoutReporter(output));
      if (expected === undefined || found !== stringifyJson(expected)) this.#fault(`${where} has the output ${found}`);
      return;
    }
    if (status === 'Failed' && flow.output === null && failure?.error === FATAL) return;
    if (this.#mayEndEarly(record)) return;
    this.#fault(`${where} is ${status}: ${failure?.error} ${failure?.cause}`);
  }

  /** True if a caller has asked for a stop of the execution, of one above or below it, or the flow was deleted. */
  #mayEndEarly(record: Shadow['record']): boolean {
    const { stopped } = this.#callers;
    if (record.flowName === DELETED && this.#world.journals.deleted.has(DELETED)) return true;
    return stopped.has(`${record.flowName}/${record.name}`) || record.parent !== null;
  }

  #fault(message: string): void {
    this.#world.journals.fault(message);
  }
}

/** Without the members that say which report has ended a task. */
function withoutReporter(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value, (key, member: unknown) => (key === 'by' ? undefined : member))) as JsonObject;
}

function journalOf(shadow: Shadow): string[] {
  const { id, flowName, name, status } = shadow.record;
  return [`--- #${id} ${flowName}/${name} ${status}`, ...shadow.journal()];
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
