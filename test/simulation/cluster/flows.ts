/**
 * The flows of the simulated cluster. Each task adds one to `n` of its input, at any node and however often it is called, so the
 * output of an execution follows from its flow and its input.
 */
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { WAIT_SECONDS } from '../../../src/language/limits.ts';

export interface ClusterFlow {
  readonly definition: JsonObject;
  /** The output of an execution with this `n`, without what a report adds; null: it fails. */
  readonly output: ((n: number) => JsonValue) | null;
}

/** The error of a task that fails for ever. */
export const FATAL = 'Fatal';
/** The error of a task that succeeds when it is called again. */
export const FLAKY = 'Flaky';
/** The flow that callers update, whose output is the number of its text. */
export const UPDATED = 'updated';
/** The flow that a caller deletes. */
export const DELETED = 'deleted';

const RETRY = [{ Errors: [FLAKY], IntervalSeconds: 1, MaxAttempts: 5 }];

function scope(...states: readonly JsonObject[]): JsonObject {
  const names = states.map(({ Name }) => String(Name));
  const linked = states.map((state, i) => ({
    ...state,
    ...(i + 1 < names.length ? { Next: names[i + 1] ?? '' } : { End: true }),
  }));
  return { StartAt: names[0] ?? '', States: linked };
}

function task(Name: string, more: JsonObject = {}): JsonObject {
  const headers = { 'retry.$': '$Context.Current.RetryCount' };
  const parameters = { url: 'http://work.invalid/', method: 'POST', headers, 'body.$': '$Input' };
  return { Type: 'Task', Name, Action: 'HTTP:Request', Parameters: parameters, Retry: RETRY, ...more };
}

const callback = (name: string): JsonObject => task(name, { TaskMode: 'WaitForCustomCallback' });
/** A wait passes its input on. */
const wait = (Name: string, Seconds: number): JsonObject => ({ Type: 'Wait', Name, Seconds });

function waits(seconds: number): readonly JsonObject[] {
  const count = Math.ceil(seconds / WAIT_SECONDS.Standard);
  return Array.from({ length: count }, (_, i) => wait(`Long${i}`, Math.round(seconds / count)));
}

function child(Name: string, flow: string): JsonObject {
  return {
    ...{ Type: 'Task', Name, Action: 'FNF:StartExecution', TaskMode: 'WaitForSystemCallback' },
    Parameters: { resourceArn: `acs:fnf:::flow/${flow}`, input: { 'n.$': '$Input.n' } },
  };
}

function map(Name: string, processor: JsonObject, more: JsonObject): JsonObject {
  return { Type: 'Map', Name, ItemsPath: '$Input.items', Processor: processor, ...more };
}

const inBranches = (states: JsonObject): JsonObject => ({
  Type: 'StateMachine',
  SpecVersion: 'v1',
  Name: 'flow',
  ...states,
});

/** How many items the input of every execution has. */
const ITEMS = 4;

/** The input of an execution. */
export function inputOf(n: number): JsonObject {
  return { n, items: Array.from({ length: ITEMS }, (_, i) => ({ n: n + i })) };
}

const itemsPlus =
  (more: number) =>
  (n: number): JsonValue => ({
    Items: Array.from({ length: ITEMS }, (_, i) => ({ n: n + i + more })),
  });

const plus =
  (more: number) =>
  (n: number): JsonValue => ({ n: n + more });

/** @param longS seconds of the longest sleep of a flow; a longer one than a state may wait is several states */
export function clusterFlows(longS: number): ReadonlyMap<string, ClusterFlow> {
  const flow = (states: JsonObject, output: ClusterFlow['output']): ClusterFlow => ({
    definition: inBranches(states),
    output,
  });
  return new Map([
    ['chain', flow(scope(task('A'), task('B'), task('C')), plus(3))],
    ['callback', flow(scope(callback('Call'), task('After')), plus(2))],
    ['naps', flow(scope(wait('Nap', 3), task('Between'), wait('Sleep', 70), task('Last')), plus(2))],
    ['sleeper', flow(scope(...waits(longS), task('Then')), plus(1))],
    ['parent', flow(scope(child('Child', 'chain'), task('Then')), plus(4))],
    ['grandparent', flow(scope(child('Child', 'caller'), task('Then')), plus(3))],
    ['caller', flow(scope(callback('Ask'), wait('Rest', 2), task('Then')), plus(2))],
    [
      'wide',
      flow(
        scope({
          Type: 'Parallel',
          Name: 'All',
          Branches: [
            scope(callback('Asked'), task('X')),
            scope(wait('Wait', 20), task('Y')),
            scope(task('P'), task('Q'), task('R')),
          ],
        }),
        (n) => ({ Branch0: { n: n + 2 }, Branch1: { n: n + 1 }, Branch2: { n: n + 3 } }),
      ),
    ],
    [
      'both',
      flow(
        // The child wakes at another node than the one at which the parent is busy.
        scope({
          Type: 'Parallel',
          Name: 'Both',
          Branches: [scope(child('Child', 'caller')), scope(task('L'), wait('M', 5), task('N'), task('O'))],
        }),
        (n) => ({ Branch0: { n: n + 2 }, Branch1: { n: n + 3 } }),
      ),
    ],
    ['each', flow(scope(map('Each', scope(task('Item'), wait('Breath', 1)), {})), itemsPlus(1))],
    [
      'spread',
      flow(
        scope(
          map(
            'Spread',
            { ProcessorConfig: { ExecutionMode: 'Standard' }, ...scope(task('One'), wait('Pause', 5), task('Two')) },
            {
              MaxConcurrency: 3,
            },
          ),
        ),
        itemsPlus(2),
      ),
    ],
    [
      'quick',
      flow(
        scope(
          map(
            'Quick',
            { ProcessorConfig: { ExecutionMode: 'Express' }, ...scope(task('One'), task('Two')) },
            { MaxConcurrency: 2 },
          ),
        ),
        itemsPlus(2),
      ),
    ],
    ['broken', flow(scope(task('Fine'), task('Break')), null)],
    [DELETED, flow(scope(task('First'), wait('Wait', 30), task('Never')), plus(2))],
    [UPDATED, flow(updated(0), null)],
  ]);
}

/** The text of the flow that callers update, after that many updates. */
export function updated(generation: number): JsonObject {
  return scope({ Type: 'Pass', Name: 'Say', OutputConstructor: { generation } });
}

export function updatedDefinition(generation: number): JsonObject {
  return inBranches(updated(generation));
}
