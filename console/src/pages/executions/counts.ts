/** How many executions run, and how those of the last hours ended: figures of the server, moved on by the stream. */
import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ListChange } from '../../../../src/console/protocol.ts';
import { call } from '../../api/client.ts';
import type { ReplyOf } from '../../api/client.ts';
import type { ExecutionsSource } from './executions-source.ts';

export interface Counts {
  readonly running: number;
  readonly succeeded: number;
  /** Failed, timed out and stopped. */
  readonly otherwise: number;
  /** From when on the ended ones count, RFC 3339. */
  readonly since: string;
}

/** Flows whose figures are added up; above that, a server has too many for one look. */
const MOST_PAGES = 5;

type Summary = ReplyOf<'SummarizeFlows'>['Flows'][number];

export function countsOf(flows: readonly Pick<Summary, 'Running' | 'Ended' | 'Succeeded' | 'SinceTime'>[]): Counts {
  const sum = (of: (flow: (typeof flows)[number]) => number): number => flows.reduce((all, flow) => all + of(flow), 0);
  return {
    running: sum(({ Running }) => Running),
    succeeded: sum(({ Succeeded }) => Succeeded),
    otherwise: sum(({ Ended, Succeeded }) => Ended - Succeeded),
    since: flows.map(({ SinceTime }) => SinceTime).toSorted()[0] ?? '',
  };
}

/** Moves the figures on by changes of executions; an execution that runs again has ended before. */
export function countsAfter(counts: Counts, changes: readonly Pick<ListChange, 'status'>[]): Counts {
  let { running, succeeded, otherwise } = counts;
  for (const { status } of changes) {
    if (status === 'Running') running++;
    else {
      running--;
      if (status === 'Succeeded') succeeded++;
      else otherwise++;
    }
  }
  return { ...counts, running: Math.max(0, running), succeeded, otherwise };
}

/** Sets the counts as they change; null until the server has answered, and for a key that may not ask. */
export function useCounts(source: ExecutionsSource, flow: string, counts: Signal<Counts | null>): void {
  useEffect(() => {
    const aborting = new AbortController();
    const load = (): void => {
      read(flow, aborting.signal).then(
        (figures) => {
          counts.value = figures;
        },
        () => undefined,
      );
    };
    const unwatch = source.watch((changes) => {
      if (changes.length === 0) load();
      else if (counts.value !== null) counts.value = countsAfter(counts.value, changes);
    });
    return () => {
      aborting.abort();
      unwatch();
    };
  }, [source, flow]);
}

async function read(flow: string, signal: AbortSignal): Promise<Counts | null> {
  const flows: Summary[] = [];
  let nextToken: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const reply = await call(
      'SummarizeFlows',
      { NameContains: flow || undefined, Limit: 100, NextToken: nextToken },
      { signal },
    );
    flows.push(...reply.Flows.filter(({ Name }) => flow === '' || Name === flow));
    nextToken = reply.NextToken;
    if (nextToken === undefined || (flow !== '' && flows.length > 0)) return countsOf(flows);
  }
  return null;
}
