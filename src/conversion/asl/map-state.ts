/** Converts a Map. */
import type { MapNode, Node } from '../../language/text/document.ts';
import { quote } from '../../language/text/document.ts';
import { printExpression } from '../../expression/print.ts';
import { CONCURRENCY_MAX } from '../limits.ts';
import type { Outcome } from '../outcome.ts';
import { member, OUTPUT, variable } from '../terms.ts';
import type { YamlMap } from '../yaml-text.ts';
import { readReferencePath, readTemplate } from './data.ts';
import { field, numberField, textField } from './fields.ts';
import type { ScopeWriter } from './scope-writer.ts';

export function writeMap(writer: ScopeWriter, name: string, source: MapNode): void {
  const state = writer.begin('Map', name, source);
  const reading = writer.reading(name, writer.data);
  const input = readReferencePath(reading, field(source, 'InputPath'));
  const ofInput = { ...reading, root: input };
  state.set('ItemsPath', printExpression(readReferencePath(ofInput, field(source, 'ItemsPath'))));
  const selector = field(source, 'ItemSelector') ?? field(source, 'Parameters');
  const item = variable('$Item');
  if (selector !== undefined) {
    writer.construct(state, 'ItemConstructor', readTemplate({ ...ofInput, item }, selector), selector);
  }
  setConcurrency(writer, state, source);
  const processor = field(source, 'ItemProcessor') ?? field(source, 'Iterator');
  if (processor === undefined) writer.outcome.refuse(source, `the Map ${quote(name)} needs an "ItemProcessor"`);
  else {
    noteDistributed(writer.outcome, processor);
    writer.comment(state);
    state.set(
      'Processor',
      writer.inner(processor, `the processor of ${quote(name)}`, null, numberField(source, 'MaxConcurrency') !== 1),
    );
  }
  writer.complete(state, name, source, member(OUTPUT, 'Items'));
}

function setConcurrency(writer: ScopeWriter, state: YamlMap, source: MapNode): void {
  const most = numberField(source, 'MaxConcurrency') ?? 0;
  if (!Number.isInteger(most) || most < 0) {
    writer.outcome.refuse(source, 'MaxConcurrency must be a whole number');
  } else if (most > CONCURRENCY_MAX) {
    writer.outcome.note(
      field(source, 'MaxConcurrency') as Node,
      `a Map runs ${CONCURRENCY_MAX} items at once at most; the others wait`,
    );
  } else if (most > 0) {
    state.set('MaxConcurrency', most);
  }
}

/** Notes what a distributed Map without an ItemReader has and an inline one has not. */
function noteDistributed(outcome: Outcome, processor: Node): void {
  const config = processor.kind === 'map' ? field(processor, 'ProcessorConfig') : undefined;
  if (config?.kind !== 'map' || textField(config, 'Mode') !== 'DISTRIBUTED') return;
  const limits = `at most ${CONCURRENCY_MAX} at once, and their results together have to fit into the output of a state`;
  outcome.note(config, `the distributed Map is an inline one here: its items run in the same execution, ${limits}`);
}
