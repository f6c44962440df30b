/** Converts a Wait. */
import type { MapNode, Node } from '../../language/text/document.ts';
import { quote, toJson } from '../../language/text/document.ts';
import { printExpression } from '../../expression/print.ts';
import { constant, INPUT, literal, object, OUTPUT } from '../terms.ts';
import type { Term } from '../terms.ts';
import { splitWait, WAIT_COMPUTED, waitSplit, waitTooLong } from '../waits.ts';
import type { YamlMap } from '../yaml-text.ts';
import type { Reading } from './data.ts';
import { readExpression, readReferencePath } from './data.ts';
import { field, numberField } from './fields.ts';
import { writeComputing } from './helper-states.ts';
import type { ScopeWriter } from './scope-writer.ts';

export function writeWait(writer: ScopeWriter, name: string, source: MapNode): void {
  const reading = writer.reading(name, writer.data);
  for (const key of ['Timestamp', 'TimestampPath']) {
    const node = field(source, key);
    if (node === undefined) continue;
    const time = key === 'Timestamp' ? constant(toJson(node)) : readExpression(reading, node);
    if (writer.context.stubs) return writeStub(writer, name, source, reading, ['timestamp', time]);
    writer.outcome.refuse(
      node,
      `a Wait until a time ("${key}") has no equivalent; compute the seconds in a task and use "SecondsPath", or convert with --stub`,
    );
    return;
  }
  const path = field(source, 'SecondsPath');
  if (path !== undefined) {
    if (source.entries.has('Seconds')) writer.outcome.refuse(path, 'a Wait has Seconds or SecondsPath, not both');
    writer.outcome.note(path, WAIT_COMPUTED);
    const state = writer.begin('Wait', name, source);
    const input = readReferencePath(reading, field(source, 'InputPath'));
    state.set('Seconds.$', printExpression(readExpression({ ...reading, root: input }, path)));
    finishWait(writer, state, source, reading);
    return;
  }
  const node = field(source, 'Seconds');
  const seconds = numberField(source, 'Seconds');
  if (node === undefined || seconds === null || seconds < 0 || !Number.isInteger(seconds)) {
    writer.outcome.refuse(node ?? source, `the Wait ${quote(name)} needs whole "Seconds"`);
    return;
  }
  if (writer.context.stubs && splitWait(seconds) === null) {
    return writeStub(writer, name, source, reading, ['seconds', literal(seconds)]);
  }
  writeRow(writer, name, source, reading, node, seconds);
}

/** Writes the call of a function that waits. */
function writeStub(
  writer: ScopeWriter,
  name: string,
  source: MapNode,
  reading: Reading,
  event: readonly [string, Term],
): void {
  finishWait(writer, writeComputing(writer, name, 'wait', source, object([event]), true), source, reading, OUTPUT);
}

/** Writes the Waits for this time, or a Pass for 0 seconds. */
function writeRow(
  writer: ScopeWriter,
  name: string,
  source: MapNode,
  reading: Reading,
  node: Node,
  seconds: number,
): void {
  const parts = splitWait(seconds);
  if (parts === null) {
    writer.outcome.refuse(node, waitTooLong(seconds));
    return;
  }
  if (parts.length > 1) writer.outcome.note(node, waitSplit(parts));
  const last = parts.pop();
  let at = name;
  for (const part of parts) {
    const state = writer.begin('Wait', at, at === name ? source : null).set('Seconds', part);
    writer.comment(state);
    at = writer.names.fresh(name);
    state.set('Next', at);
  }
  const state = writer.begin(last === undefined ? 'Pass' : 'Wait', at, at === name ? source : null);
  if (last !== undefined) state.set('Seconds', last);
  finishWait(writer, state, source, reading);
}

/** `raw` is the output of the state without a constructor. */
function finishWait(writer: ScopeWriter, state: YamlMap, source: MapNode, reading: Reading, raw: Term = INPUT): void {
  const input = readReferencePath(reading, field(source, 'InputPath'));
  writer.finish(state, source, reading, input, raw);
  writer.assign(state, source, { ...reading, root: input });
  writer.leave(state, source);
}
