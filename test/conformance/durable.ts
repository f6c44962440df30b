/**
 * The durable runtime on virtual time, on the store in memory or on another one: one server, or servers that die after each commit. Time, ids, the
 * store and the services outlive a server. Its memory and its unsent answers do not.
 */
import { warningText } from './outcome.ts';
import { isDeepStrictEqual } from 'node:util';
import type { TaskCall } from '../../src/actions/action.ts';
import { ApiError } from '../../src/api/error.ts';
import { createObserver } from '../../src/base/observer.ts';
import type { Observer } from '../../src/base/observer.ts';
import { parseJson, stringifyJson } from '../../src/base/json.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { historyEvent } from '../../src/interpreter/history.ts';
import { decodeEvents } from '../../src/interpreter/journal.ts';
import type { JournalEvent } from '../../src/interpreter/journal.ts';
import { WARNINGS_MAX } from '../../src/interpreter/execution.ts';
import type { TaskMode } from '../../src/language/plan.ts';
import type { DurableRuntime } from '../../src/runtime/durable/durable.ts';
import { createEngine } from '../../src/server/engine.ts';
import type { Engine } from '../../src/server/engine.ts';
import type { ExecutionChange, ExecutionRecord, ExecutionStore } from '../../src/store/executions.ts';
import type { FlowRecord } from '../../src/store/flows.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import type { Stores } from '../../src/store/stores.ts';
import { flowRecord } from '../../src/testing/flow-record.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { standInChildren } from '../../src/testing/stand-ins.ts';
import type { VirtualTime } from '../../src/testing/virtual-time.ts';
import { Life, never } from '../support/life.ts';
import type { ExpectedExecution, ExpectedItem, Interference, MapRunUpdate, TaskEnd } from './case.ts';
import type { CaseRun, Drive, Ended } from './engines.ts';
import { stateNamesOf } from './history-dialects.ts';
import { hideRuns } from './map-run-names.ts';
import { ObjectBuckets } from './object-files.ts';

export interface DurableOptions {
  /** The server dies after every commit. */
  readonly crashes: boolean;
  /** Opens stores without executions. The case closes them, and a server that joins them replaces the one before. */
  readonly openStores?: (time: VirtualTime) => Promise<Stores>;
}

interface Server {
  readonly life: Life;
  readonly engine: Engine;
}

const FLOW_NAME = 'flow';
const FLOW_ID = '00000000-0000-4000-9000-000000000000';
const SEED = 1;
/** Events after which a call is not repeated. In WaitForSystemCallback accepted work is called again: the server waits for its end. */
const ENDS_CALL: Readonly<Record<TaskMode, RegExp>> = {
  RequestComplete: /^Task(Succeeded|Failed|TimedOut)$/,
  WaitForSystemCallback: /^Task(SubmitFailed|Succeeded|Failed|TimedOut)$/,
  WaitForCustomCallback: /^Task(Submitted|SubmitFailed|Succeeded|Failed|TimedOut)$/,
};
/** Longer than any execution. */
const LONGEST_MS = 2 * 366 * 86_400_000;

export function driveDurable(options: DurableOptions): Drive {
  return async (run) => {
    const stores = options.openStores === undefined ? createMemoryStores() : await options.openStores(run.time);
    const durable = new DurableRun(run, stores, options);
    try {
      return await durable.toItsEnd();
    } finally {
      await durable.close();
    }
  };
}

class DurableRun {
  readonly #run: CaseRun;
  readonly #options: DurableOptions;
  readonly #stores: Stores;
  readonly #ids = seededIds(SEED);
  readonly #buckets: ObjectBuckets;
  #server: Promise<Server>;

  constructor(run: CaseRun, stores: Stores, options: DurableOptions) {
    this.#run = run;
    this.#stores = stores;
    this.#options = options;
    this.#buckets = new ObjectBuckets(run.wanted);
    this.#server = this.#begin();
  }

  async toItsEnd(): Promise<Ended> {
    const { wanted, actions, time } = this.#run;
    await this.#createFlows();
    actions.onCall((call, isRepeated) => void this.#checkCall(call, isRepeated));
    actions.onReport((token, end) => this.#report(token, end));
    await this.#ask((runtime) =>
      runtime.start({
        flowName: FLOW_NAME,
        qualifier: wanted.qualifier,
        executionName: wanted.executionName,
        inputText: stringifyJson(wanted.input),
        input: wanted.input,
        origin: { from: 'api' },
      }),
    );
    const { executions } = this.#stores;
    const { id } = await present(executions.find(FLOW_ID, wanted.executionName));
    const at = (what: Interference, act: () => Promise<unknown>): Promise<void> =>
      new Promise((resolve) => time.after(what.afterSeconds * 1000, () => void act().then(() => resolve())));
    await Promise.all([
      ...wanted.stop.map((stop) => at(stop, () => this.#stop(stop))),
      ...wanted.redrive.map((redrive) => at(redrive, () => this.#redrive(redrive))),
      ...wanted.deleteFlow.map((deletion) => at(deletion, () => this.#deleteFlow())),
      ...wanted.updateMapRun.map((update) => at(update, () => this.#updateMapRun(id, update))),
      this.#ended(id),
    ]);
    const ended = await this.#endedAs(await this.#ended(id));
    for (const other of wanted.expect.others ?? []) await this.#compareOther(other);
    await this.#compareMapRuns(id);
    for (const difference of this.#buckets.differences(wanted.expect.objects ?? {})) actions.addProblem(difference);
    await actions.reported();
    return ended;
  }

  async close(): Promise<void> {
    const { life, engine } = await this.#server;
    life.die();
    engine.durable.close();
    this.#buckets.close();
    await life.outsideEnded();
    await this.#stores.close();
  }

  async #begin(): Promise<Server> {
    const { actions, wanted } = this.#run;
    const life = new Life(this.#run.time);
    const catalog = actions.catalog(life);
    const { busyTurnMs: _busy, ...limits } = wanted.settings;
    const settings = this.#buckets.settings();
    const engine = await createEngine({
      settings: { ...settings, limits: { ...settings.limits, ...limits } },
      stores: this.#mortalStores(life),
      ports: { clock: this.#run.time, scheduler: life.scheduler, ids: this.#ids, observer: this.#observer() },
      localCallersOnly: true,
      endpoint: () => '',
      standIns: {
        actions: catalog,
        // A case without other flows gives the answers of children itself.
        ...(Object.keys(wanted.flows).length === 0 && { children: () => standInChildren(catalog) }),
      },
    });
    return { life, engine };
  }

  #observer(): Observer {
    const { actions } = this.#run;
    return createObserver({
      defect: ({ error, where }) => actions.addProblem(`a defect: ${where}: ${String(error)}`),
      storeFailed: ({ error }) => actions.addProblem(`trouble with the store: ${String(error)}`),
      executionStuck: ({ error }) => actions.addProblem(`an execution is stuck: ${String(error)}`),
    });
  }

  /** The stores answer a dead server no more. With `crashes`, a server dies when a commit is durable. */
  #mortalStores(life: Life): Stores {
    const { flows, executions, messages, schedules } = this.#stores;
    const commit: ExecutionStore['commit'] = (...call) => this.#commit(life, ...call);
    return {
      ...this.#stores,
      flows: mortal(flows, life),
      executions: { ...mortal(executions, life), commit },
      messages: mortal(messages, life),
      schedules: mortal(schedules, life),
    };
  }

  async #commit(life: Life, ...call: Parameters<ExecutionStore['commit']>): ReturnType<ExecutionStore['commit']> {
    if (life.isDead) return never();
    const absent = await life.whileAlive(this.#stores.executions.commit(...call));
    if (!this.#options.crashes || call[1].every(isOnlyCounts)) return absent;
    life.die();
    this.#server = life.outsideEnded().then(() => this.#begin());
    return never();
  }

  /** Sends a request to the server. If the server dies before it answers, the next one gets the request, unless it is done by then. */
  async #ask(
    call: (runtime: DurableRuntime) => Promise<unknown>,
    refused?: string,
    isDone: () => Promise<boolean> = () => Promise.resolve(false),
  ): Promise<void> {
    for (let asked = 1; ; asked++) {
      const { life, engine } = await this.#server;
      const answer = call(engine.durable).then(
        () => 'done',
        (error: unknown) => (error instanceof ApiError ? error.code : Promise.reject(error as Error)),
      );
      const outcome = await Promise.race([answer, life.death.then(() => null)]);
      if (outcome === null) {
        if (await isDone()) return;
        continue;
      }
      // A repeated request may be refused because the first one has succeeded.
      if (outcome !== (refused ?? 'done') && (asked === 1 || refused !== undefined)) {
        this.#run.actions.addProblem(`a request to the server: expected ${refused ?? 'done'}, got ${outcome}`);
      }
      return;
    }
  }

  #report(token: string, end: TaskEnd): Promise<void> {
    const { error, output = {} } = end;
    const report =
      error === undefined
        ? ({ ok: true, output } as const)
        : ({ ok: false, failure: { error: error.code, cause: error.cause ?? '' } } as const);
    return this.#ask((runtime) => runtime.report(token, report), end.refused);
  }

  async #stop(stop: Interference): Promise<void> {
    const { flow = FLOW_NAME, execution = this.#run.wanted.executionName } = stop;
    const { error = 'FnF.ExecutionStopped', cause = '', refused } = stop;
    const { id } = await this.#find(flow, execution);
    await this.#ask(async (runtime) => runtime.stop(await this.#record(id), { error, cause }), refused);
  }

  /** A repeated redrive would happen twice if the execution fails again at once. */
  async #redrive({
    flow = FLOW_NAME,
    execution = this.#run.wanted.executionName,
    refused,
  }: Interference): Promise<void> {
    const { id } = await this.#find(flow, execution);
    const before = await this.#events(id);
    await this.#ask(
      async (runtime) => runtime.redrive(await this.#record(id)),
      refused,
      async () => (await this.#events(id)) > before,
    );
  }

  async #events(id: number): Promise<number> {
    return (await this.#journal(id)).length;
  }

  /**
   * A call may be made only when its TaskScheduled is on disk. It may be repeated only while its outcome, or the acceptance of its
   * work, is not on disk.
   */
  async #checkCall({ task, mode, idempotencyKey }: TaskCall, isRepeated: boolean): Promise<void> {
    if (task === null) return;
    const journal = await this.#journal(task.execution);
    if (!journal.some(({ event }) => event.id === task.event)) {
      this.#run.actions.addProblem(`${idempotencyKey} is called before event ${task.event} is on disk`);
    }
    const known = journal.find(({ event }) => event.cause === task.event && ENDS_CALL[mode].test(event.type));
    if (!isRepeated || known === undefined) return;
    this.#run.actions.addProblem(
      `${idempotencyKey} is called again after event ${known.event.id}, ${known.event.type}`,
    );
  }

  async #journal(id: number): Promise<JournalEvent[]> {
    const rows = await this.#stores.executions.journal(id, 1, Number.MAX_SAFE_INTEGER);
    return rows.flatMap((row) => decodeEvents(row.events));
  }

  async #deleteFlow(): Promise<void> {
    const id = await this.#stores.flows.delete(FLOW_NAME);
    const { engine } = await this.#server;
    if (id !== null) await engine.changes.deleted(FLOW_NAME, id);
  }

  async #compareOther({ flow, execution, status, output, errorCode }: ExpectedExecution): Promise<void> {
    const { id } = await this.#find(flow, execution);
    const got = await this.#ended(id);
    const expected = {
      status,
      ...(output !== undefined && { output: JSON.stringify(output) }),
      ...(errorCode !== undefined && { error: errorCode }),
    };
    const found = Object.fromEntries(Object.keys(expected).map((key) => [key, got[key as keyof ExecutionRecord]]));
    if (isDeepStrictEqual(found, expected)) return;
    const [wanted, met] = [JSON.stringify(expected), JSON.stringify(found)];
    this.#run.actions.addProblem(`execution ${execution} of ${flow}:\n  expected ${wanted}\n  got      ${met}`);
  }

  async #updateMapRun(id: number, update: MapRunUpdate): Promise<void> {
    const { afterSeconds: _after, run = 0, refused, ...changes } = update;
    const name = (await this.#runNames(id))[run];
    if (name === undefined) return this.#run.actions.addProblem(`there is no Map run ${run} to update`);
    const isDone = async (): Promise<boolean> => {
      const run = await present(this.#stores.executions.mapRun(id, name));
      return isDeepStrictEqual({ ...run, ...changes }, run);
    };
    await this.#ask(async (runtime) => runtime.updateMapRun(await this.#record(id), name, changes), refused, isDone);
  }

  /** Names of the Map runs of an execution, in the order of their starts. */
  async #runNames(id: number): Promise<string[]> {
    const names = (await this.#journal(id)).map(({ event }) => event.facts?.mapRun?.name);
    return [...new Set(names.filter((name) => name !== undefined))];
  }

  async #compareMapRuns(id: number): Promise<void> {
    const { mapRuns, items } = this.#run.wanted.expect;
    if (mapRuns === undefined && items === undefined) return;
    const names = await this.#runNames(id);
    const { executions } = this.#stores;
    const runs = await Promise.all(names.map((name) => present(executions.mapRun(id, name))));
    if (mapRuns !== undefined) this.#compare('Map runs', mapRuns, runs as unknown as JsonObject[]);
    if (items === undefined) return;
    const children: ExecutionRecord[] = [];
    for (const mapRun of names) {
      const ofRun = (await executions.list({ ...ALL, flowId: FLOW_ID, mapRun })).executions;
      children.push(...ofRun.toSorted((a, b) => (a.mapItem?.index ?? 0) - (b.mapItem?.index ?? 0)));
    }
    this.#compare('items', items as unknown as JsonObject[], children.map(shownItem));
  }

  /** Of each, the members that are expected. */
  #compare(what: string, expected: readonly JsonObject[], got: readonly JsonObject[]): void {
    const shown = got.map((one, i) =>
      Object.fromEntries(Object.keys(expected[i] ?? one).map((key) => [key, one[key] ?? null])),
    );
    const [wanted, met] = [JSON.stringify(expected), stringifyJson(shown)];
    if (wanted !== met) this.#run.actions.addProblem(`${what}:\n  expected ${wanted}\n  got      ${met}`);
  }

  async #find(flow: string, execution: string): Promise<ExecutionRecord> {
    const { id } = await present(this.#stores.flows.get(flow));
    return present(this.#stores.executions.find(id, execution));
  }

  #record(id: number): Promise<ExecutionRecord> {
    return present(this.#stores.executions.get(id));
  }

  async #ended(id: number): Promise<ExecutionRecord> {
    for (;;) {
      const { life, engine } = await this.#server;
      const ended = engine.durable.whenEnded(id, LONGEST_MS);
      const record = await this.#record(id);
      if (record.status !== 'Running') return record;
      await Promise.race([ended, life.death]);
    }
  }

  async #endedAs(record: ExecutionRecord): Promise<Ended> {
    const { id, status, output, error, cause, startedMs, stoppedMs } = record;
    const events = await this.#journal(id);
    return {
      status: status as Ended['status'],
      output,
      errorCode: error,
      errorMessage: cause,
      warnings: events
        .flatMap(({ event }) => event.facts?.warnings ?? [])
        .slice(0, WARNINGS_MAX)
        .map(warningText),
      elapsedMs: stoppedMs - startedMs,
      history: events.map(({ event, stepName }) => historyEvent(event, stepName, stateNamesOf(this.#run.plan.dialect))),
    };
  }

  async #createFlows(): Promise<void> {
    const { wanted } = this.#run;
    const { flows } = this.#stores;
    const environment = Object.entries(wanted.environment).map(([name, value]) => ({ name, value, description: '' }));
    const { definition, roleArn } = wanted;
    await flows.create(standardFlow(FLOW_NAME, { id: FLOW_ID, definition, roleArn, environment }));
    for (const [name, other] of Object.entries(wanted.flows)) {
      await flows.create(standardFlow(name, { id: this.#ids.uuid(), definition: other.definition }));
    }
    if (wanted.qualifier === '') return;
    const nowMs = this.#run.time.nowMs();
    await flows.publish(FLOW_NAME, '', nowMs);
    await flows.createAlias(FLOW_NAME, {
      name: 'live',
      description: '',
      routes: [{ version: 1, weight: 1 }],
      createdMs: nowMs,
    });
  }
}

/** Calls of a process that has died meanwhile have no answer. */
function mortal<T extends object>(port: T, life: Life): T {
  const members = Object.entries(port).map(([name, member]: [string, unknown]) => {
    if (typeof member !== 'function') return [name, member];
    const call = (...given: unknown[]): unknown => {
      const answer: unknown = Reflect.apply(member, port, given);
      return answer instanceof Promise ? life.whileAlive(answer) : answer;
    };
    return [name, call];
  });
  return Object.fromEntries(members) as T;
}

/** True for the counts of a Map run alone. A server that died of these would never come to the end of an Express item. */
function isOnlyCounts({ id: _id, mapRuns = [], ...rest }: ExecutionChange): boolean {
  return mapRuns.length > 0 && mapRuns.every(({ log }) => log === undefined) && Object.keys(rest).length === 0;
}

function standardFlow(name: string, members: Partial<FlowRecord>): FlowRecord {
  return flowRecord(name, { ...members, executionMode: 'Standard' });
}

/** Every execution of a list. */
const ALL = {
  ...{ status: null, startedAfterMs: null, startedBeforeMs: null, namePrefix: '', version: null, alias: null },
  ...{ after: null, limit: 1_000, metadataOnly: false, textUnits: Number.POSITIVE_INFINITY },
};

/** The child of a Map run in the form of {@link ExpectedItem}. */
function shownItem({ mapItem, name, status, input, output, error }: ExecutionRecord): JsonObject {
  const item: ExpectedItem = {
    ...{ index: mapItem?.index ?? -1, name: hideRuns(name), status, input: parseJson(input), errorCode: error },
    ...(output !== '' && { output: parseJson(output) }),
  };
  return item as unknown as JsonObject;
}

async function present<T>(found: Promise<T | null>): Promise<T> {
  const value = await found;
  if (value === null) throw new Error('the execution is not in the store');
  return value;
}
