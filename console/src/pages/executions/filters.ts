/** The filters of a list of executions: in the address, as parameters of a call, and applied to a change that the stream reports. */

export const STATUSES = ['Running', 'Succeeded', 'Failed', 'TimedOut', 'Stopped'] as const;
export const PERIODS = ['1h', '24h', '7d', 'custom'] as const;

export interface Filters {
  /** Empty: of all flows. */
  readonly flow: string;
  /** Empty: any. */
  readonly status: string;
  /** A part of the name of the execution. */
  readonly name: string;
  /** Empty: any time. */
  readonly period: string;
  /** Bounds of the period `custom`, RFC 3339; empty for none. */
  readonly from: string;
  readonly until: string;
  /** Version or alias of the flow; only with one flow. */
  readonly qualifier: string;
}

export interface ListedExecution {
  readonly flow: string;
  readonly name: string;
  readonly status: string;
  readonly startedTime: string;
  /** Empty while it runs. */
  readonly stoppedTime: string;
  /** Empty if the reply does not say it. */
  readonly mode: 'Express' | 'Standard' | '';
}

/** Between them, a field can show a time in every zone. */
const EARLIEST_MS = Date.parse('0001-01-02T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-30T00:00:00Z');

/** Reads the filters of an address; values that do not exist count as absent. `flow` fixes the flow. */
export function readFilters(query: URLSearchParams, flow: string | null): Filters {
  const oneOf = (name: string, known: readonly string[]): string => {
    const value = query.get(name) ?? '';
    return known.includes(value) ? value : '';
  };
  const time = (name: string): string => {
    const ms = Date.parse(query.get(name) ?? '');
    return ms >= EARLIEST_MS && ms <= LATEST_MS ? new Date(ms).toISOString() : '';
  };
  const own = flow ?? query.get('flow') ?? '';
  return {
    flow: own,
    status: oneOf('status', STATUSES),
    name: query.get('name') ?? '',
    period: oneOf('period', PERIODS),
    from: time('from'),
    until: time('until'),
    qualifier: own === '' ? '' : (query.get('qualifier') ?? ''),
  };
}

/** True if anything but the flow is filtered. */
export function hasFilters({ status, name, period, qualifier }: Filters): boolean {
  return status !== '' || name !== '' || period !== '' || qualifier !== '';
}

const PERIOD_MS: Readonly<Record<string, number>> = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 };

/** The bounds of the start, RFC 3339; empty for none. */
export function boundsOf(
  { period, from, until }: Filters,
  nowMs: number,
): { readonly from: string; readonly until: string } {
  if (period === 'custom') return { from, until };
  const lengthMs = PERIOD_MS[period];
  return { from: lengthMs === undefined ? '' : new Date(nowMs - lengthMs).toISOString(), until: '' };
}

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The call that lists the executions. SearchExecutions finds a text anywhere in a name, and needs the right to all flows;
 * ListExecutions of one flow finds names by their beginning, and those of a version or an alias. `byPrefix`: the key has no right
 * to all flows.
 */
export function listCall(
  filters: Filters,
  { nowMs, byPrefix, limit, nextToken }: { nowMs: number; byPrefix: boolean; limit: number; nextToken: string },
): { readonly action: 'SearchExecutions' | 'ListExecutions'; readonly parameters: Parameters } {
  const { flow, status, name, qualifier } = filters;
  const bounds = boundsOf(filters, nowMs);
  const shared = {
    Status: status || undefined,
    StartedTimeBegin: bounds.from || undefined,
    StartedTimeEnd: bounds.until || undefined,
    Limit: limit,
    NextToken: nextToken || undefined,
  };
  if (flow === '' || (name !== '' && !needsPrefix(filters, byPrefix))) {
    return {
      action: 'SearchExecutions',
      parameters: { ...shared, FlowName: flow || undefined, NameContains: name || undefined },
    };
  }
  return {
    action: 'ListExecutions',
    parameters: {
      ...shared,
      FlowName: flow,
      MetadataOnly: true,
      ExecutionNamePrefix: name || undefined,
      Qualifier: qualifier || undefined,
    },
  };
}

/** True if the name is found by its beginning only. */
export function needsPrefix({ flow, name, qualifier }: Filters, byPrefix: boolean): boolean {
  return flow !== '' && name !== '' && (byPrefix || qualifier !== '');
}

/**
 * Whether an execution belongs into the list. A change does not say which version or alias ran, so a list of one is read anew
 * instead.
 */
export function matches(execution: ListedExecution, filters: Filters, nowMs: number, byPrefix = false): boolean {
  const { flow, status, name } = filters;
  const bounds = boundsOf(filters, nowMs);
  const startedMs = Date.parse(execution.startedTime);
  return (
    (flow === '' || execution.flow === flow) &&
    (status === '' || execution.status === status) &&
    (needsPrefix(filters, byPrefix)
      ? execution.name.startsWith(name)
      : execution.name.toLowerCase().includes(name.toLowerCase())) &&
    (bounds.from === '' || startedMs > Date.parse(bounds.from)) &&
    (bounds.until === '' || startedMs < Date.parse(bounds.until))
  );
}
