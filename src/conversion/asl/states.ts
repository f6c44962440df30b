/** Converts the states of one scope: the machine, a branch or the processor of a Map. */
import type { MapEntry, MapNode } from '../../language/text/document.ts';
import { describe, quote, toJson } from '../../language/text/document.ts';
import { setConstructor } from '../constructors.ts';
import { constant, EMPTY, INPUT, member, object, OUTPUT } from '../terms.ts';
import type { YamlMap } from '../yaml-text.ts';
import { writeChoice } from './choice-state.ts';
import { readInput, readReferencePath } from './data.ts';
import { writeFail } from './fail-state.ts';
import { checkFields, field, knownType, textField } from './fields.ts';
import { writeMap } from './map-state.ts';
import { notePlaceholders } from './placeholders.ts';
import { writeParallel } from './parallel-state.ts';
import { writeComputing } from './helper-states.ts';
import type { Begin, MachineContext } from './machine-context.ts';
import { ScopeWriter } from './scope-writer.ts';
import { writeTask } from './task-state.ts';
import { writeWait } from './wait-state.ts';

/** Returns `StartAt` and `States` of a scope, with an additional first state for `begin`. */
export function convertScope(context: MachineContext, scope: MapNode, what: string, begin: Begin | null): YamlMap {
  const writer = new ScopeWriter(context, scope, what);
  const start = writer.target(scope, 'StartAt') ?? '';
  const first = begin === null ? start : writeBegin(writer, scope, begin, start);
  for (const entry of writer.entries) writeState(writer, entry);
  return writer.close(first);
}

/** Writes the additional first state and returns its name. */
function writeBegin(writer: ScopeWriter, scope: MapNode, begin: Begin, start: string): string {
  const name = writer.names.fresh('Begin');
  const isTime = begin.kind === 'time';
  const state = isTime
    ? writeComputing(writer, name, 'current-time', begin.node, EMPTY)
    : writer.begin('Pass', name, null);
  writer.construct(state, 'OutputConstructor', isTime ? INPUT : begin.value, scope);
  if (isTime) setConstructor(state, 'GlobalConstructor', object([[begin.key, member(OUTPUT, 'Body')]]));
  state.set('Next', start);
  writer.comment(state);
  return name;
}

function writeState(writer: ScopeWriter, { key, keyOffset, value }: MapEntry): void {
  if (key === '') writer.outcome.refuse(keyOffset, 'a state needs a name');
  if (value.kind !== 'map') {
    writer.outcome.refuse(value, `state ${quote(key)} must be a mapping, but is ${describe(value)}`);
    return;
  }
  const type = textField(value, 'Type') ?? '';
  if (!knownType(type)) {
    writer.outcome.refuse(field(value, 'Type') ?? value, `state ${quote(key)} has the unknown Type ${quote(type)}`);
    return;
  }
  checkFields(writer.outcome, type, value);
  writer.enter(key);
  notePlaceholders(writer.outcome, value);
  WRITERS[type]?.(writer, key, value);
}

function writePass(writer: ScopeWriter, name: string, source: MapNode): void {
  const state = writer.begin('Pass', name, source);
  const reading = writer.reading(name, writer.data);
  const result = field(source, 'Result');
  const value = result === undefined ? readInput(reading, source) : constant(toJson(result));
  writer.finish(state, source, reading, value, INPUT);
  writer.assign(state, source, { ...reading, root: value });
  writer.leave(state, source);
}

function writeSucceed(writer: ScopeWriter, name: string, source: MapNode): void {
  const state = writer.begin('Succeed', name, source);
  const reading = writer.reading(name, writer.data);
  writer.finish(state, source, reading, readReferencePath(reading, field(source, 'InputPath')), INPUT);
  writer.comment(state);
}

/** The converters by type of state; `fields.ts` knows the same types. */
const WRITERS: Readonly<Record<string, (writer: ScopeWriter, name: string, source: MapNode) => void>> = {
  Pass: writePass,
  Task: writeTask,
  Wait: writeWait,
  Choice: writeChoice,
  Parallel: writeParallel,
  Map: writeMap,
  Succeed: writeSucceed,
  Fail: writeFail,
};
