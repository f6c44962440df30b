/** Flows, times and an observer that the tests of schedules share. */
import type { ObserverEvents, Subscriber } from '../../src/base/observer.ts';
import type { TestEngine } from '../../src/testing/test-engine.ts';

/** 2026-01-01T00:00:00Z, where virtual time begins. */
export const START_MS = Date.UTC(2026, 0, 1);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** Succeeds at once; its output is its input. */
export const ECHO = `
Type: StateMachine
SpecVersion: v1
Name: echo
StartAt: Echo
States:
  - Type: Pass
    Name: Echo
    End: true
`;

export const CALL = `
Type: StateMachine
SpecVersion: v1
Name: call
StartAt: Call
States:
  - Type: Task
    Name: Call
    Action: HTTP:Request
    Parameters: { url: 'http://service/' }
    End: true
`;

export interface Heard {
  readonly fired: ObserverEvents['scheduleFired'][];
  readonly skipped: ObserverEvents['scheduleSkipped'][];
  readonly delayed: ObserverEvents['schedulesDelayed'][];
  readonly subscriber: Subscriber;
}

/** Collects what the observer learns of schedules. */
export function hear(): Heard {
  const heard: Omit<Heard, 'subscriber'> = { fired: [], skipped: [], delayed: [] };
  return {
    ...heard,
    subscriber: {
      scheduleFired: (event) => void heard.fired.push(event),
      scheduleSkipped: (event) => void heard.skipped.push(event),
      schedulesDelayed: (event) => void heard.delayed.push(event),
    },
  };
}

/** The names of the executions of a flow, oldest first. */
export async function executionsOf(engine: TestEngine, flowName: string): Promise<string[]> {
  const names: string[] = [];
  for (let token: unknown = ''; token !== undefined; ) {
    const page = await engine.call('ListExecutions', { FlowName: flowName, Limit: 100, NextToken: String(token) });
    names.push(...(page['Executions'] as { Name: string }[]).map(({ Name }) => Name));
    token = page['NextToken'];
  }
  return names.reverse();
}

/** `20260101T000500Z` for five minutes after the start. */
export function timeName(afterMs: number): string {
  return new Date(START_MS + afterMs).toISOString().replace(/[-:]|\.\d+/g, '');
}
