/** The variables of both languages and their known members, with a few words about each. */
import { assert } from '../../base/assert.ts';
import { CONTEXT_PATHS } from '../classic/mappings.ts';
import { VARIABLE_NAMES as CLASSIC_NAMES } from '../classic/variables.ts';
import type { Dialect } from '../plan.ts';
import { contextPaths } from '../statemachine/closed-shapes.ts';
import { VARIABLE_NAMES } from '../statemachine/variables.ts';

export interface VariableWords {
  readonly name: string;
  readonly about: string;
  readonly dialect: Dialect;
}

const STATE_MACHINE: Readonly<Record<string, string>> = {
  $Input: 'The input of the state, after its InputConstructor.',
  $Output: 'The result of the state; in OutputConstructor and GlobalConstructor only.',
  $Context: 'The execution and the state.',
  $Global: 'The variables that GlobalConstructors have set so far.',
  $Item: 'The item; in ItemConstructor only.',
  $Environment: 'The variables of the flow.',
  '$Context.Execution': 'The execution.',
  '$Context.Execution.Name': 'The name of the execution.',
  '$Context.Execution.Input': 'The input of the execution.',
  '$Context.Execution.RoleArn': 'The role of the flow.',
  '$Context.Current': 'The state.',
  '$Context.Current.Name': 'The name of the state.',
  '$Context.Current.Input': 'The input of the state.',
  '$Context.Current.Output': 'The result of the state, as $Output.',
  '$Context.Current.Error': 'The error, in the OutputConstructor of a Catch rule.',
  '$Context.Current.Error.Code': 'The name of the error.',
  '$Context.Current.Error.Detail': 'The reason of the error.',
  '$Context.Current.RetryCount': 'The number of retries so far.',
  '$Context.Current.TaskToken': 'The token of the task, in the Parameters of a task in a callback mode.',
  '$Context.Current.ItemIndex': 'The position of the item, inside a Map and in its ItemConstructor.',
};

const CLASSIC: Readonly<Record<string, string>> = {
  $input: 'The input of the list of steps, in outputMappings that of the step.',
  $local: 'The outputs of the steps so far, in outputMappings the result of the step.',
  $context: 'The execution, the flow and the step.',
  $environment: 'The variables of the flow.',
  '$context.task.token': 'The token of the task, in the inputMappings of a task with pattern waitForCallback.',
  '$context.execution.name': 'The name of the execution.',
  '$context.flow.name': 'The name of the flow.',
  '$context.step.name': 'The name of the step.',
  '$context.step.eventId': 'The id of the event with which the step began.',
  $: 'The input of the step, in a condition, collection, duration, timestamp and serviceParams.',
};

export function variableWords(): VariableWords[] {
  return [
    ...wordsOf('statemachine', [...VARIABLE_NAMES, ...contextPaths()], STATE_MACHINE),
    ...wordsOf('classic', [...CLASSIC_NAMES, ...CONTEXT_PATHS.map((path) => `$context.${path}`), '$'], CLASSIC),
  ];
}

function wordsOf(dialect: Dialect, names: readonly string[], table: Readonly<Record<string, string>>): VariableWords[] {
  return names.map((name) => {
    const about = table[name];
    assert(about !== undefined, `there are words about the variable ${name}`);
    return { name, about, dialect };
  });
}
