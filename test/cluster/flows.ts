/** Flows for real servers: tasks that count up through a service, waits, and a callback. */
import type { JsonObject } from '../../src/base/json.ts';

/** A text for `Definition`. Each state is followed by the next; the last one ends the flow. */
export function machine(name: string, states: readonly JsonObject[]): string {
  const States = states.map((state, i) => {
    const next = states[i + 1];
    return next === undefined ? { ...state, End: true } : { ...state, Next: next['Name'] };
  });
  return JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: name, StartAt: states[0]?.['Name'], States });
}

/** Its output is one more than its input, by the service. */
export function count(name: string, url: string, more: JsonObject = {}): JsonObject {
  return {
    ...{ Type: 'Task', Name: name, Action: 'HTTP:Request' },
    Parameters: { url, method: 'POST', body: { 'n.$': '$Input.n' } },
    OutputConstructor: { 'n.$': '$Output.Body.n' },
    ...more,
  };
}

/** Waits until a caller reports an `Output` with `n`. */
export function callback(name: string, url: string): JsonObject {
  return count(name, url, { TaskMode: 'WaitForCustomCallback', OutputConstructor: { 'n.$': '$Output.n' } });
}

export function wait(name: string, seconds: number): JsonObject {
  return { Type: 'Wait', Name: name, Seconds: seconds };
}

/** Its output is `{ v }`. */
export function constant(name: string, v: number): JsonObject {
  return { Type: 'Pass', Name: name, OutputConstructor: { v } };
}
