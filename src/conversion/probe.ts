/** Compiles one task alone, so that a fault in its parameters is refused with the line of the task. */
import { compileDefinition } from '../language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../language/limits.ts';
import { YamlMap, writeYaml } from './yaml-text.ts';

/** Returns the fault of the fields of a task, without a full stop; null for none. */
export function taskFault(fields: readonly (readonly [string, YamlMap['entries'][number][1]])[]): string | null {
  const task = new YamlMap().set('Type', 'Task').set('Name', 'Task');
  for (const [key, value] of fields) task.set(key, value);
  const machine = new YamlMap()
    .set('Type', 'StateMachine')
    .set('SpecVersion', 'v1')
    .set('StartAt', 'Task')
    .set('States', [task.set('End', true)]);
  const { diagnostics } = compileDefinition(writeYaml(machine), {
    mode: 'Standard',
    flowName: null,
    limits: DEFAULT_DEFINITION_LIMITS,
  });
  return diagnostics.find(({ severity }) => severity === 'error')?.message ?? null;
}
