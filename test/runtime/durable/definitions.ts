/** Definitions that the tests of the durable runtime share, and a check of refusals. */
import assert from 'node:assert/strict';
import { ApiError } from '../../../src/api/error.ts';
import type { ErrorCode } from '../../../src/api/errors.ts';

/** Two tasks, A and B, of the action `Test:Call`. */
export const TWO_TASKS = `
Type: StateMachine
SpecVersion: v1
Name: two
StartAt: A
States:
  - Type: Task
    Name: A
    Action: Test:Call
    Parameters: { step: a }
    Next: B
  - Type: Task
    Name: B
    Action: Test:Call
    Parameters: { step: b }
    OutputConstructor: { last.$: $Output.step }
    End: true
`;

/** A state machine of one state, given in YAML's flow style without its braces. */
export function oneState(name: string, state: string): string {
  return `
Type: StateMachine
SpecVersion: v1
Name: ${name}
StartAt: One
States:
  - { Name: One, ${state}, End: true }
`;
}

/** A state that waits for a report. */
export const CALLBACK = 'Type: Task, Action: Test:Ask, TaskMode: WaitForCustomCallback';

/** The promise rejects with an error of the API. */
export async function refused(promise: Promise<unknown>, code: ErrorCode, message = /./): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof ApiError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
}
