/** The events of one simulated cluster, drawn from its seed: what callers do, and what happens to nodes and their connections. */
import { Random } from '../random.ts';
import { DELETED, UPDATED, clusterFlows } from './flows.ts';
import type { ClusterFlow } from './flows.ts';

export interface NodeFault {
  /** `stop`: SIGSTOP, and SIGCONT later. `leave`: a clean shutdown. The others are of the connection (`link.ts`). */
  readonly kind: 'crash' | 'stop' | 'leave' | 'slow' | 'refused' | 'hanging' | 'mute';
  /** 0 for what ends the process. */
  readonly forMs: number;
}

export interface FaultAt extends NodeFault {
  readonly atMs: number;
  readonly place: number;
}

export interface StartAt {
  readonly atMs: number;
  readonly flow: string;
  readonly name: string;
  readonly n: number;
  /** How many callers start it at once. */
  readonly callers: number;
}

export interface RequestAt {
  readonly atMs: number;
  readonly what: 'stop' | 'redrive' | 'describe' | 'history' | 'waits' | 'list';
  readonly flow: string;
  readonly name: string;
}

export interface Scenario {
  readonly seed: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  /** When a process begins at each place. */
  readonly places: readonly number[];
  readonly faults: readonly FaultAt[];
  /** Probability that a process is stopped at a call of the store, before or after it. */
  readonly stopsAtPoints: number;
  /** Probability that a hint is lost. */
  readonly hintsLost: number;
  /** How many waiting executions remain in the memory of a node. */
  readonly idleMax: number;
  readonly flows: ReadonlyMap<string, ClusterFlow>;
  readonly starts: readonly StartAt[];
  readonly requests: readonly RequestAt[];
  /** Between two updates of a flow; null: there are none. */
  readonly updateMs: number | null;
  /** When a caller deletes a flow; null: no one does. */
  readonly deleteMs: number | null;
  readonly hasSchedules: boolean;
  /** When the faults end. */
  readonly horizonMs: number;
  /** How long executions may take to end after that. */
  readonly endMs: number;
}

/** Far more than what executions need that do not sleep. */
const END_MS = 400_000;

const KINDS: readonly NodeFault['kind'][] = ['crash', 'stop', 'leave', 'slow', 'refused', 'hanging', 'mute'];

export function scenarioOf(seed: number): Scenario {
  const random = Random.of(seed, 'cluster');
  const horizonMs = random.pick([20_000, 60_000, 120_000]);
  const places = placesOf(random);
  const leaseMs = 10_000;
  const longS = random.chance(0.05) ? 3_600 : random.pick([61, 90, 200]);
  const flows = clusterFlows(longS);
  const starts = startsOf(Random.of(seed, 'starts'), flows, horizonMs);
  return {
    seed,
    leaseMs,
    pollMs: 500,
    places,
    faults: faultsOf(Random.of(seed, 'faults'), places.length, horizonMs, leaseMs),
    stopsAtPoints: random.pick([0, 0, 0.0005, 0.003]),
    hintsLost: random.pick([0, 0, 0.3, 1]),
    idleMax: random.pick([0, 0, 1, 1_000]),
    flows,
    starts,
    requests: requestsOf(Random.of(seed, 'requests'), starts, horizonMs),
    updateMs: random.pick([null, 700, 5_000]),
    deleteMs: random.chance(0.4) ? random.below(horizonMs) : null,
    hasSchedules: random.chance(0.3),
    horizonMs,
    endMs: END_MS + longS * 1_000,
  };
}

/** Most clusters have three nodes, some of which join later. */
function placesOf(random: Random): readonly number[] {
  const count = random.pick([2, 3, 3, 3, 4]);
  return Array.from({ length: count }, (_, i) => (i === 0 || random.chance(0.7) ? 0 : random.below(60_000)));
}

function faultsOf(random: Random, places: number, horizonMs: number, leaseMs: number): readonly FaultAt[] {
  // Some runs have one kind of fault alone, and some have none.
  const kinds = random.chance(0.4) ? [random.pick(KINDS)] : KINDS;
  const count = random.pick([0, 1, 3, 8, 15]);
  return Array.from({ length: count }, () => {
    const kind = random.pick(kinds);
    const endsProcess = kind === 'crash' || kind === 'leave';
    const forMs = endsProcess ? 0 : random.pick([300, 3_000, leaseMs - 200, leaseMs + 200, 2 * leaseMs, 6 * leaseMs]);
    return { atMs: random.below(horizonMs), place: random.below(places), kind, forMs };
  });
}

function startsOf(random: Random, flows: ReadonlyMap<string, ClusterFlow>, horizonMs: number): readonly StartAt[] {
  const names = [...flows.keys()];
  // Some runs have few flows, so that much happens to each.
  const chosen = random.chance(0.5) ? names : Array.from({ length: 3 }, () => random.pick(names));
  const count = random.between(5, 30);
  return Array.from({ length: count }, (_, i) => ({
    atMs: random.below(horizonMs),
    flow: random.pick(chosen),
    name: `e${i}`,
    n: i * 100,
    callers: random.pick([1, 1, 1, 2, 3]),
  }));
}

function requestsOf(random: Random, starts: readonly StartAt[], horizonMs: number): readonly RequestAt[] {
  const what = ['stop', 'redrive', 'redrive', 'describe', 'describe', 'history', 'waits', 'list'] as const;
  const others = [UPDATED, DELETED];
  return Array.from({ length: random.between(5, 40) }, () => {
    const start = random.pick(starts);
    const isSoon = random.chance(0.5);
    const atMs = isSoon ? start.atMs + random.below(random.pick([50, 3_000, 30_000])) : random.below(horizonMs);
    const flow = random.chance(0.05) ? random.pick(others) : start.flow;
    return { atMs, what: random.pick(what), flow, name: start.name };
  });
}
