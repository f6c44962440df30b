/** The events of one simulated run, drawn from its seed: flows, executions, requests of callers, and faults. */
import { stringifyJson } from '../../src/base/json.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { ExecutionLimits } from '../../src/interpreter/execution.ts';
import { LIMITS } from '../support/flows.ts';
import { randomInput } from '../support/random-flow.ts';
import type { WantedStart } from './client.ts';
import { MAPPED, mappedFlow, mappedSteps } from './mapped-flow.ts';
import { NO_STORE_FAULTS } from './faulty-store.ts';
import type { StoreFaults } from './faulty-store.ts';
import { auditLimits, perturbationsOf } from './perturbations.ts';
import type { Perturbations } from './perturbations.ts';
import { Random } from './random.ts';
import { standardFlow } from './standard-flow.ts';
import type { StandardFlow } from './standard-flow.ts';

/** Kinds of fault. Each can be left out, to see which of them a finding needs. */
export const FAULT_KINDS = [
  'crashes',
  'store',
  'full',
  'jumps',
  'stops',
  'changes',
  'purges',
  'limits',
  'restores',
  'schedules',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export type Step =
  | { readonly do: 'start'; readonly atMs: number; readonly start: WantedStart }
  | {
      readonly do: 'stop' | 'redrive' | 'describe' | 'history' | 'waits';
      readonly atMs: number;
      readonly flowName: string;
      readonly name: string;
    }
  | { readonly do: 'list' | 'update' | 'delete' | 'create'; readonly atMs: number; readonly flowName: string }
  | { readonly do: 'jump'; readonly atMs: number; readonly byMs: number }
  /** Redrives an execution that has ended without success, a child or not. */
  | { readonly do: 'sigterm' | 'supersede' | 'redrive-any' | 'copy' | 'restore'; readonly atMs: number }
  /** Of a Map run that is open at the time, or a child of it, if there is one. */
  | { readonly do: 'update-map-run' | 'describe-map-run' | 'stop-item'; readonly atMs: number };

export interface Scenario {
  readonly seed: number;
  readonly limits: ExecutionLimits;
  /** Those by which the audit folds events. */
  readonly auditLimits: ExecutionLimits;
  readonly perturbations: Perturbations;
  readonly flows: ReadonlyMap<string, StandardFlow>;
  readonly steps: readonly Step[];
  /** How many processes die when the failure of a child is durable and its parent does not have it yet. */
  readonly crashesAtEnds: number;
  /** Callers redrive children whose ends are due to their parents as soon as a process serves. */
  readonly redrivesDue: boolean;
  readonly storeFaults: StoreFaults;
  readonly lives: readonly number[];
  /** By how much the clock is set after each life, while no process runs. */
  readonly jumpsWhileDown: readonly number[];
  /** Schedules start executions of flows of their own. */
  readonly hasSchedules: boolean;
  /** The setting `schedules.missed`. */
  readonly missed: 'latest' | 'all';
}

const HOUR_MS = 3_600_000;

export function scenarioOf(seed: number, without: ReadonlySet<FaultKind>): Scenario {
  const flows = flowsOf(seed);
  const hasSequential = [...flows.values()].some(({ express }) => express !== null);
  const random = Random.of(seed, 'limits');
  const events = hasSequential || random.chance(0.8) ? 5_000 : random.pick([10, 40, 150]);
  const limits = { ...LIMITS, stateDataBytes: 2_000, waitSeconds: 300, events };
  const perturbations = perturbationsOf(seed, without);
  return {
    seed,
    limits,
    auditLimits: auditLimits(limits, perturbations),
    perturbations,
    flows,
    steps: [
      ...stepsOf(seed, flows, without),
      ...operatorSteps(seed, perturbations),
      ...(flows.has(MAPPED) ? mappedSteps(seed, without) : []),
    ],
    crashesAtEnds: without.has('crashes') ? 0 : Random.of(seed, 'crashes-at-ends').pick([0, 1, 3]),
    redrivesDue: !without.has('stops') && Random.of(seed, 'redrives-due').chance(0.8),
    storeFaults: storeFaultsOf(seed, without),
    lives: without.has('crashes') ? [] : livesOf(Random.of(seed, 'lives')),
    jumpsWhileDown: without.has('jumps') ? [] : jumpsWhileDownOf(Random.of(seed, 'jumps-while-down')),
    hasSchedules: !without.has('schedules') && Random.of(seed, 'schedules').chance(0.3),
    missed: Random.of(seed, 'missed').pick(['latest', 'all']),
  };
}

function flowsOf(seed: number): Map<string, StandardFlow> {
  const flows = new Map<string, StandardFlow>();
  const children = ['child0', 'child1'];
  for (const name of children) {
    flows.set(name, standardFlow(Random.of(seed, name), { sequential: false, children: [] }));
  }
  // A flow whose child always fails.
  if (Random.of(seed, 'family').chance(0.2)) {
    const parameters = { resourceArn: 'acs:fnf:::flow/failing', input: {} };
    const task = { Type: 'Task', Name: 'A', Action: 'FNF:StartExecution', TaskMode: 'WaitForSystemCallback' };
    flows.set('failing', { definition: machineOf({ Type: 'Fail', Name: 'A', Code: 'X', Detail: '' }), express: null });
    flows.set(FAMILY, { definition: machineOf({ ...task, Parameters: parameters, End: true }), express: null });
  }
  const random = Random.of(seed, 'flows');
  for (let i = 0; i < 1 + random.below(3); i++) {
    const name = `flow${i}`;
    flows.set(name, standardFlow(Random.of(seed, name), { sequential: random.chance(0.4), children }));
  }
  const mapped = mappedFlow(seed);
  if (mapped !== null) flows.set(MAPPED, { definition: mapped, express: null });
  return flows;
}

const FAMILY = 'family';

function machineOf(state: JsonObject): JsonObject {
  return { Type: 'StateMachine', SpecVersion: 'v1', Name: 'machine', StartAt: 'A', States: [state] };
}

function stepsOf(seed: number, flows: ReadonlyMap<string, StandardFlow>, without: ReadonlySet<FaultKind>): Step[] {
  const random = Random.of(seed, 'steps');
  const steps: Step[] = [];
  const parents = [...flows.keys()].filter((name) => name.startsWith('flow'));
  const others = [...flows.keys()].filter((name) => name !== MAPPED);
  const later = (): number => random.below(random.pick([10, 1_000, 20_000, 100_000, 700_000]));
  for (let i = 0; i < 1 + random.below(5); i++) {
    const flowName = random.pick(parents);
    const name = `e${i}`;
    const input = randomInput(random.below);
    const atMs = later();
    steps.push({ do: 'start', atMs, start: { flowName, name, input, inputText: stringifyJson(input) } });
    const at = { flowName, name };
    if (random.chance(0.15))
      steps.push({ do: 'start', atMs: atMs + later(), start: startAgain(flowName, name, input) });
    for (const read of ['describe', 'history', 'waits'] as const) {
      if (random.chance(0.4)) steps.push({ do: read, atMs: atMs + later(), ...at });
    }
    if (!without.has('stops') && random.chance(0.2)) steps.push({ do: 'stop', atMs: atMs + later(), ...at });
    if (!without.has('stops') && random.chance(0.25)) {
      for (let again = 1 + random.below(2); again > 0; again--) {
        steps.push({ do: 'redrive', atMs: atMs + later() + random.below(100_000), ...at });
      }
    }
  }
  if (!without.has('stops') && Random.of(seed, 'redrives').chance(0.3)) {
    const redrives = Random.of(seed, 'redrive-times');
    for (let i = 0; i < 6; i++)
      steps.push({ do: 'redrive-any', atMs: redrives.below(redrives.pick([100, 5_000, 100_000])) });
  }
  if (flows.has(FAMILY)) {
    const family = Random.of(seed, 'family start');
    for (let i = 0; i < 3; i++) {
      const start = { flowName: FAMILY, name: `e9${i}`, input: {}, inputText: '{}' };
      steps.push({ do: 'start', atMs: family.below(family.pick([10, 20_000])), start });
    }
  }
  if (random.chance(0.3)) steps.push({ do: 'list', atMs: later(), flowName: random.pick(parents) });
  if (!without.has('changes')) {
    if (random.chance(0.2)) steps.push({ do: 'update', atMs: later(), flowName: random.pick(others) });
    if (random.chance(0.06)) {
      const atMs = later();
      const flowName = random.pick(others);
      steps.push({ do: 'delete', atMs, flowName });
    }
    const again = Random.of(seed, 'create again');
    if (again.chance(0.1)) {
      const atMs = again.below(again.pick([5_000, 100_000]));
      steps.push({ do: 'delete', atMs, flowName: 'flow0' });
      steps.push({ do: 'create', atMs: atMs + 1 + again.below(20_000), flowName: 'flow0' });
    }
  }
  if (!without.has('jumps') && random.chance(0.3)) {
    for (let i = 1 + random.below(2); i > 0; i--) {
      steps.push({ do: 'jump', atMs: later(), byMs: random.pick([-HOUR_MS, HOUR_MS, -5_000, 5_000]) });
    }
  }
  if (!without.has('crashes')) {
    if (random.chance(0.2)) steps.push({ do: 'sigterm', atMs: later() });
    if (random.chance(0.2)) steps.push({ do: 'supersede', atMs: random.below(60_000) });
  }
  return steps;
}

/** The steps of the operator, and redrives of executions that are about to be purged. */
function operatorSteps(seed: number, { retention, limitsOfLives, restores }: Perturbations): Step[] {
  const random = Random.of(seed, 'operator');
  const redrives = retention.retainMs === null ? 0 : 6;
  return [
    // The purger works every ten minutes.
    ...Array.from({ length: redrives }, () => ({ do: 'redrive-any' as const, atMs: random.below(2_400_000) })),
    ...limitsOfLives.map(() => ({ do: 'sigterm' as const, atMs: random.below(random.pick([100, 20_000, 300_000])) })),
    ...restores.flatMap(({ copyMs, restoreMs }) => [
      { do: 'copy' as const, atMs: copyMs },
      { do: 'restore' as const, atMs: restoreMs },
    ]),
  ];
}

function startAgain(flowName: string, name: string, input: JsonObject): WantedStart {
  return { flowName, name, input, inputText: stringifyJson(input) };
}

function storeFaultsOf(seed: number, without: ReadonlySet<FaultKind>): StoreFaults {
  const random = Random.of(seed, 'store-faults');
  const isBad = !without.has('store') && random.chance(0.6);
  const probability = (most: number): number => (isBad && random.chance(0.6) ? most * random.next() : 0);
  const diskFull: { fromMs: number; untilMs: number }[] = [];
  if (!without.has('full') && random.chance(0.25)) {
    const fromMs = random.below(random.pick([1, 5_000, 60_000]));
    diskFull.push({ fromMs, untilMs: fromMs + random.pick([500, 15_000, 600_000]) });
  }
  return {
    ...NO_STORE_FAULTS,
    commitFails: probability(0.3),
    answerLost: probability(0.3),
    commitSlow: probability(0.4),
    readFails: probability(0.15),
    readSlow: probability(0.3),
    diskFull,
  };
}

function jumpsWhileDownOf(random: Random): number[] {
  if (random.chance(0.75)) return [];
  return Array.from({ length: 4 }, () => random.pick([0, -HOUR_MS, -24 * HOUR_MS, -60_000]));
}

/** Points that each life passes. Some die early, while they recover. */
function livesOf(random: Random): number[] {
  if (random.chance(0.2)) return [];
  return Array.from({ length: 1 + random.below(5) }, () => random.below(random.pick([20, 60, 300, 1_000])));
}
