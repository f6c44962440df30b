/**
 * The operator of a simulated server lets it purge old executions, changes limits at a restart, and puts the store back from a
 * copy. Each is drawn from a stream of its own.
 */
import type { Settings } from '../../src/config/settings.ts';
import type { ExecutionLimits } from '../../src/interpreter/execution.ts';
import type { RetentionSettings } from '../../src/runtime/durable/purger.ts';
import { Random } from './random.ts';

export interface Perturbations {
  /** Which ended executions are retained. With an age, there may be numbers too. */
  readonly retention: RetentionSettings;
  /** The changed limits of each life, the last entry for all later ones; empty for no change. */
  readonly limitsOfLives: readonly Partial<Settings['limits']>[];
  /** Virtual times at which the operator takes a copy of the store, and puts the latest one back. */
  readonly restores: readonly { readonly copyMs: number; readonly restoreMs: number }[];
}

export type PerturbationKind = 'purges' | 'limits' | 'restores';

export function perturbationsOf(seed: number, without: ReadonlySet<string>): Perturbations {
  const drawn = <T>(kind: PerturbationKind, none: T, draw: (random: Random) => T): T => {
    const random = Random.of(seed, kind);
    return without.has(kind) || !random.chance(0.2) ? none : draw(random);
  };
  return {
    retention: {
      ...NO_LIMIT,
      ...drawn<Partial<RetentionSettings>>('purges', {}, (random) => ({
        retainMs: random.pick([1_000, 60_000, 400_000]),
        ...numbersOf(Random.of(seed, 'retained numbers')),
      })),
    },
    limitsOfLives: drawn('limits', [], (random) =>
      withMapLimits(paced(limitsOf(random), Random.of(seed, 'steps')), Random.of(seed, 'map limits')),
    ),
    restores: drawn('restores', [], restoresOf),
  };
}

const NO_LIMIT: RetentionSettings = { retainMs: null, executions: null, flows: [] };

function numbersOf(random: Random): Partial<RetentionSettings> {
  return {
    executions: random.pick([null, 1, 3, 10]),
    flows: random.chance(0.5)
      ? []
      : [{ pattern: random.pick(['flow0', 'flow*']), executions: random.pick([1, 2, null]) }],
  };
}

function limitsOf(random: Random): Partial<Settings['limits']>[] {
  return [{}, ...Array.from({ length: 1 + random.below(3) }, () => changed(random))];
}

/** Some lives have a rate at which executions enter states. It has a stream of its own, so that known seeds repeat their runs. */
function paced(lives: readonly Partial<Settings['limits']>[], random: Random): Partial<Settings['limits']>[] {
  return lives.map((changes) => ({ ...changes, ...(random.chance(0.4) && { stepsPerSecond: random.pick([5, 50]) }) }));
}

/** Those of Map runs come from a stream of their own. */
function withMapLimits(lives: readonly Partial<Settings['limits']>[], random: Random): Partial<Settings['limits']>[] {
  return lives.map((limits, i) => ({
    ...limits,
    ...(i > 0 && random.chance(0.4) && { mapExecutions: random.pick([1, 3]) }),
    ...(i > 0 && random.chance(0.4) && { mapRunConcurrency: random.pick([1, 4]) }),
  }));
}

/** Each limit is changed or not. */
function changed(random: Random): Partial<Settings['limits']> {
  const limit = <K extends keyof Settings['limits']>(name: K, values: readonly Settings['limits'][K][]) =>
    random.chance(0.4) ? { [name]: random.pick(values) } : {};
  return {
    ...limit('parallelBranches', [1, 2]),
    ...limit('stateNameCharacters', [1, 5]),
    ...limit('stateDataBytes', [50, 300, 100_000]),
    ...limit('globalKeyBytes', [1, 10]),
    ...limit('globalValueBytes', [10, 1_000]),
    ...limit('mapConcurrency', [1, 2]),
    ...limit('events', [20, 60, 10_000]),
    ...limit('standardExecutions', [1, 2, 5]),
    ...limit('childDepth', [1]),
    ...limit('planBytes', [1]),
  };
}

/**
 * The limits by which the audit folds events. With these an execution has something to decide only if it has under the limits of
 * any life.
 */
export function auditLimits(limits: ExecutionLimits, { limitsOfLives }: Perturbations): ExecutionLimits {
  const values = (name: 'mapConcurrency' | 'events'): number[] => [
    limits[name],
    ...limitsOfLives.flatMap((changes) => changes[name] ?? []),
  ];
  return {
    ...limits,
    mapConcurrency: Math.min(...values('mapConcurrency')),
    events: Math.max(...values('events')),
  };
}

function restoresOf(random: Random): { copyMs: number; restoreMs: number }[] {
  let atMs = 0;
  return Array.from({ length: 1 + random.below(2) }, () => {
    const copyMs = atMs + random.below(random.pick([10, 5_000, 100_000]));
    const restoreMs = copyMs + random.below(random.pick([500, 20_000, 200_000]));
    atMs = restoreMs;
    return { copyMs, restoreMs };
  });
}
