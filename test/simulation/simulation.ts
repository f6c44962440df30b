/**
 * One simulated run: a world from a seed, and the requests of callers. At the end there are no more faults, and every execution
 * has to end.
 */
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { Scheduler } from '../../src/base/scheduler.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { planOf, startOf } from '../support/flows.ts';
import { runExpress } from '../support/run-express.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { Client } from './client.ts';
import { memoryStores } from './copied-stores.ts';
import type { CopiedStores } from './copied-stores.ts';
import { scenarioOf } from './scenario.ts';
import type { FaultKind, Scenario, Step } from './scenario.ts';
import type { MapShadow } from './map-shadow.ts';
import type { Random } from './random.ts';
import type { Shadow } from './shadow.ts';
import { World } from './world.ts';
import type { Plant } from './world.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly without?: ReadonlySet<FaultKind>;
  readonly plant?: Plant;
  /** Opens empty stores, which the run closes; in memory when absent. */
  readonly openStores?: (scheduler: Scheduler) => CopiedStores;
}

export interface SimulationResult {
  readonly seed: number;
  /** The findings; empty for a good run. */
  readonly faults: readonly string[];
  readonly trace: readonly string[];
  /** Executions with their events, one line each. */
  readonly journals: readonly string[];
  readonly statistics: Statistics;
}

export interface Statistics {
  executions: number;
  events: number;
  lives: number;
  /** Executions whose end was compared with the express runtime. */
  compared: number;
  /** Due times that were taken. */
  due: number;
  ends: Record<string, number>;
}

const MINUTE_MS = 60_000;
/** Minutes without an event, although executions run. */
const ROUNDS_MAX = 100;
/** The engine looks at its timers at least once a minute. */
const OVERDUE_MS = 3 * MINUTE_MS;
/** In minutes, longer than any service takes to answer. */
const QUIET_ROUNDS = 6;

export async function simulate({ seed, without, plant, openStores }: SimulationOptions): Promise<SimulationResult> {
  const scenario = scenarioOf(seed, without ?? new Set());
  const run = new Run(scenario, plant ?? null, openStores ?? memoryStores);
  await Promise.race([run.play(), run.world.audit.broken]);
  await run.world.end();
  return run.result();
}

class Run {
  readonly world: World;
  readonly #scenario: Scenario;
  readonly #client: Client;
  #compared = 0;

  constructor(scenario: Scenario, plant: Plant | null, openStores: (scheduler: Scheduler) => CopiedStores) {
    const { seed, limits, auditLimits, perturbations, storeFaults, lives } = scenario;
    this.#scenario = scenario;
    const onReport = (token: string, report: Parameters<Client['report']>[1]): void =>
      void this.#client.report(token, report);
    const onStartFor = (token: string, flowName: string): void => void this.#client.startFor(token, flowName);
    const onToken: World['options']['onToken'] = (token, task) => this.#client.knowToken(token, task);
    const isClockSteady = scenario.jumpsWhileDown.length === 0 && scenario.steps.every((step) => step.do !== 'jump');
    this.world = new World({
      seed,
      openStores,
      limits,
      auditLimits,
      perturbations,
      storeFaults,
      lives,
      jumpsWhileDown: scenario.jumpsWhileDown,
      plant,
      isClockSteady,
      missed: scenario.missed,
      onReport,
      onStartFor,
      onToken,
      crashesAtEnds: scenario.crashesAtEnds,
      onServing: () => this.#redriveDue(),
      onPurge: () => this.#redriveEnded(),
      onRestored: (lost) => this.#startLost(lost),
    });
    this.#client = new Client(this.world);
  }

  async play(): Promise<void> {
    const { world } = this;
    for (const [name, { definition }] of this.#scenario.flows) {
      await world.flows.create(flowRecord(name, { definition: stringifyJson(definition), executionMode: 'Standard' }));
    }
    if (this.#scenario.hasSchedules) {
      await world.schedules.create(world.flows, world.scheduleStore, world.random('schedules'));
    }
    void world.run();
    await Promise.all(this.#scenario.steps.map((step) => this.#step(step)));
    world.isFaulty = false;
    world.trace.add('faults end');
    if (this.#scenario.hasSchedules) await this.#endSchedules();
    await this.#settle();
    await this.#check();
  }

  /** Due times are made up for, and no more come. */
  async #endSchedules(): Promise<void> {
    const { world } = this;
    do {
      await world.serving();
      await world.pass(MINUTE_MS);
    } while (world.server === null || world.time.elapsedMs - world.server.sinceMs < OVERDUE_MS);
    const isLimited = this.#scenario.perturbations.limitsOfLives.length > 0;
    await world.schedules.checkDue(world.scheduleStore, isLimited);
    await world.schedules.deleteAll(world.scheduleStore);
  }

  result(): SimulationResult {
    const { audit, trace, lives, schedules } = this.world;
    const shadows = [...audit.shadows.values(), ...audit.past];
    const ends: Record<string, number> = {};
    for (const shadow of shadows) {
      const { status } = shadow.execution;
      // The store was put back from a copy without it.
      const end = status === 'Running' && audit.past.includes(shadow) ? 'Lost' : status;
      ends[end] = (ends[end] ?? 0) + 1;
    }
    const events = shadows.reduce((sum, { lastEvent }) => sum + lastEvent, 0);
    return {
      seed: this.#scenario.seed,
      faults: audit.faults,
      trace: trace.lines,
      journals: shadows.flatMap(journalOf),
      statistics: { executions: shadows.length, events, lives, compared: this.#compared, due: schedules.taken, ends },
    };
  }

  async #step(step: Step): Promise<void> {
    const { world } = this;
    const client = this.#client;
    await world.pass(step.atMs);
    const random = world.random('step', step.do, step.atMs);
    switch (step.do) {
      case 'start':
        return client.start(step.start);
      case 'stop':
      case 'redrive':
      case 'waits':
        return client[step.do](step.flowName, step.name);
      case 'describe':
        return client.describe(step.flowName, step.name, random.pick([0, 0, 5_000, 60_000]));
      case 'history':
        return client.history(step.flowName, step.name, random.pick([1, 7, 100]));
      case 'list':
        return void (await client.list(step.flowName, random.pick([1, 2, 100])));
      case 'update':
        return this.#update(step.flowName);
      case 'delete':
        return this.#delete(step.flowName);
      case 'create':
        return this.#createAgain(step.flowName);
      case 'jump':
        world.trace.add(`the clock jumps by ${step.byMs} ms`);
        return world.jump(step.byMs);
      case 'sigterm':
        return world.terminate(random.pick([0, 1_000, 30_000]));
      case 'supersede':
        return world.supersede();
      case 'copy':
        return world.copy();
      case 'restore':
        return world.restore();
      case 'update-map-run':
      case 'describe-map-run': {
        const run = this.#openMapRun(random);
        if (run === null) return;
        return step.do === 'describe-map-run' ? client.describeMapRun(run) : client.updateMapRun(run, random);
      }
      case 'stop-item': {
        const shadows = [...world.audit.shadows.values()];
        const items = shadows.filter(({ record }) => record.mapItem !== null && record.status === 'Running');
        if (items.length === 0) return;
        return client.stop(random.pick(items).record.flowName, random.pick(items).record.name);
      }
      case 'redrive-any': {
        const ended = this.#failed();
        if (ended.length === 0) return;
        const { flowName, name } = random.pick(ended).record;
        return client.redrive(flowName, name);
      }
    }
  }

  #openMapRun(random: Random): MapShadow | null {
    const open = [...this.world.audit.mapRuns.values()].filter((run) => run.isOpen);
    return open.length === 0 ? null : random.pick(open);
  }

  /** Executions that can be redriven. */
  #failed(): Shadow[] {
    const { shadows } = this.world.audit;
    return [...shadows.values()].filter(({ execution }) =>
      ['Failed', 'Stopped', 'TimedOut'].includes(execution.status),
    );
  }

  /** Before the recovery reaches them, callers redrive children whose ends are due to their parents. */
  #redriveDue(): void {
    const { world } = this;
    if (!world.isFaulty || !this.#scenario.redrivesDue) return;
    for (const { record } of this.#failed()) {
      if (record.callback === 'due') void this.#client.redrive(record.flowName, record.name);
    }
  }

  /** While a purge is under way, callers ask for some of what it deletes. */
  #redriveEnded(): void {
    const { world } = this;
    if (!world.isFaulty || this.#scenario.perturbations.retention.retainMs === null) return;
    const random = world.random('while purging', world.time.elapsedMs);
    for (const { record } of this.#failed().slice(0, 3)) {
      const client = this.#client;
      const { flowName, name } = record;
      const ask = random.pick([
        () => client.redrive(flowName, name),
        () => client.redrive(flowName, name),
        () => client.stop(flowName, name),
        () => client.waits(flowName, name),
        () => client.describe(flowName, name, 0),
        () => client.history(flowName, name, 100),
      ]);
      world.time.after(random.pick([0, 0, 1, 20, 400]), () => void ask());
    }
  }

  /** Callers start lost executions again, with other inputs. */
  #startLost(lost: readonly Shadow[]): void {
    const { world } = this;
    this.#client.restored();
    const random = world.random('lost', world.restores);
    for (const { record } of lost) {
      const { flowName, name } = record;
      if (!name.startsWith('e') || record.mapItem !== null || random.chance(0.2)) continue;
      const input = { again: world.restores };
      const start = { flowName, name, input, inputText: stringifyJson(input) };
      world.time.after(random.pick([0, 100, 10_000]), () => void this.#client.start(start));
    }
  }

  async #update(flowName: string): Promise<void> {
    const { world } = this;
    const definition = { Type: 'StateMachine', SpecVersion: 'v1', Name: 'new', StartAt: 'P' };
    const text = JSON.stringify({ ...definition, States: [{ Type: 'Pass', Name: 'P', End: true }] });
    const server = await world.serving();
    const changes = { definition: text, writer: null, lastModifiedMs: world.time.nowMs() };
    await world.flows.update(flowName, changes, `id-of-${flowName}`);
    await server.flowChanged(flowName);
    world.trace.add(`flow ${flowName} is updated`);
  }

  async #delete(flowName: string): Promise<void> {
    const { world } = this;
    const server = await world.serving();
    world.audit.deleted.add(flowName);
    const id = await world.flows.delete(flowName);
    if (id !== null) await server.flowDeleted(flowName, id);
    world.trace.add(`flow ${flowName} is deleted`);
  }

  /** Another flow with the name of a deleted one, and executions with the names of its executions, about which callers ask. */
  async #createAgain(flowName: string): Promise<void> {
    const { world } = this;
    const { definition } = this.#scenario.flows.get(flowName) ?? { definition: {} };
    const flow = flowRecord(flowName, { definition: stringifyJson(definition), executionMode: 'Standard' });
    const server = await world.serving();
    if (!(await world.flows.create({ ...flow, id: `another-id-of-${flowName}` }))) return;
    await server.flowChanged(flowName);
    world.trace.add(`flow ${flowName} is created again`);
    const known = [...world.audit.shadows.values(), ...world.audit.past];
    const names = new Set(known.filter(({ record }) => record.flowName === flowName).map(({ record }) => record.name));
    const input = { another: 'flow' };
    const client = this.#client;
    for (const name of names) {
      void client.start({ flowName, name, input, inputText: stringifyJson(input) });
      const random = world.random('created again', name);
      const ask = random.pick([
        () => client.describe(flowName, name, 60_000),
        () => client.history(flowName, name, 100),
        () => client.stop(flowName, name),
      ]);
      world.time.after(random.pick([1, 500, 20_000]), () => void ask());
    }
  }

  /** Lets time pass until every execution has ended. A long wait passes while no process runs. */
  async #settle(): Promise<void> {
    const { world } = this;
    let quiet = 0;
    for (let still = 0; still < ROUNDS_MAX; still++) {
      await world.serving();
      const running = this.#running();
      if (running.length === 0 && this.#client.open.length === 0) return;
      const eventsBefore = running.reduce((sum, { lastEvent }) => sum + lastEvent, 0);
      await world.pass(MINUTE_MS);
      const left = this.#running();
      const events = left.reduce((sum, { lastEvent }) => sum + lastEvent, 0);
      this.#checkOverdue(left);
      if (events !== eventsBefore) still = 0;
      // Minutes without a step: the next one is far away.
      const isServed = world.server !== null && world.time.elapsedMs - world.server.sinceMs >= MINUTE_MS;
      const isQuiet = isServed && world.services.reportsPlanned === 0 && this.#client.open.length === 0;
      quiet = events === eventsBefore && isQuiet ? quiet + 1 : 0;
      if (quiet < QUIET_ROUNDS) continue;
      quiet = 0;
      for (const shadow of left) await this.#client.allWaits(shadow);
      world.audit.checkChildren();
      const dueMs = Math.min(...left.map((shadow) => this.#latestMs(shadow)));
      if (Number.isFinite(dueMs)) await world.powerOff(Math.max(0, dueMs - world.time.elapsedMs) + 1_000);
    }
    for (const shadow of this.#running()) {
      world.audit.fault(`#${shadow.record.id} does not end`);
    }
    for (const request of this.#client.open) world.audit.fault(`request ${request} is not answered`);
  }

  /** Virtual time at which the execution continues at the latest. */
  #latestMs(shadow: Shadow): number {
    const { sinceMs, dueMs } = shadow.elapsedDue();
    return dueMs + this.world.unseenMs(sinceMs);
  }

  /** A process that has run for minutes is not late. */
  #checkOverdue(running: readonly Shadow[]): void {
    const { server, time, audit } = this.world;
    if (server === null || time.elapsedMs - server.sinceMs < OVERDUE_MS) return;
    // Executions in memory use the monotonic clock, and do not notice that the wall clock was set forward.
    const forwardMs = this.#scenario.steps.reduce(
      (sum, step) => sum + (step.do === 'jump' ? Math.max(0, step.byMs) : 0),
      0,
    );
    for (const shadow of running) {
      const lateMs = time.nowMs() - shadow.dueMs() - forwardMs;
      if (lateMs > OVERDUE_MS) audit.fault(`#${shadow.record.id} is late by ${lateMs} ms`);
      // However the clock was set, a wait is no longer than it is meant to be.
      const longMs = time.elapsedMs - this.#latestMs(shadow);
      if (longMs > OVERDUE_MS) audit.fault(`#${shadow.record.id} waits ${longMs} ms longer than it is meant to`);
    }
  }

  #running(): Shadow[] {
    return [...this.world.audit.shadows.values()].filter(({ execution }) => execution.status === 'Running');
  }

  /** After the end: reads everything, and compares the ends of sequential flows. */
  async #check(): Promise<void> {
    const { world } = this;
    const { audit } = world;
    // Time for a process that has just started to delete the executions of deleted flows.
    await world.pass(15 * MINUTE_MS);
    await audit.recheck();
    this.#checkMemory();
    for (const [name, run] of audit.mapRuns) {
      if (run.isOpen && audit.shadows.has(run.execution)) audit.fault(`Map run ${name} has not ended`);
    }
    await this.#checkDeleted();
    for (const flowName of this.#scenario.flows.keys()) {
      const names = await this.#client.list(flowName, 3);
      if (audit.deleted.has(flowName)) continue;
      const shadows = [...audit.shadows.values()].filter(
        ({ record }) => record.flowName === flowName && record.mapItem === null,
      );
      const wanted = shadows.map(({ record }) => record).sort((a, b) => b.startedMs - a.startedMs || b.id - a.id);
      if (names.join() !== wanted.map(({ name }) => name).join()) audit.fault(`list ${flowName} gives ${names.join()}`);
    }
    for (const shadow of audit.shadows.values()) {
      const { flowName, name, callback } = shadow.record;
      if (audit.deleted.has(flowName)) continue;
      await this.#client.describe(flowName, name, 0);
      await this.#client.history(flowName, name, 50);
      await this.#client.explanation(shadow);
      if (callback === 'owed' || callback === 'due')
        audit.fault(`#${shadow.record.id}: its end was not reported to its parent`);
      await this.#compare(shadow);
    }
  }

  /** All executions have ended, so none holds memory. */
  #checkMemory(): void {
    const { audit, server } = this.world;
    if (server === null || (server.memory.bytes === 0 && server.memory.executions === 0)) return;
    audit.fault(`${server.memory.bytes} bytes of ${server.memory.executions} executions are still counted`);
  }

  /** The executions of deleted flows are deleted. */
  async #checkDeleted(): Promise<void> {
    const { audit, store, flows } = this.world;
    for (const { record } of audit.shadows.values()) {
      if (!audit.deleted.has(record.flowName) || (await store.get(record.id)) === null) continue;
      // Of the flow that has the name now.
      if ((await flows.get(record.flowName))?.id === record.flowId) continue;
      audit.fault(`#${record.id} exists, and its flow does not`);
    }
  }

  /** The express runtime has the same end with the same answers. */
  async #compare({ record, execution }: Shadow): Promise<void> {
    const express = this.#scenario.flows.get(record.flowName)?.express ?? null;
    const isChanged = this.#scenario.steps.some(
      (step) => (step.do === 'update' || step.do === 'delete') && step.flowName === record.flowName,
    );
    const { limitsOfLives } = this.#scenario.perturbations;
    if (
      express === null ||
      isChanged ||
      limitsOfLives.length > 0 ||
      execution.status === 'Stopped' ||
      execution.redrives > 0
    )
      return;
    this.#compared++;
    const actions = standInActions((call) => Promise.resolve(this.world.services.answer(call)));
    const limits = { ...this.#scenario.limits, events: Infinity, expressTimeoutSeconds: 365 * 86_400 };
    const start = startOf(planOf(express), execution.start.input as JsonObject, record.name);
    const { result } = await runExpress(start, { actions, limits });
    const ours = [execution.status, record.error, record.cause, record.output];
    const theirs = [result.status, result.errorCode, result.errorMessage, result.output];
    if (ours.join() !== theirs.join()) {
      this.world.audit.fault(`#${record.id} ended with ${ours.join()}, and as an Express flow with ${theirs.join()}`);
    }
  }
}

function journalOf(shadow: Shadow): string[] {
  const { id, flowName, name, status, wakeMs } = shadow.record;
  return [
    `#${id} ${flowName}/${name} ${status}, asleep until ${wakeMs}`,
    ...shadow.journal().map((line) => `  ${line}`),
  ];
}
