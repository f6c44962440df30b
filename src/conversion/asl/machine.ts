/** Converts a definition in Amazon States Language. */
import type { MapNode } from '../../language/text/document.ts';
import { isNull, textOf } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';
import { YamlMap } from '../yaml-text.ts';
import { failNamesOf } from './error-output.ts';
import { checkQueryLanguage, field, numberField, textField } from './fields.ts';
import type { Begin, MachineContext } from './machine-context.ts';
import { textsOf } from './machine-context.ts';
import { convertScope } from './states.ts';
import { VariableScope } from './variables.ts';

/** True for Amazon States Language: `States` is a mapping, and there are no steps. */
export function looksLikeAsl(root: MapNode): boolean {
  return root.entries.has('StartAt') && field(root, 'States')?.kind === 'map' && !root.entries.has('steps');
}

/** Returns the state machine, and adds refusals to the outcome. With `stubs`, functions replace resources without an equivalent. */
export function convertMachine(outcome: Outcome, root: MapNode, name: string, stubs: boolean): YamlMap {
  checkQueryLanguage(outcome, root);
  const machine = new YamlMap().set('Type', 'StateMachine').set('SpecVersion', 'v1').set('Name', name);
  const comment = textField(root, 'Comment');
  if (comment !== null && comment !== '') machine.set('Description', comment);
  const timeout = field(root, 'TimeoutSeconds');
  if (timeout !== undefined && !isNull(timeout)) {
    const seconds = numberField(root, 'TimeoutSeconds');
    if (seconds === null || !Number.isInteger(seconds) || seconds < 0) {
      outcome.refuse(timeout, `TimeoutSeconds must be whole seconds, but is ${textOf(timeout) ?? 'something else'}`);
    } else {
      machine.set('Timeout', seconds);
    }
  }
  const texts = textsOf(root);
  const variables = VariableScope.ofMachine(root);
  const time = stubs ? texts.find('$$.Execution.StartTime') : null;
  const start = time === null ? null : { node: time, ...variables.reserve('ExecutionStartTime') };
  const shared = { outcome, machineName: name, stubs, variables, startTime: start?.value ?? null };
  const context: MachineContext = { ...shared, ...texts, failNames: failNamesOf(root), convertScope };
  const begin: Begin | null = start === null ? null : { kind: 'time', key: start.key, node: start.node };
  const scope = convertScope(context, root, 'the state machine', begin);
  for (const [key, value] of scope.entries) machine.set(key, value);
  return machine;
}
