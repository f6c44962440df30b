/** Contracts of the reports about tasks that wait for a callback (rules.md 5.17). */
import type { Contract, Members, Parameter } from './contract.ts';

/** `Error` of StopExecution and ReportTaskFailed (rules.md 5.13, 5.17). */
export const TASK_ERROR = {
  type: 'text',
  presence: 'required',
  maxCharacters: 128,
  limit: 'limits.error',
  about: 'Error, which the state may retry or catch by this text.',
  sample: 'OutOfStock',
} as const satisfies Parameter;

export const TASK_CAUSE = {
  type: 'text',
  presence: 'optional',
  maxCharacters: 4096,
  limit: 'limits.cause',
  about: 'Cause, for people.',
  sample: 'No desk is left.',
} as const satisfies Parameter;

const TASK_TOKEN = {
  type: 'text',
  presence: 'required',
  about: 'Task token that the called service received.',
  sample: 'dG9rZW4',
  position: 'query',
} as const satisfies Parameter;

const EVENT = {
  EventId: { type: 'integer', sample: 7, about: 'Id of the event that ended the task.' },
} as const satisfies Members;

const ERRORS = {
  TaskAlreadyCompleted: 'The task has ended: by an earlier report, by a timeout, or with its execution.',
  TaskInvalidState: 'The call of the task is not durable yet, or the task waits for no report. Try again.',
  InvalidArgument: '`TaskToken` is not a token of this server.',
} as const;

/** The flow is known only to the token, so a policy names all flows. */
const ALL_FLOWS = 'flows';

export const TASKS = {
  ReportTaskSucceeded: {
    method: 'POST',
    resource: ALL_FLOWS,
    summary: 'Ends a task that waits for a callback, with its output.',
    parameters: {
      TaskToken: TASK_TOKEN,
      Output: {
        type: 'json',
        presence: 'required',
        limit: 'limits.stateData',
        about: 'Output of the task.',
        sample: '{"by":"Grace"}',
      },
    },
    reply: EVENT,
    errors: { ...ERRORS, EntityTooLarge: '`Output` is larger than `limits.stateData`.' },
    notes: [
      "`Output` may be any JSON value; the vendor's samples are objects.",
      'The vendor does not document the error for an unknown token.',
    ],
  },
  ReportTaskFailed: {
    method: 'POST',
    resource: ALL_FLOWS,
    summary: 'Fails a task that waits for a callback.',
    parameters: { TaskToken: TASK_TOKEN, Error: TASK_ERROR, Cause: TASK_CAUSE },
    reply: EVENT,
    errors: ERRORS,
    notes: ['The vendor does not document the error for an unknown token.'],
  },
} as const satisfies Record<string, Contract>;
