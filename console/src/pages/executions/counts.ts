/** How many executions run, and how those of the last hours ended: figures of the server, moved on by the stream. */
import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ListChange } from '../../../../src/console/protocol.ts';
import { call } from '../../api/client.ts';
import type { ReplyOf } from '../../api/client.ts';
import type { ExecutionsSource } from './executions-source.ts';

export interface Counts {
  /** Empty: of all flows. */
  readonly flow: string;
  readonly running: number;
  readonly succeeded: number;
  /** Failed, timed out and stopped. */
  readonly otherwise: number;
  /** From when on the ended ones count, RFC 3339. */
  readonly since: string;
}

/** Flows whose figures are added up; above that, a server has too many for one look. */
const MOST_PAGES = 5;

/** Before the figures are asked for again because something has changed meanwhile. */
const AGAIN_MS = 1_000;

type Summary = ReplyOf<'SummarizeFlows'>['Flows'][number];

export function countsOf(
  flow: string,
  flows: readonly Pick<Summary, 'Running' | 'Ended' | 'Succeeded' | 'SinceTime'>[],
): Counts {
  const sum = (of: (flow: (typeof flows)[number]) => number): number => flows.reduce((all, each) => all + of(each), 0);
  return {
    flow,
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
    if (counts.peek()?.flow !== flow) counts.value = null;
    const aborting = new AbortController();
    let isUnderWay = false;
    let timer = 0;
    const load = (): void => {
      // Of two answers the older one could come last.
      window.clearTimeout(timer);
      timer = 0;
      isUnderWay = true;
      read(flow, aborting.signal).then(
        (figures) => {
          isUnderWay = false;
          counts.value = figures;
        },
        () => {
          isUnderWay = false;
        },
      );
    };
    const unwatch = source.watch((changes) => {
      const { value } = counts;
      // An answer that is on the way may have the changes or not.
      if (isUnderWay) timer ||= window.setTimeout(load, AGAIN_MS);
      else if (changes === null) load();
      else if (value !== null) counts.value = countsAfter(value, changes);
    });
    return () => {
      aborting.abort();
      window.clearTimeout(timer);
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
    if (nextToken === undefined || (flow !== '' && flows.length > 0)) return countsOf(flow, flows);
  }
  return null;
}
