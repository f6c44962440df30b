/** Converts a classic flow. */
import type { MapNode } from '../../language/text/document.ts';
import { textOf } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';
import type { Term } from '../terms.ts';
import { member, object, variable } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';
import { frameFor } from './frame.ts';
import type { Keys } from './keys.ts';
import { areKnown, KeyFinder } from './keys.ts';
import { countSteps, field, numberField, readMappings, readSteps } from './model.ts';
import type { Mapping } from './model.ts';
import type { ScopeContext, ScopePlan } from './scope-writer.ts';
import { convertScope, writeList } from './steps.ts';
import { flowMapped } from './values.ts';

/** More steps than flows have. The conversion holds a set of keys for each step, so it needs a limit. */
const STEPS_MAX = 2_000;
const EXECUTION_INPUT: Term = member(member(variable('$Context'), 'Execution'), 'Input');

/** True for a definition in the classic language. */
export function looksClassic(root: MapNode): boolean {
  const type = root.entries.get('type')?.value;
  return (type !== undefined && textOf(type) === 'flow') || (!root.entries.has('Type') && root.entries.has('steps'));
}

/** Returns the state machine, and adds refusals to the outcome. */
export function convertFlow(outcome: Outcome, root: MapNode, name: string): YamlMap {
  const machine = new YamlMap().set('Type', 'StateMachine').set('SpecVersion', 'v1').set('Name', name);
  const timeout = numberField(root, 'timeoutSeconds');
  if (timeout !== null) machine.set('Timeout', timeout);
  const steps = readSteps(root);
  if (countSteps(steps) > STEPS_MAX) {
    outcome.refuse(field(root, 'steps') ?? root, `a flow with more than ${STEPS_MAX} steps cannot be converted`);
    return machine;
  }
  const context: ScopeContext = { outcome, flowName: name, finder: new KeyFinder(), convertScope, writeList };
  const inputs = readMappings(root, 'inputMappings');
  const outputs = readMappings(root, 'outputMappings');
  const input = inputs === null ? EXECUTION_INPUT : flowMapped(context, inputs, EXECUTION_INPUT, null);
  const frame = frameFor(context.finder, steps, input);
  const plan: ScopePlan = { steps, frame, final: finalOf(context, frame.isFlat, outputs, input) };
  for (const [key, value] of convertScope(context, plan).entries) machine.set(key, value);
  return machine;
}

function finalOf(
  context: ScopeContext,
  isFlat: boolean,
  outputs: readonly Mapping[] | null,
  input: Term,
): ScopePlan['final'] {
  if (outputs !== null) return (local) => flowMapped(context, outputs, input, local);
  if (isFlat) return null;
  // Key by key if the keys are known, otherwise as a whole.
  return (local: Term, keys: Keys) =>
    areKnown(keys) ? object([...keys.definite].map((key) => [key, member(local, key)])) : local;
}
