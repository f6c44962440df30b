/**
 * Random flows fail, are stopped, run out of time or of events, and are redriven until they succeed. Their output is that of a
 * run without trouble, no task that had succeeded is called again, a Map run has one name through all redrives, and the fold of the journal after every event gives the same
 * execution.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import type { Command } from '../../src/interpreter/commands.ts';
import type { Input } from '../../src/interpreter/input.ts';
import type { MapRunSpec } from '../../src/interpreter/map-run-spec.ts';
import { drawFrom } from '../support/random-flow.ts';
import type { Draw } from '../support/random-flow.ts';
import { ByHand } from './by-hand.ts';

const FAILURE = { error: 'X', cause: 'as drawn' };
/** Ends without success of one execution; after these it succeeds. */
const LIVES_MAX = 6;

/** Work that ends with the execution: a redrive calls it again. */
const CHILD: JsonObject = { Action: 'FC:InvokeFunction', TaskMode: 'WaitForSystemCallback' };
/** Flows in which each task knows its place, so that its answer depends on nothing else. */
class FlowMaker {
  readonly #draw: Draw;
  #states = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  scope(depth: number): JsonObject {
    const count = 1 + this.#draw(3);
    const names = Array.from({ length: count }, () => `S${this.#states++}`);
    const States = names.map((Name, i) => ({
      ...this.#state(Name, depth),
      ...(i === count - 1 ? { End: true } : { Next: names[i + 1] as string }),
    }));
    return { StartAt: names[0] as string, States };
  }

  #state(Name: string, depth: number): JsonObject {
    switch (this.#draw(depth > 2 || this.#states > 14 ? 6 : 10)) {
      case 0:
        return { Type: 'Pass', Name, GlobalConstructor: { [`g${Name}`]: Name } };
      case 1:
        return { Type: 'Wait', Name, Seconds: 1 + this.#draw(5) };
      case 2:
        return this.#task(Name, { TaskMode: 'WaitForCustomCallback' });
      case 3:
        return this.#task(Name, { Retry: [{ Errors: ['X'], MaxAttempts: 1, IntervalSeconds: 1 }] });
      case 4:
        return this.#task(Name, this.#draw(2) === 0 ? {} : CHILD);
      case 5:
        return distributed(Name);
      case 6:
      case 7: {
        const Branches = Array.from({ length: 1 + this.#draw(3) }, () => this.scope(depth + 1));
        return {
          ...{ Type: 'Parallel', Name, Branches },
          OutputConstructor: { 'path.$': '$Input.path', 'joined.$': '$Output' },
        };
      }
      default: {
        const items = Array.from({ length: 1 + this.#draw(3) }, (_, i) => i);
        return {
          ...{ Type: 'Map', Name, InputConstructor: { 'path.$': '$Input.path', items }, ItemsPath: '$Input.items' },
          ItemConstructor: { 'path.$': 'format("{}/{}", $Input.path, $Item)' },
          ...(this.#draw(2) === 0 ? {} : { MaxConcurrency: 1 + this.#draw(2) }),
          Processor: this.scope(depth + 1),
          OutputConstructor: { 'path.$': '$Input.path', 'joined.$': '$Output.Items' },
        };
      }
    }
  }

  #task(Name: string, more: JsonObject): JsonObject {
    const body = { 'path.$': '$Input.path', task: Name };
    const http = { Action: 'HTTP:Request', Parameters: { url: 'http://x.invalid/', method: 'POST', body } };
    const child = { ...CHILD, Parameters: { resourceArn: 'acs:fc:::functions/f/LATEST', body } };
    return {
      Type: 'Task',
      Name,
      ...(more === CHILD ? child : { ...http, ...more }),
      GlobalConstructor: { [`g${Name}`]: 1 },
    };
  }
}

/** A distributed Map, whose first item is its place. */
function distributed(Name: string): JsonObject {
  return {
    ...{ Type: 'Map', Name, ItemsPath: `toArray(format("{}.${Name}", $Input.path), 1)`, MaxItems: 9 },
    Processor: { StartAt: `${Name}P`, States: [{ Type: 'Pass', Name: `${Name}P`, End: true }] },
    OutputConstructor: { 'path.$': '$Input.path', 'joined.$': '$Output.Items' },
    GlobalConstructor: { [`g${Name}`]: 1 },
  };
}

class Driver {
  readonly run: ByHand;
  readonly #draw: Draw;
  /** Places of tasks that have succeeded. */
  readonly #succeeded = new Set<string>();
  /** The Map runs by their places: their names, and the ids of their MapRunStarted events. */
  readonly #mapRuns = new Map<string, { readonly name: string; readonly events: number[] }>();
  /** Commands submitted in any life. */
  readonly #submitted = new Set<number>();
  /** The task of each TaskScheduled. */
  readonly #places = new Map<number, string>();
  #noted = 0;
  ends = 0;

  constructor(definition: JsonObject, draw: Draw, events: number) {
    this.#draw = draw;
    this.run = new ByHand(definition, { path: '' }, { events }, { mode: 'Standard' });
    let random = 0;
    this.run.random = () => {
      random = (random + 0.37) % 1;
      return random;
    };
  }

  /** Drives the execution through its ends until it succeeds. */
  drive(calm: boolean): void {
    for (;;) {
      this.#live(calm || this.ends >= LIVES_MAX);
      this.#note();
      if (this.run.execution.status === 'Succeeded') return;
      this.ends++;
      this.#turnClock();
      this.run.redrive();
    }
  }

  #live(calm: boolean): void {
    const { run } = this;
    while (run.execution.status === 'Running') {
      const commands = [...run.execution.commands.values()];
      const command = commands[this.#draw(commands.length)] as Command;
      this.#turnClock();
      this.#note();
      const danger = calm ? 99 : this.#draw(24);
      if (danger === 0) run.takeRebuilt({ kind: 'stop', failure: FAILURE });
      else if (danger === 1) run.takeRebuilt({ kind: 'execution-timed-out' });
      else this.#take(this.#answer(command, danger < 7));
    }
  }

  /** Sometimes ends a decision after its first event, so that another input comes in between. */
  #take(input: Input): void {
    if (this.#draw(3) > 0) {
      this.run.takeRebuilt(input);
      return;
    }
    this.run.take(input, 0);
    this.#note();
    const open = [...this.run.execution.commands.values()];
    const other = open[this.#draw(Math.max(open.length, 1))];
    this.run.takeRebuilt(other === undefined ? { kind: 'continue' } : this.#answer(other, false));
  }

  #turnClock(): void {
    this.run.nowMs += this.#draw(5) === 0 ? -this.#draw(5_000) : this.#draw(5_000);
  }

  #answer(command: Command, fails: boolean): Input {
    const { id } = command;
    if (command.kind === 'timer') return { kind: 'timer-due', id };
    if (command.kind === 'map') {
      const place = String(command.run.items?.[0]);
      assert.ok(!this.#succeeded.has(place), `${place} runs again`);
      if (fails) return { kind: 'map-run-failed', id, failure: FAILURE, warnings: [] };
      return { kind: 'map-run-succeeded', id, output: { Items: [place] }, warnings: [] };
    }
    const place = placeOf(command.parameters);
    assert.ok(!this.#succeeded.has(place), `${place} is called again`);
    if (command.submitted) assert.ok(this.#submitted.has(id));
    if (command.state.mode !== 'RequestComplete' && !command.submitted) {
      assert.ok(!this.#submitted.has(id), `${place} is submitted again`);
      if (fails) return { kind: 'task-submit-failed', id, failure: FAILURE };
      // A report may come first.
      if (this.#draw(4) > 0) return { kind: 'task-submitted', id, output: null };
    }
    if (fails) return { kind: 'task-failed', id, failure: FAILURE };
    return { kind: 'task-succeeded', id, output: { path: place } };
  }

  /** Takes note of the new events. */
  #note(): void {
    for (const { type, id, cause, value, facts } of this.run.events.slice(this.#noted)) {
      if (type === 'TaskScheduled') this.#places.set(id, placeOf(value as JsonObject));
      if (type === 'TaskSubmitted') this.#submitted.add(cause);
      if (facts?.mapRun !== undefined) this.#noteRun(id, facts.mapRun);
      if (type !== 'TaskSucceeded' && type !== 'MapRunSucceeded') continue;
      const place = this.#places.get(cause) as string;
      assert.ok(!this.#succeeded.has(place), `${place} has succeeded twice`);
      this.#succeeded.add(place);
    }
    this.#noted = this.run.events.length;
  }

  /** A redrive continues the run with its name, and names every event that it had. */
  #noteRun(id: number, { name, continues = [], items = [] }: MapRunSpec): void {
    const place = String(items[0]);
    this.#places.set(id, place);
    const known = this.#mapRuns.get(place);
    if (known !== undefined) assert.equal(name, known.name, `${place} has another run`);
    assert.deepEqual(continues, known?.events ?? [], `the run of ${place} continues its own events`);
    this.#mapRuns.set(place, { name, events: [...continues, id] });
  }
}

function placeOf(parameters: JsonObject): string {
  const { path, task } = parameters['body'] as { path: string; task: string };
  return `${path}.${task}`;
}

function endOf({ execution }: ByHand): string {
  const global: JsonObject = Object.fromEntries(
    Object.entries(execution.global).sort(([a], [b]) => (a < b ? -1 : 1)) as [string, JsonValue][],
  );
  return stringifyJson([execution.status, execution.output, global]);
}

const TAPE = fc.array(fc.nat(9_999), { minLength: 20, maxLength: 400, size: 'max' });

test('flows that are redriven until they succeed end as if nothing had gone wrong', () => {
  let redriven = 0;
  let longest = 0;
  fc.assert(
    fc.property(TAPE, TAPE, fc.constantFrom(Number.POSITIVE_INFINITY, 40, 90), (tape, answers, events) => {
      const definition = new FlowMaker(drawFrom(tape)).scope(0);
      const calm = new Driver(definition, drawFrom(answers), Number.POSITIVE_INFINITY);
      calm.drive(true);
      const driver = new Driver(definition, drawFrom(answers), events);
      driver.drive(false);
      if (driver.ends > 0) redriven++;
      longest = Math.max(longest, driver.ends);
      assert.equal(endOf(driver.run), endOf(calm.run));
      const times = driver.run.events.map(({ timeMs }) => timeMs);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
    }),
    { numRuns: 80 },
  );
  assert.ok(redriven > 30 && longest > 2, `only ${redriven} were redriven, ${longest} times at most`);
});
