/**
 * The evidence that the clients of a storm collect, and its invariants. It comes from the public API and from the service that the
 * tasks call, never from inside the server.
 */
export type Status = 'Running' | 'Succeeded' | 'Failed' | 'Stopped' | 'TimedOut';

export interface HistoryEvent {
  readonly id: number;
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An execution as the API shows it after the storm. */
export interface Seen {
  readonly flow: string;
  readonly name: string;
  /** By DescribeExecution and by ListExecutions; null: not in the list. */
  readonly described: { readonly status: string; readonly stopped: string };
  readonly listed: { readonly status: string; readonly stopped: string } | null;
  readonly events: readonly HistoryEvent[];
  /** The reasons of DescribeExecutionWaits, for one that runs. */
  readonly waits: readonly string[];
}

/** A call that the server acknowledged, and what must be in the history because of it. */
export type Acknowledged = { readonly flow: string; readonly name: string } & (
  | { readonly kind: 'start'; readonly start: string }
  | { readonly kind: 'stop'; readonly error: string }
  | { readonly kind: 'redrive' }
  | { readonly kind: 'report'; readonly event: number; readonly mark: string }
);

/** A call that the service received. */
export interface ServiceCall {
  readonly key: string;
  /** Flow, execution, start, state and item. */
  readonly work: string;
}

const TERMINAL: Readonly<Record<string, Status>> = {
  ExecutionSucceeded: 'Succeeded',
  ExecutionFailed: 'Failed',
  ExecutionStopped: 'Stopped',
  ExecutionTimedOut: 'TimedOut',
};

/** The violations, each a sentence. */
export function violations(evidence: {
  readonly executions: readonly Seen[];
  readonly acknowledged: readonly Acknowledged[];
  readonly calls: readonly ServiceCall[];
}): string[] {
  const byName = new Map(evidence.executions.map((seen) => [`${seen.flow}/${seen.name}`, seen]));
  return [
    ...evidence.executions.flatMap(faultsOf),
    ...evidence.acknowledged.flatMap((call) => lost(call, byName.get(`${call.flow}/${call.name}`))),
    ...tooFewRedrives(evidence.acknowledged, byName),
    ...sharedKeys(evidence.calls),
  ];
}

function faultsOf(seen: Seen): string[] {
  const who = `${seen.flow}/${seen.name}`;
  const faults: string[] = [];
  const gap = seen.events.findIndex(({ id }, i) => id !== i + 1);
  if (gap >= 0) faults.push(`${who}: event ${gap + 1} has the id ${seen.events[gap]?.id}`);
  const ends = seen.events.filter(({ type }) => type in TERMINAL);
  const starts = seen.events.filter(({ type }) => type === 'ExecutionStarted').length;
  const isRunning = seen.described.status === 'Running';
  if (ends.length !== (isRunning ? starts - 1 : starts)) {
    faults.push(`${who}: ${starts} starts and redrives, ${ends.length} ends, and it is ${seen.described.status}`);
  }
  const last = seen.events.at(-1);
  const byHistory = TERMINAL[last?.type ?? ''] ?? 'Running';
  if (byHistory !== seen.described.status) {
    faults.push(`${who}: described as ${seen.described.status}, and its last event is ${last?.type}`);
  }
  const { listed, described } = seen;
  if (listed === null) faults.push(`${who}: not in ListExecutions`);
  else if (listed.status !== described.status || listed.stopped !== described.stopped) {
    faults.push(
      `${who}: listed as ${listed.status} ${listed.stopped}, described as ${described.status} ${described.stopped}`,
    );
  }
  if (isRunning && seen.waits.length === 0) faults.push(`${who}: runs, and nothing explains why`);
  return faults;
}

function lost(call: Acknowledged, seen: Seen | undefined): string[] {
  const who = `${call.flow}/${call.name}`;
  if (seen === undefined) return [`${who}: a ${call.kind} was acknowledged, and there is no such execution`];
  switch (call.kind) {
    case 'start': {
      const input = seen.events[0]?.detail['input'] as { start?: unknown } | undefined;
      return input?.start === call.start
        ? []
        : [`${who}: start ${call.start} was acknowledged, and the history has ${String(input?.start)}`];
    }
    case 'stop': {
      const found = seen.events.some(
        ({ type, detail }) => type === 'ExecutionStopped' && detail['error'] === call.error,
      );
      return found ? [] : [`${who}: the stop ${call.error} was acknowledged, and the history has none`];
    }
    case 'report': {
      const event = seen.events[call.event - 1];
      const found = event !== undefined && JSON.stringify(event.detail).includes(call.mark);
      return found
        ? []
        : [`${who}: the report ${call.mark} was acknowledged as event ${call.event}, which is ${event?.type}`];
    }
    case 'redrive':
      // Counted below: their calls have no marks.
      return [];
  }
}

function tooFewRedrives(acknowledged: readonly Acknowledged[], byName: ReadonlyMap<string, Seen>): string[] {
  const counts = new Map<string, number>();
  for (const { kind, flow, name } of acknowledged) {
    if (kind === 'redrive') counts.set(`${flow}/${name}`, (counts.get(`${flow}/${name}`) ?? 0) + 1);
  }
  return [...counts].flatMap(([who, count]) => {
    const starts = byName.get(who)?.events.filter(({ type }) => type === 'ExecutionStarted').length ?? 0;
    return starts > count ? [] : [`${who}: ${count} redrives were acknowledged, and the history has ${starts - 1}`];
  });
}

function sharedKeys(calls: readonly ServiceCall[]): string[] {
  const works = new Map<string, string>();
  const faults: string[] = [];
  for (const { key, work } of calls) {
    const earlier = works.get(key);
    if (earlier !== undefined && earlier !== work) faults.push(`the key ${key} came for ${earlier} and for ${work}`);
    works.set(key, work);
  }
  return faults;
}
