/** Definitions for tests of the operations, and the parameters that create flows of them. */
import type { JsonObject } from '../../src/base/json.ts';

/** A state machine whose output is its input with a mark. */
export function passing(name: string, mark = 'made'): string {
  return `Type: StateMachine
SpecVersion: v1
Name: ${name}
StartAt: P
States:
  - Type: Pass
    Name: P
    OutputConstructor:
      mark: ${mark}
      given.$: $Input
    End: true
`;
}

/** Parameters that create an Express flow. */
export function express(name: string, more: Record<string, string> = {}): Record<string, string> {
  return { Name: name, Definition: passing(name), Type: 'FDL', ExecutionMode: 'Express', ...more };
}

/** A definition of states that follow each other. */
export function definitionOf(...states: readonly JsonObject[]): string {
  const chained = states.map((state, i) => {
    const next = states[i + 1]?.['Name'];
    return next === undefined ? { ...state, End: true } : { ...state, Next: next };
  });
  const StartAt = states[0]?.['Name'] ?? '';
  return JSON.stringify({ Type: 'StateMachine', SpecVersion: 'v1', Name: 'f', StartAt, States: chained });
}

export const PASS: JsonObject = { Name: 'P', Type: 'Pass' };
export const CALLBACK: JsonObject = {
  Name: 'Ask',
  Type: 'Task',
  Action: 'HTTP:Request',
  TaskMode: 'WaitForCustomCallback',
  Parameters: { url: 'http://127.0.0.1/' },
};

/** Parameters that create a Standard flow `f`. */
export function standard(definition: string, more: Record<string, string> = {}): Record<string, string> {
  return { Name: 'f', Definition: definition, Type: 'FDL', ...more };
}
