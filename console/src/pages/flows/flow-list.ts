/**
 * The list of flows as data: the pages that were loaded, and the changes of executions that arrive after them. A change shows at
 * once; the figures that only the server can compute follow when its page is loaded again.
 *
 * Invariants: a flow is in the list once; the marks of a flow are newest first, at most {@link MOST_MARKS}; counts never fall below 0.
 */
import type { ReplyOf } from '../../api/client.ts';

export type FlowSummary = ReplyOf<'SummarizeFlows'>['Flows'][number];
export type Mark = FlowSummary['Last'][number];

/** The server sends as many. */
export const MOST_MARKS = 20;

export interface FlowsPart {
  /** The token that this page was asked with; empty for the first. */
  readonly token: string;
  readonly flows: readonly FlowSummary[];
  /** Null on the last page. */
  readonly next: string | null;
}

/** A change of an execution, as the stream sends it. */
export interface ExecutionChange {
  readonly flow: string;
  readonly execution: string;
  readonly status: string;
  /** When it started or ended. */
  readonly time: string;
}

/** The pages after changes. A page without a change is the same object, so that nothing of it is rendered again. */
export function applyChanges(parts: readonly FlowsPart[], changes: readonly ExecutionChange[]): readonly FlowsPart[] {
  const byFlow = Map.groupBy(changes, ({ flow }) => flow);
  return parts.map((part) => {
    if (!part.flows.some(({ Name }) => byFlow.has(Name))) return part;
    return {
      ...part,
      flows: part.flows.map((flow) => (byFlow.get(flow.Name) ?? []).reduce(applyChange, flow)),
    };
  });
}

/** A flow after one change of one of its executions. */
export function applyChange(flow: FlowSummary, change: ExecutionChange): FlowSummary {
  const known = flow.Last.find(({ Name }) => Name === change.execution);
  const isRunning = change.status === 'Running' || change.status === 'Starting';
  if (isRunning) {
    // A start that the page had already, or a redrive of an execution that had ended.
    if (known !== undefined && known.StoppedTime === '') return flow;
    const mark: Mark = {
      Name: change.execution,
      Status: 'Running',
      StartedTime: known?.StartedTime ?? change.time,
      StoppedTime: '',
    };
    return { ...flow, Running: flow.Running + 1, Last: withMark(flow.Last, mark) };
  }
  if (known !== undefined && known.StoppedTime !== '') return flow;
  const counts = {
    Running: Math.max(0, flow.Running - 1),
    Ended: flow.Ended + 1,
    Succeeded: flow.Succeeded + (change.status === 'Succeeded' ? 1 : 0),
  };
  // Its start is unknown if it started before the oldest mark; then it gets none.
  if (known === undefined) return { ...flow, ...counts };
  return {
    ...flow,
    ...counts,
    Last: withMark(flow.Last, { ...known, Status: change.status as Mark['Status'], StoppedTime: change.time }),
  };
}

/** In the place that it had, or as the newest. */
function withMark(marks: readonly Mark[], mark: Mark): readonly Mark[] {
  const place = marks.findIndex(({ Name }) => Name === mark.Name);
  return place === -1 ? [mark, ...marks].slice(0, MOST_MARKS) : marks.with(place, mark);
}

/**
 * The pages with newer summaries of some flows. Flows that were created or deleted change nothing here: the list is then loaded
 * as a whole, so that no row moves between two pages unseen.
 */
export function withSummaries(parts: readonly FlowsPart[], fresh: readonly FlowSummary[]): readonly FlowsPart[] {
  const byName = new Map(fresh.map((flow) => [flow.Name, flow]));
  return parts.map((part) =>
    part.flows.some(({ Name }) => byName.has(Name))
      ? { ...part, flows: part.flows.map((flow) => byName.get(flow.Name) ?? flow) }
      : part,
  );
}

/** The flows of all pages in order. */
export function flowsOf(parts: readonly FlowsPart[]): readonly FlowSummary[] {
  return parts.length === 1 ? (parts[0] as FlowsPart).flows : parts.flatMap(({ flows }) => flows);
}

/** The tokens of the pages that have one of these flows. */
export function tokensOf(parts: readonly FlowsPart[], names: ReadonlySet<string>): readonly string[] {
  return parts.filter(({ flows }) => flows.some(({ Name }) => names.has(Name))).map(({ token }) => token);
}

/** The part of ended executions that succeeded, in percent; null if none ended. A single failure among many is never 100. */
export function successPercent({ Ended, Succeeded }: Pick<FlowSummary, 'Ended' | 'Succeeded'>): number | null {
  if (Ended === 0) return null;
  const percent = (Succeeded * 100) / Ended;
  if (percent > 99 && percent < 100) return Math.min(99.9, Math.round(percent * 10) / 10);
  return Math.round(percent);
}
