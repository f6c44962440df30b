/** The flow with a distributed Map of a simulated run, and what callers do with it: from streams of their own. */
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';
import { Random } from './random.ts';
import type { Step } from './scenario.ts';

export const MAPPED = 'mapped';

/** Not in every run: its children make a run long. */
export function mappedFlow(seed: number): JsonObject | null {
  const random = Random.of(seed, MAPPED);
  if (!random.chance(0.5)) return null;
  const map = distributedMap(random, 'Each');
  const last = random.chance(0.3)
    ? { Type: 'Fail', Name: 'Last', Code: 'X', Detail: '' }
    : { Type: 'Pass', Name: 'Last', OutputConstructor: {}, End: true };
  const timeout = random.chance(0.2) ? { Timeout: random.pick([3, 60, 400]) } : {};
  const head = { Type: 'StateMachine', SpecVersion: 'v1', Name: MAPPED, ...timeout };
  const whole = { ...head, StartAt: 'Each', States: [{ ...map, Next: 'Last' }, last] };
  return random.chance(0.3) ? { ...head, StartAt: 'All', States: [beside(random, map)] } : whole;
}

function distributedMap(random: Random, name: string): JsonObject {
  const mode = random.pick(['Express', 'Standard']);
  const items = random.between(0, random.pick([3, 8, 20]));
  const drawn = <T extends JsonValue>(field: string, values: readonly T[]): JsonObject =>
    random.chance(0.5) ? { [field]: random.pick(values) } : {};
  const batcher = random.chance(0.2) ? { ItemBatcher: { MaxItemsPerBatch: random.pick([2, 3]) } } : {};
  const retry = { Errors: ['FnF.ALL'], IntervalSeconds: random.pick([0, 5]), MaxAttempts: 1 };
  return {
    Type: 'Map',
    Name: name,
    ItemsPath: `[${Array.from({ length: items }, (_, i) => i).join(', ')}]`,
    ...drawn('MaxConcurrency', [1, 2, 5]),
    ...drawn('ToleratedFailureCount', [0, 1, 3, 100]),
    ...drawn('ToleratedFailurePercentage', [0, 30, 100]),
    ...(random.chance(0.15) ? { Retry: [retry] } : {}),
    ...batcher,
    OutputConstructor: {},
    Processor: { ProcessorConfig: { ExecutionMode: mode }, ...processor(random, mode) },
  };
}

function processor(random: Random, mode: string): JsonObject {
  const parameters = { url: 'http://steady.invalid/', method: 'POST', 'body.$': '$Input' };
  const calls = { Type: 'Task', Name: 'Work', Action: 'HTTP:Request', Parameters: parameters };
  const callback = mode === 'Standard' && random.chance(0.3) ? { TaskMode: 'WaitForCustomCallback' } : {};
  const work = { ...calls, ...callback, OutputConstructor: {}, End: true };
  if (random.chance(0.5)) return { StartAt: 'Work', States: [work] };
  const seconds = mode === 'Standard' ? random.pick([1, 20, 61, 300]) : random.pick([1, 5]);
  return { StartAt: 'Sleep', States: [{ Type: 'Wait', Name: 'Sleep', Seconds: seconds, Next: 'Work' }, work] };
}

/** The Map in a branch, beside another one that may fail, or in an inline Map. */
function beside(random: Random, map: JsonObject): JsonObject {
  const each = { StartAt: 'Each', States: [{ ...map, End: true }] };
  if (random.chance(0.5)) {
    return { Type: 'Map', Name: 'All', ItemsPath: '[1, 2]', Processor: each, OutputConstructor: {}, End: true };
  }
  const wait = { Type: 'Wait', Name: 'Beside', Seconds: random.pick([1, 20, 200]), Next: 'After' };
  const after = random.chance(0.6)
    ? { Type: 'Fail', Name: 'After', Code: 'Y.Z', Detail: '' }
    : { Type: 'Pass', Name: 'After', End: true };
  const branches = [each, { StartAt: 'Beside', States: [wait, after] }];
  return { Type: 'Parallel', Name: 'All', Branches: branches, OutputConstructor: {}, End: true };
}

export function mappedSteps(seed: number, without: ReadonlySet<string>): Step[] {
  const random = Random.of(seed, MAPPED, 'steps');
  const steps: Step[] = [];
  const later = (): number => random.below(random.pick([10, 1_000, 20_000, 100_000]));
  for (let i = 0; i < 1 + random.below(2); i++) {
    const at = { flowName: MAPPED, name: `e8${i}` };
    const atMs = later();
    steps.push({ do: 'start', atMs, start: { ...at, input: { i }, inputText: stringifyJson({ i }) } });
    if (!without.has('stops') && random.chance(0.4)) steps.push({ do: 'stop', atMs: atMs + later(), ...at });
    for (let again = without.has('stops') ? 0 : random.below(4); again > 0; again--) {
      steps.push({ do: 'redrive', atMs: atMs + later() + random.below(100_000), ...at });
    }
    if (random.chance(0.3)) steps.push({ do: 'waits', atMs: atMs + later(), ...at });
  }
  for (let i = random.below(5); i > 0; i--) steps.push({ do: 'update-map-run', atMs: later() });
  for (let i = random.below(4); i > 0; i--) steps.push({ do: 'describe-map-run', atMs: later() });
  if (!without.has('stops') && random.chance(0.3)) steps.push({ do: 'stop-item', atMs: later() });
  if (!without.has('changes') && random.chance(0.1)) steps.push({ do: 'delete', atMs: later(), flowName: MAPPED });
  return steps;
}
