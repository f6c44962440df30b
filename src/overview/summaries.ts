/**
 * SummarizeFlows: a page of flows with their last executions and figures. Standard executions come from the store: those that run, and the
 * last ones. Ends are counted by the processes in which they happen (`flow-figures.ts`).
 */
import type { Ports } from '../base/ports.ts';
import type { Peers } from '../cluster/peers.ts';
import { dialectOf } from '../language/dialect.ts';
import type { Dialect } from '../language/plan.ts';
import type { ExpressReader } from '../runtime/express/history/express-reader.ts';
import type { ExecutionStore } from '../store/executions.ts';
import type { FlowHead, FlowStore } from '../store/flows.ts';
import type { ScheduleStore } from '../store/schedules.ts';
import { EarlierEndsOfFlows } from './earlier-ends.ts';
import { LAST_SHOWN } from './flow-figures.ts';
import { HEADS_ONLY } from './heads-only.ts';
import { HourFigures, windowStartMs } from './hour-figures.ts';
import type { ExecutionHead, FlowSummary, SummaryPage, SummaryRequest } from './overview.ts';
import { ShortTurns } from './short-turns.ts';
import { wholeFigures } from './whole-figures.ts';
import type { FiguresOptions, ProcessFigures } from './whole-figures.ts';

export interface SummariesOptions extends FiguresOptions {
  readonly flows: Pick<FlowStore, 'get' | 'heads'>;
  readonly store: Pick<ExecutionStore, 'list' | 'runningOf'>;
  readonly schedules: Pick<ScheduleStore, 'list'>;
  readonly expressReader: Pick<ExpressReader, 'search'>;
  readonly peers: Pick<Peers, 'askAll'>;
  readonly ports: Pick<Ports, 'clock' | 'scheduler'>;
}

/** Flows of one read of the store, and reads of one call. */
const HEADS_AT_ONCE = 1_000;
const HEAD_READS = 10;
/** Flows whose facts are read at the same time: a database may be far away. */
const FLOWS_AT_ONCE = 8;
const MOST_RUNNING = 10_000;
/** Running Express executions that can be among the last ones of their flows. */
const MOST_RUNNING_EXPRESS = 1_000;
const MOST_SCHEDULES = 100;
const SCHEDULE_UNITS = 1024 * 1024;
const MOST_FACTS = 2_000;

/** The facts about a revision of a flow that follow from its record. */
interface FlowFacts {
  readonly revision: number;
  readonly description: string;
  readonly dialect: Dialect;
  readonly createdMs: number;
}

type Flow = FlowHead & FlowFacts;

export class Summaries {
  readonly #options: SummariesOptions;
  readonly #earlier: EarlierEndsOfFlows;
  /** By id of the flow. */
  readonly #facts = new Map<string, FlowFacts>();

  constructor(options: SummariesOptions) {
    this.#options = options;
    this.#earlier = new EarlierEndsOfFlows(options.store);
  }

  async page(request: SummaryRequest): Promise<SummaryPage> {
    const turns = new ShortTurns(this.#options.ports);
    const { heads, nextName } = await this.#heads(request, turns);
    const found = await inGroups(heads, turns, (head) => this.#flowOf(head));
    const flows = found.filter((flow) => flow !== null);
    const [figures, runningStandard, runningExpress] = await Promise.all([
      wholeFigures(this.#options, this.#options.peers, flows),
      this.#options.store.runningOf(
        flows.map(({ id }) => id),
        MOST_RUNNING,
      ),
      this.#runningExpress(flows),
    ]);
    const summaries = await inGroups(flows, turns, (flow, i) =>
      flow.executionMode === 'Standard'
        ? this.#standard(flow, i, figures, runningStandard[i] ?? 0)
        : this.#express(flow, i, figures, runningExpress.get(flow.name) ?? []),
    );
    return { flows: summaries, nextName };
  }

  async #heads(
    { fromName, nameContains, limit }: SummaryRequest,
    turns: ShortTurns,
  ): Promise<{ heads: readonly FlowHead[]; nextName: string | null }> {
    const contained = nameContains.toLowerCase();
    const found: FlowHead[] = [];
    let from = fromName;
    for (let reads = 0; reads < HEAD_READS; reads++) {
      const page = await this.#options.flows.heads(from, contained === '' ? limit : HEADS_AT_ONCE);
      for (const head of page.heads) {
        if (!head.name.toLowerCase().includes(contained)) continue;
        if (found.length === limit) return { heads: found, nextName: head.name };
        found.push(head);
      }
      if (page.nextName === null) return { heads: found, nextName: null };
      from = page.nextName;
      if (found.length === limit) break;
      await turns.rest();
    }
    return { heads: found, nextName: from };
  }

  /** Null for a flow that was deleted meanwhile. */
  async #flowOf(head: FlowHead): Promise<Flow | null> {
    const known = this.#facts.get(head.id);
    if (known?.revision === head.revision) return { ...head, ...known };
    const record = await this.#options.flows.get(head.name);
    if (record === null) return null;
    const { id, name, executionMode, lastModifiedMs, revision, description, definition, createdMs } = record;
    const facts = { revision, description, dialect: dialectOf(definition), createdMs };
    this.#facts.set(id, facts);
    if (this.#facts.size > MOST_FACTS) this.#facts.delete(this.#facts.keys().next().value ?? '');
    return { id, name, executionMode, lastModifiedMs, ...facts };
  }

  /** By flow. */
  async #runningExpress(flows: readonly Flow[]): Promise<ReadonlyMap<string, readonly ExecutionHead[]>> {
    const found = new Map<string, ExecutionHead[]>();
    if (flows.every(({ executionMode }) => executionMode === 'Standard')) return found;
    const { executions } = await this.#options.expressReader.search({
      ...{ flowName: '', status: 'Running', startedAfterMs: null, startedBeforeMs: null, nameContains: '' },
      ...{ after: null, limit: MOST_RUNNING_EXPRESS },
    });
    for (const { flowName, name, status, startedMs, stoppedMs } of executions) {
      const heads = found.get(flowName) ?? [];
      found.set(flowName, heads);
      heads.push({ name, status, startedMs, stoppedMs });
    }
    return found;
  }

  async #standard(flow: Flow, i: number, figures: readonly ProcessFigures[], running: number): Promise<FlowSummary> {
    const nowMs = this.#options.ports.clock.nowMs();
    const [earlier, last, schedules] = await Promise.all([
      this.#earlier.of(flow.id, countedSince(figures), nowMs),
      this.#lastOf(flow),
      this.#schedulesOf(flow.name),
    ]);
    const hours = mergedHours(figures, i);
    hours.merge(earlier.hours);
    const sinceMs = Math.max(windowStartMs(nowMs), flow.createdMs, earlier.fromMs ?? 0);
    return { ...factsOf(flow), schedules, running, ...hours.totals(nowMs), sinceMs, last };
  }

  async #express(
    flow: Flow,
    i: number,
    figures: readonly ProcessFigures[],
    begun: readonly ExecutionHead[],
  ): Promise<FlowSummary> {
    const nowMs = this.#options.ports.clock.nowMs();
    const ended = figures.flatMap(({ flows }) => flows[i]?.last ?? []);
    const names = new Set(ended.map(({ name }) => name));
    // One may have ended after the look at those that run.
    const last = [...ended, ...begun.filter(({ name }) => !names.has(name))]
      .sort((one, other) => other.startedMs - one.startedMs)
      .slice(0, LAST_SHOWN);
    const running = figures.reduce((sum, { flows }) => sum + (flows[i]?.running ?? 0), 0);
    const sinceMs = Math.max(windowStartMs(nowMs), flow.createdMs, countedSince(figures));
    const schedules = await this.#schedulesOf(flow.name);
    return { ...factsOf(flow), schedules, running, ...mergedHours(figures, i).totals(nowMs), sinceMs, last };
  }

  async #lastOf({ id }: Flow): Promise<readonly ExecutionHead[]> {
    const { executions } = await this.#options.store.list({
      ...{ flowId: id, status: null, startedAfterMs: null, startedBeforeMs: null, after: null, limit: LAST_SHOWN },
      ...HEADS_ONLY,
    });
    return executions.map(({ name, status, startedMs, stoppedMs }) => ({ name, status, startedMs, stoppedMs }));
  }

  async #schedulesOf(flowName: string): Promise<number> {
    let count = 0;
    for (let from: string | null = ''; from !== null && count < MOST_SCHEDULES; ) {
      const page: Awaited<ReturnType<ScheduleStore['list']>> = await this.#options.schedules.list(
        ...([flowName, from, MOST_SCHEDULES, SCHEDULE_UNITS] as const),
      );
      count += page.schedules.length;
      from = page.nextName;
    }
    return Math.min(count, MOST_SCHEDULES);
  }
}

function factsOf({ name, executionMode, dialect, description, lastModifiedMs }: Flow) {
  return { name, mode: executionMode, dialect, description, lastModifiedMs };
}

/** The first of the times since which the processes count. */
function countedSince(figures: readonly ProcessFigures[]): number {
  return Math.min(...figures.map(({ sinceMs }) => sinceMs));
}

/** The figures of a flow of all processes. */
function mergedHours(figures: readonly ProcessFigures[], i: number): HourFigures {
  const hours = new HourFigures();
  for (const { flows } of figures) hours.merge(flows[i]?.hours ?? []);
  return hours;
}

/** The results of the work on each item, some items at the same time. */
async function inGroups<T, R>(
  items: readonly T[],
  turns: ShortTurns,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += FLOWS_AT_ONCE) {
    const some = items.slice(from, from + FLOWS_AT_ONCE);
    results.push(...(await Promise.all(some.map((item, i) => work(item, from + i)))));
    await turns.rest();
  }
  return results;
}
