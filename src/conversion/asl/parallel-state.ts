/** Converts a Parallel. */
import type { MapNode } from '../../language/text/document.ts';
import { quote } from '../../language/text/document.ts';
import { BRANCHES_MAX } from '../limits.ts';
import { INPUT, list, member, OUTPUT, same } from '../terms.ts';
import { readInput } from './data.ts';
import { field } from './fields.ts';
import { catchesWithInput } from './retry-and-catch.ts';
import type { ScopeWriter } from './scope-writer.ts';

export function writeParallel(writer: ScopeWriter, name: string, source: MapNode): void {
  const state = writer.begin('Parallel', name, source);
  const reading = writer.reading(name, writer.data);
  const input = readInput(reading, source);
  const scopes = field(source, 'Branches');
  if (scopes?.kind !== 'list' || scopes.items.length === 0 || scopes.items.length > BRANCHES_MAX) {
    writer.outcome.refuse(scopes ?? source, `the Parallel ${quote(name)} needs 1 to ${BRANCHES_MAX} "Branches"`);
    return;
  }
  // An InputConstructor replaces the input. If the input is needed later, each branch makes its own input instead.
  const needsInput = source.entries.has('ResultPath') || catchesWithInput(writer.outcome, source);
  const begin = same(input, INPUT) || !needsInput ? null : input;
  if (begin === null && !same(input, INPUT)) writer.construct(state, 'InputConstructor', input, source);
  writer.comment(state);
  state.set(
    'Branches',
    scopes.items.map((branch, i) => writer.inner(branch, `branch ${i} of ${quote(name)}`, begin)),
  );
  const outputs = scopes.items.map((_, i) => member(OUTPUT, `Branch${i}`));
  writer.complete(state, name, source, list(outputs));
}
