/** The actions that a Task can call here, with a sentence about each. */
import { assert } from '../../base/assert.ts';
import type { TaskMode } from '../plan.ts';
import { resultMembers } from '../statemachine/closed-shapes.ts';
import { knownAction, knownActions } from '../tasks/action-catalog.ts';
import { unbuiltReason } from '../tasks/unbuilt-actions.ts';

export interface ActionWords {
  readonly name: string;
  readonly about: string;
  readonly parameters: readonly string[];
  /** Parameters without which a definition is refused. */
  readonly required: readonly string[];
  readonly modes: readonly TaskMode[];
  /** Members of `$Output` in `RequestComplete`; empty if the called service decides. */
  readonly result: readonly string[];
}

const ABOUT: Readonly<Record<string, string>> = {
  'HTTP:Request': 'Calls an HTTP server.',
  'FC:InvokeFunction': 'Calls a function: behind a URL, in a file of the server, or in Function Compute.',
  'FNF:StartExecution': 'Starts a Standard flow of this server, and waits for its end in WaitForSystemCallback.',
  'FNF:StartSyncExecution': 'Runs an Express flow of this server, and waits for its result.',
  'MNS:SendMessage': 'Sends a message to a queue or topic, of Message Service or of this server.',
  'EventBridge:PutEvents': 'Puts an event on an event bus of EventBridge.',
  'OSS:GetObject': 'Reads an object of Object Storage Service.',
  'OSS:PutObject': 'Writes an object of Object Storage Service.',
  'OSS:CopyObject': 'Copies an object of Object Storage Service.',
  'OSS:DeleteObject': 'Deletes an object of Object Storage Service.',
  'SMS:SendSms': 'Sends a message with Short Message Service.',
};

/** The names of the actions that are built, as the vendor spells them. */
export function callableActions(): readonly string[] {
  return knownActions().filter((name) => unbuiltReason(name) === null);
}

export function actionWords(): ActionWords[] {
  return callableActions().map((name) => {
    const about = ABOUT[name];
    assert(about !== undefined, `there is a sentence about the action ${name}`);
    const { facts, modes } = knownAction(name);
    const parameters = Object.entries(facts?.parameters ?? {});
    return {
      ...{ name, about },
      parameters: parameters.map(([key]) => key),
      required: parameters.filter(([, { need }]) => need === 'required').map(([key]) => key),
      modes,
      result: resultMembers(name),
    };
  });
}
