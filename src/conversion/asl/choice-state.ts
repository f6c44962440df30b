/** Converts a Choice. */
import type { MapNode } from '../../language/text/document.ts';
import { quote, textOf } from '../../language/text/document.ts';
import { printExpression } from '../../expression/print.ts';
import { INPUT, same } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';
import { readRule } from './choice.ts';
import { readReferencePath } from './data.ts';
import { field } from './fields.ts';
import type { ScopeWriter } from './scope-writer.ts';

export function writeChoice(writer: ScopeWriter, name: string, source: MapNode): void {
  const output = field(source, 'OutputPath');
  if (output !== undefined && textOf(output) !== '$') {
    writer.outcome.refuse(
      output,
      'OutputPath of a Choice has no equivalent; use InputPath in the states after the Choice',
    );
  }
  const state = writer.begin('Choice', name, source);
  const reading = writer.reading(name, INPUT);
  const input = readReferencePath(reading, field(source, 'InputPath'));
  if (!same(input, INPUT)) writer.construct(state, 'InputConstructor', input, source);
  const rules = field(source, 'Choices');
  if (rules?.kind !== 'list' || rules.items.length === 0) {
    writer.outcome.refuse(rules ?? source, `the Choice ${quote(name)} needs "Choices"`);
    return;
  }
  const branches = rules.items.map((rule) => {
    const next = rule.kind === 'map' ? writer.target(rule, 'Next') : null;
    return new YamlMap().set('Condition', printExpression(readRule(reading, rule))).set('Next', next ?? '');
  });
  state.set('Branches', branches);
  if (source.entries.has('Default')) {
    state.set('Default', writer.target(source, 'Default') ?? '');
  } else {
    const none = writer.names.fresh(`${name}: no choice matched`);
    state.set('Default', none);
    writer.comment(state);
    writer
      .begin('Fail', none, null)
      .set('Code', 'States.NoChoiceMatched')
      .set('Detail', `No rule of the Choice ${name} matched.`);
  }
  writer.comment(state);
}
