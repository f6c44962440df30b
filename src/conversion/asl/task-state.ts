/** Converts a Task, with the time that it may take. */
import { TASK_TIMEOUT_SECONDS } from '../../language/limits.ts';
import type { MapNode, Node } from '../../language/text/document.ts';
import { quote, textOf, toJson } from '../../language/text/document.ts';
import { printExpression } from '../../expression/print.ts';
import { mapOf } from '../constructors.ts';
import { TASK_TIMEOUT_REDUCED } from '../limits.ts';
import { taskFault } from '../probe.ts';
import type { Yaml } from '../yaml-text.ts';
import { YamlMap } from '../yaml-text.ts';
import type { Reading } from './data.ts';
import { readExpression, readInput, readReferencePath } from './data.ts';
import { field, numberField } from './fields.ts';
import type { ScopeWriter } from './scope-writer.ts';
import { templateText } from './task-source.ts';
import { convertResource, waitsForToken } from './tasks.ts';

export function writeTask(writer: ScopeWriter, name: string, source: MapNode): void {
  const resource = field(source, 'Resource');
  const arn = resource === undefined ? null : resourceText(resource);
  if (resource === undefined || arn === null) {
    writer.outcome.refuse(resource ?? source, `the Task ${quote(name)} needs a "Resource"`);
    return;
  }
  const reading = writer.reading(name, writer.data);
  const waits = waitsForToken(arn, field(source, 'Parameters'));
  const input = readInput({ ...reading, token: waits }, source);
  const task = convertResource({ context: writer.context, stateName: name, node: resource, input, waits }, arn);
  if (task === null) return;
  const call: [string, Yaml][] = [
    ['Action', task.action],
    ['TaskMode', task.mode],
    ['Parameters', mapOf(task.parameters) ?? new YamlMap()],
  ];
  const fault = taskFault(call);
  if (fault !== null) writer.outcome.refuse(resource, fault);
  const state = writer.begin('Task', name, source);
  for (const [key, value] of call) if (value !== 'RequestComplete') state.set(key, value);
  setTaskTimeout(state, source, reading);
  writer.complete(state, name, source, task.result);
}

/** Returns the text of a resource, which can be a mapping in a template of a deployment. */
function resourceText(node: Node): string | null {
  return node.kind === 'map' ? templateText(toJson(node)) : textOf(node);
}

function setTaskTimeout(state: YamlMap, source: MapNode, reading: Reading): void {
  const path = field(source, 'TimeoutSecondsPath');
  const node = field(source, 'TimeoutSeconds');
  if (path !== undefined) {
    if (node !== undefined) reading.outcome.refuse(path, 'a Task has TimeoutSeconds or TimeoutSecondsPath, not both');
    reading.outcome.note(path, `the state fails here if the value is not 0 to ${TASK_TIMEOUT_SECONDS} seconds`);
    const input = readReferencePath(reading, field(source, 'InputPath'));
    state.set('Timeout.$', printExpression(readExpression({ ...reading, root: input }, path)));
    return;
  }
  if (node === undefined) return;
  const seconds = numberField(source, 'TimeoutSeconds');
  if (seconds === null || !Number.isInteger(seconds) || seconds < 1) {
    reading.outcome.refuse(node, 'TimeoutSeconds must be a whole number of 1 or more');
  } else if (seconds > TASK_TIMEOUT_SECONDS) {
    reading.outcome.note(node, TASK_TIMEOUT_REDUCED);
  }
  state.set('Timeout', Math.min(seconds ?? 0, TASK_TIMEOUT_SECONDS));
}
