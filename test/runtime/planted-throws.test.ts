/**
 * A throw while one execution acts breaks that execution alone. Every port of the engine is planted with a throw, at each of its
 * calls in turn: the clock, the identifiers, the observer, the actions and the values that they answer. At most one
 * execution then fails to end, `why` explains it, and the next start of the server ends it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionCatalog, TaskCall, TaskResult } from '../../src/actions/action.ts';
import { ApiError } from '../../src/api/error.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { Ids } from '../../src/base/ids.ts';
import { createObserver } from '../../src/base/observer.ts';
import type { Observer } from '../../src/base/observer.ts';
import { guardedScheduler } from '../../src/base/scheduler.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import { FROM_API } from '../../src/runtime/start-origin.ts';
import { createEngine } from '../../src/server/engine.ts';
import type { Engine } from '../../src/server/engine.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import type { Stores } from '../../src/store/stores.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { taskFailed, taskSucceeded } from '../../src/testing/stand-ins.ts';
import { testSettings } from '../../src/testing/test-settings.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';

const head = (name: string, first: string): string =>
  `Type: StateMachine\nSpecVersion: v1\nName: ${name}\nStartAt: ${first}\nStates:\n`;

const RETRY = 'Retry: [{ Errors: [Flaky], IntervalSeconds: 2, MaxAttempts: 3 }]';

/** Every way in which an execution waits and acts: tasks, retries, callbacks, waits of both lengths, branches, items, children. */
const STANDARD: Readonly<Record<string, string>> = {
  tasks: `${head('tasks', 'A')}
  - { Type: Task, Name: A, Action: Test:Flaky, ${RETRY}, Timeout: 60, Next: B }
  - { Type: Wait, Name: B, Seconds: 3, Next: C }
  - { Type: Task, Name: C, Action: Test:Call, Parameters: { a: 1 }, End: true }
`,
  asks: `${head('asks', 'A')}
  - { Type: Task, Name: A, Action: Test:Ask, TaskMode: WaitForCustomCallback, Timeout: 600, Next: B }
  - { Type: Wait, Name: B, Seconds: 200, End: true }
`,
  wide: `${head('wide', 'All')}
  - Type: Parallel
    Name: All
    Branches:
      - { StartAt: X, States: [{ Type: Wait, Name: X, Seconds: 1, End: true }] }
      - { StartAt: Y, States: [{ Type: Task, Name: Y, Action: Test:Call, End: true }] }
    Next: Each
  - Type: Map
    Name: Each
    ItemsPath: $Context.Execution.Input.items
    Processor: { StartAt: Z, States: [{ Type: Task, Name: Z, Action: Test:Call, End: true }] }
    End: true
`,
  items: `${head('items', 'Each')}
  - Type: Map
    Name: Each
    ItemsPath: $Context.Execution.Input.items
    Processor:
      ProcessorConfig: { ExecutionMode: Standard }
      StartAt: Z
      States: [{ Type: Task, Name: Z, Action: Test:Flaky, ${RETRY}, Next: W }, { Type: Wait, Name: W, Seconds: 100, End: true }]
    Next: Quick
  - Type: Map
    Name: Quick
    ItemsPath: $Context.Execution.Input.items
    Processor:
      ProcessorConfig: { ExecutionMode: Express }
      StartAt: Z
      States: [{ Type: Task, Name: Z, Action: Test:Flaky, ${RETRY}, Next: W }, { Type: Wait, Name: W, Seconds: 1, End: true }]
    End: true
`,
  fails: `${head('fails', 'A')}
  - { Type: Task, Name: A, Action: Test:Flaky, Next: B }
  - { Type: Pass, Name: B, End: true }
`,
  parent: `${head('parent', 'Child')}
  - Type: Task
    Name: Child
    Action: FNF:StartExecution
    TaskMode: WaitForSystemCallback
    Parameters: { resourceArn: "acs:fnf:::flow/tasks" }
    Next: Quick
  - { Type: Task, Name: Quick, Action: FNF:StartSyncExecution, Parameters: { flowName: quick }, End: true }
`,
};

const EXPRESS = `${head('quick', 'A')}
  - { Type: Task, Name: A, Action: Test:Flaky, ${RETRY}, Next: B }
  - { Type: Wait, Name: B, Seconds: 1, Next: C }
  - { Type: Pass, Name: C, End: true }
`;

const PLANTED = 'a planted throw';

/** Throws at call `at` of the place `place`; counts the calls of all places. */
class Plant {
  readonly calls = new Map<string, number>();
  isArmed = false;
  readonly #place: string;
  readonly #at: number;

  constructor(place = '', at = 0) {
    this.#place = place;
    this.#at = at;
  }

  /** True when this call of the place has to misbehave. */
  hits(place: string): boolean {
    if (!this.isArmed) return false;
    const count = (this.calls.get(place) ?? 0) + 1;
    this.calls.set(place, count);
    return place === this.#place && count === this.#at;
  }

  call(place: string): void {
    if (this.hits(place)) throw new Error(PLANTED);
  }
}

function hostileClock(time: VirtualTime, plant: Plant): Clock {
  return {
    nowMs() {
      plant.call('clock.nowMs');
      return time.nowMs();
    },
    monotonicMs() {
      plant.call('clock.monotonicMs');
      return time.monotonicMs();
    },
  };
}

function hostileIds(ids: Ids, plant: Plant): Ids {
  return {
    uuid() {
      plant.call('ids.uuid');
      return ids.uuid();
    },
    random() {
      plant.call('ids.random');
      return ids.random();
    },
  };
}

/** A subscriber may throw without harm, so the plant replaces the members of the observer themselves. */
function hostileObserver(plant: Plant, troubles: Trouble[]): Observer {
  const report = (place: string) => (): void => plant.call(`observer.${place}`);
  const observer = createObserver({
    defect: ({ error, ...where }) => void troubles.push({ ...where, error }),
    executionStuck: ({ error, ...where }) => void troubles.push({ ...where, error }),
  });
  return {
    ...observer,
    executionStarted: report('executionStarted'),
    executionEnded: report('executionEnded'),
    taskCalled: report('taskCalled'),
    committed: report('committed'),
    recovered: report('recovered'),
  };
}

interface Trouble {
  readonly error: unknown;
  readonly flowName?: string;
  readonly executionName?: string;
  readonly state?: string;
}

/** The answers of a service, and each way in which an action can misbehave. */
class Actions implements ActionCatalog {
  readonly tokens = new Set<string>();
  readonly #plant: Plant;
  readonly seen = new Set<string>();

  constructor(plant: Plant, before?: Actions) {
    this.#plant = plant;
    for (const token of before?.tokens ?? []) this.tokens.add(token);
    for (const seen of before?.seen ?? []) this.seen.add(seen);
  }

  find(): { run(call: TaskCall, signal: AbortSignal): Promise<TaskResult> } {
    this.#plant.call('action.find');
    return {
      run: (call) => {
        this.#plant.call('action.run throws');
        return this.#answer(call);
      },
    };
  }

  async #answer(call: TaskCall): Promise<TaskResult> {
    await Promise.resolve();
    this.#plant.call('action.run rejects');
    if (this.#plant.hits('action answers nothing')) return undefined as unknown as TaskResult;
    if (this.#plant.hits('answer with a hostile ok')) {
      return {
        get ok(): true {
          throw new Error(PLANTED);
        },
        output: {},
      };
    }
    if (this.#plant.hits('answer that cannot be read')) return taskSucceeded(unreadable());
    if (this.#plant.hits('answer that cannot be encoded')) return taskSucceeded({ big: unencodable() });
    if (call.taskToken !== null) this.tokens.add(call.taskToken);
    if (call.action !== 'Test:Flaky') return taskSucceeded({});
    const key = `${call.flowName}/${call.executionName}`;
    if (this.seen.has(key)) return taskSucceeded({});
    this.seen.add(key);
    return taskFailed('Flaky');
  }
}

function unreadable(): Record<string, never> {
  return new Proxy(
    {},
    {
      ownKeys() {
        throw new Error(PLANTED);
      },
    },
  );
}

/** Can be measured like a value of JSON, but not written. */
function unencodable(): string {
  return Object.assign(Object.create({ toJSON: () => assert.fail(PLANTED) }) as object, {}) as unknown as string;
}

class World {
  readonly time: VirtualTime;
  readonly stores: Stores;
  readonly troubles: Trouble[] = [];
  readonly actions: Actions;
  readonly plant: Plant;
  engine!: Engine;

  constructor(plant: Plant, before: World | null = null) {
    this.plant = plant;
    this.actions = new Actions(plant, before?.actions);
    this.time = before?.time ?? new VirtualTime();
    this.stores = before?.stores ?? createMemoryStores();
  }

  async open(seed: number): Promise<this> {
    const { time, plant } = this;
    const observer = hostileObserver(plant, this.troubles);
    this.engine = await createEngine({
      settings: testSettings(),
      stores: { ...this.stores, close: () => Promise.resolve() },
      ports: {
        clock: hostileClock(time, plant),
        scheduler: guardedScheduler(time, observer),
        ids: hostileIds(seededIds(seed), plant),
        observer,
      },
      localCallersOnly: true,
      endpoint: () => '127.0.0.1:7780',
      standIns: { actions: this.actions, idleMax: 1 },
    });
    return this;
  }

  async createFlows(): Promise<void> {
    const create = (Name: string, Definition: string, ExecutionMode: string): Promise<unknown> => {
      const parameters = new Map(Object.entries({ Name, Definition, Type: 'FDL', ExecutionMode }));
      return (
        OPERATIONS.get('CreateFlow')?.run(this.engine.services, { requestId: 'r', parameters, caller: null }) ??
        assert.fail()
      );
    };
    for (const [name, definition] of Object.entries(STANDARD)) await create(name, definition, 'Standard');
    await create('quick', EXPRESS, 'Express');
  }

  /** Starts two executions of each flow. Returns those whose start was not refused. */
  async startAll(): Promise<Started[]> {
    const input = { items: [1, 2] };
    const started: Started[] = [];
    const starts = [...Object.keys(STANDARD)].flatMap((flow) =>
      ['one', 'two'].map(async (name) => {
        try {
          const start = { flowName: flow, executionName: name, inputText: JSON.stringify(input), input, qualifier: '' };
          await this.engine.executions.start({ ...start, callbackToken: '' });
          started.push({ flow, name });
        } catch (error) {
          this.#accept(error);
        }
      }),
    );
    const quick = ['one', 'two', 'three'].map(async (executionName) => {
      const request = { flowName: 'quick', executionName, qualifier: '', input: {}, inputText: '', depth: 0 };
      try {
        const { result } = await this.engine.sync.start({ ...request, origin: FROM_API });
        if (result.status !== 'Succeeded') this.#accept(new Error(`${PLANTED}: ${result.errorCode}`));
      } catch (error) {
        this.#accept(error);
      }
    });
    await this.passAll();
    await Promise.all([...starts, ...quick]);
    return started;
  }

  /** Lets everything end: reports what waits for a report, and redrives what has failed. */
  async passAll(): Promise<void> {
    for (let second = 0; second < 20; second++) {
      await this.time.pass(1_000);
      await this.#report();
    }
    for (const executionName of ['one', 'two']) {
      await this.engine.executions.redrive('fails', executionName).catch((error: unknown) => {
        if (!(error instanceof ApiError)) this.#accept(error);
      });
    }
    await this.time.pass(400_000);
    await this.#report();
    await this.time.pass(400_000);
  }

  /** How many starts, Express executions or reports met the throw. */
  refusals = 0;

  #accept(error: unknown): void {
    this.refusals++;
    const { cause, message } = error as Error;
    assert.match(
      `${message} ${String(cause)}`,
      new RegExp(`${PLANTED}|internal error`),
      'only the planted throw is refused',
    );
  }

  async #report(): Promise<void> {
    for (const token of this.actions.tokens) {
      try {
        await this.engine.executions.report(token, { ok: true, output: {} });
        this.actions.tokens.delete(token);
      } catch (error) {
        // TaskInvalidState and the like: the sender of a report repeats it.
        void error;
      }
    }
  }

  /** The executions that have not succeeded. `why` explains each of them. */
  async unfinished(started: readonly Started[]): Promise<string[]> {
    const left: string[] = [];
    for (const { flow, name } of started) {
      const view = await this.engine.executions.describe(flow, name, 0);
      if (view.status === 'Succeeded') continue;
      left.push(`${flow}/${name} ${view.status}`);
      if (view.status !== 'Running') continue;
      const { waits } = await this.engine.executions.waits(flow, name);
      assert.notEqual(waits.length, 0, `${flow}/${name} hangs, and why says nothing`);
    }
    return left;
  }
}

interface Started {
  readonly flow: string;
  readonly name: string;
}

/** The place of a throw: in the life that starts the executions, or in the one that finds them in the store. */
interface Place {
  readonly name: string;
  readonly at: number;
  readonly life: 'first' | 'second';
}

/** A life without a throw before the one that finds the executions; null when the first life has the throw. */
async function lifeBefore(life: Place['life']): Promise<{ world: World; started: readonly Started[] } | null> {
  if (life === 'first') return null;
  const world = await new World(new Plant()).open(1);
  await world.createFlows();
  const starting = world.startAll();
  await world.time.pass(1_500);
  world.engine.durable.close();
  return { world, started: await starting };
}

/** A life with the plant. Returns it with the executions that must end. */
async function live(plant: Plant, life: Place['life']): Promise<{ world: World; started: readonly Started[] }> {
  const before = await lifeBefore(life);
  const world = await new World(plant, before?.world ?? null).open(2);
  if (before === null) {
    await world.createFlows();
    plant.isArmed = true;
    return { world, started: await world.startAll() };
  }
  plant.isArmed = true;
  await world.passAll();
  return { world, started: before.started };
}

/** A life with a throw, and one after it without. */
async function runWith({ name, at, life }: Place): Promise<void> {
  const { world, started } = await live(new Plant(name, at), life);
  world.plant.isArmed = false;
  const left = await world.unfinished(started);
  const running = left.filter((each) => each.endsWith('Running'));
  // A parent waits for its child, which may be the one that is stuck.
  const victims = running.filter((each) => !each.startsWith('parent/'));
  assert.ok(victims.length <= 1 && running.length <= 2, `more than one execution suffers: ${left.join(', ')}`);
  assert.ok(left.length + world.refusals <= 2, `${left.join(', ')}; ${world.refusals} refused`);
  if (running.length > 0) {
    const known = world.troubles.find(({ error }) => String((error as Error).stack).includes(PLANTED));
    assert.ok(known?.flowName !== undefined && known.executionName !== undefined, 'the log names the execution');
  }
  world.engine.durable.close();
  const next = await new World(new Plant(), world).open(3);
  await next.passAll();
  const stillRunning = (await next.unfinished(started)).filter((each) => each.endsWith('Running'));
  assert.deepEqual(stillRunning, [], 'the next start of the server ends it');
  await next.engine.close();
}

/** Calls of a place that are tried; more of the same place are skipped evenly. */
const TRIED = 40;

for (const life of ['first', 'second'] as const) {
  const plant = new Plant();
  const { world, started } = await live(plant, life);
  assert.deepEqual(await world.unfinished(started), [], 'without a plant all succeed');
  assert.equal(world.refusals, 0);
  await world.engine.close();
  for (const [name, calls] of plant.calls) {
    test(`a throw at each call of ${name} in the ${life} life breaks one execution at most`, async () => {
      const step = Math.max(1, Math.floor(calls / TRIED));
      for (let at = 1; at <= calls; at += step) {
        await runWith({ name, at, life }).catch((error: unknown) => {
          throw new Error(`call ${at} of ${name}: ${String((error as Error).message)}`, { cause: error });
        });
      }
    });
  }
}
