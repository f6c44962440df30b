/** Converts a Fail. */
import type { MapNode } from '../../language/text/document.ts';
import { textOf } from '../../language/text/document.ts';
import { literal, object } from '../terms.ts';
import type { Term } from '../terms.ts';
import { readExpression } from './data.ts';
import { field, textField } from './fields.ts';
import { writeComputing } from './helper-states.ts';
import type { ScopeWriter } from './scope-writer.ts';

export function writeFail(writer: ScopeWriter, name: string, source: MapNode): void {
  for (const key of ['Error', 'Cause']) {
    const node = field(source, key);
    if (node !== undefined && textOf(node) === null) writer.outcome.refuse(node, `${key} must be a text`);
  }
  const error = textField(source, 'Error');
  const cause = textField(source, 'Cause');
  const paths = ['ErrorPath', 'CausePath'].flatMap((key) => field(source, key) ?? []);
  if (paths.length > 0 && writer.context.stubs) {
    writeComputedFail(writer, name, source);
    return;
  }
  const state = writer.begin('Fail', name, source);
  for (const node of paths) {
    writer.outcome.refuse(
      node,
      'a computed Error or Cause has no equivalent: Code and Detail of a Fail are constants; --stub calls a function that fails',
    );
  }
  if (error !== null && error !== '') state.set('Code', error);
  else if (paths.length === 0) writer.outcome.note(source, 'a Fail without "Error" has the error FnF.Fail here');
  if (cause !== null && cause !== '') state.set('Detail', cause);
  writer.comment(state);
}

/** Writes the call of a function that fails: its error is that of its task, and no Catch rule catches it. */
function writeComputedFail(writer: ScopeWriter, name: string, source: MapNode): void {
  const reading = writer.reading(name, writer.data);
  const value = (key: string, absent: string): Term => {
    const path = field(source, `${key}Path`);
    return path === undefined ? literal(textField(source, key) ?? absent) : readExpression(reading, path);
  };
  const event = object([
    ['error', value('Error', 'FnF.Fail')],
    ['cause', value('Cause', '')],
  ]);
  const state = writeComputing(writer, name, 'fail', source, event).set('End', true);
  writer.comment(state);
}
