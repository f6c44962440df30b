/** Converts a Map. */
import type { MapNode, Node } from '../../language/text/document.ts';
import { quote } from '../../language/text/document.ts';
import { printExpression } from '../../expression/print.ts';
import { CONCURRENCY_MAX } from '../limits.ts';
import { member, OUTPUT, variable } from '../terms.ts';
import type { YamlMap } from '../yaml-text.ts';
import { readReferencePath, readTemplate } from './data.ts';
import { isDistributed, refuseDistributedFields, writeDistributed, writeItemScope } from './distributed-map.ts';
import { field, numberField } from './fields.ts';
import type { ScopeWriter } from './scope-writer.ts';

export function writeMap(writer: ScopeWriter, name: string, source: MapNode): void {
  const state = writer.begin('Map', name, source);
  const reading = writer.reading(name, writer.data);
  const input = readReferencePath(reading, field(source, 'InputPath'));
  const ofInput = { ...reading, root: input };
  const processor = field(source, 'ItemProcessor') ?? field(source, 'Iterator');
  const distributed = isDistributed(processor);
  if (!distributed) refuseDistributedFields(writer.outcome, source);
  if (!distributed || !source.entries.has('ItemReader') || source.entries.has('ItemsPath')) {
    state.set('ItemsPath', printExpression(readReferencePath(ofInput, field(source, 'ItemsPath'))));
  }
  const selector = field(source, 'ItemSelector') ?? field(source, 'Parameters');
  const item = variable('$Item');
  if (selector !== undefined) {
    writer.construct(state, 'ItemConstructor', readTemplate({ ...ofInput, item }, selector), selector);
  }
  setConcurrency(writer, state, source, distributed);
  const result = distributed ? writeDistributed(writer, state, source, ofInput) : member(OUTPUT, 'Items');
  if (processor === undefined) writer.outcome.refuse(source, `the Map ${quote(name)} needs an "ItemProcessor"`);
  else {
    writer.comment(state);
    const what = `the processor of ${quote(name)}`;
    const isShared = numberField(source, 'MaxConcurrency') !== 1;
    const inner = distributed ? writeItemScope(writer, processor, what) : writer.inner(processor, what, null, isShared);
    state.set('Processor', inner);
  }
  writer.complete(state, name, source, result);
}

function setConcurrency(writer: ScopeWriter, state: YamlMap, source: MapNode, distributed: boolean): void {
  const most = numberField(source, 'MaxConcurrency') ?? 0;
  if (!Number.isInteger(most) || most < 0) {
    writer.outcome.refuse(source, 'MaxConcurrency must be a whole number');
  } else if (distributed) {
    if (most > 0) state.set('MaxConcurrency', most);
  } else if (most > CONCURRENCY_MAX) {
    writer.outcome.note(
      field(source, 'MaxConcurrency') as Node,
      `a Map runs ${CONCURRENCY_MAX} items at once at most; the others wait`,
    );
  } else if (most > 0) {
    state.set('MaxConcurrency', most);
  }
}
