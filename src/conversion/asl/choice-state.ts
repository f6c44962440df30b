/** Converts a Choice. */
import type { MapNode, Node } from '../../language/text/document.ts';
import { quote, textOf } from '../../language/text/document.ts';
import { printExpression } from '../../expression/print.ts';
import { INPUT, same } from '../terms.ts';
import { YamlMap } from '../yaml-text.ts';
import { readRule } from './choice.ts';
import type { Reading } from './data.ts';
import { readReferencePath } from './data.ts';
import { field } from './fields.ts';
import type { Facts } from './rule.ts';
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
  const { branches, missing } = readRules(writer, name, reading, rules.items);
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
  if (missing !== null) {
    writer
      .begin('Fail', missing, null)
      .set('Code', 'FnF.RuntimeError')
      .set('Detail', `A path in the rules of the Choice ${name} leads to no value.`);
  }
}

/**
 * The original fails with States.Runtime if a rule reads a path without a value, so a branch before the rule leads to a Fail.
 * `missing` is the name for it, or null if there is no such branch.
 */
function readRules(
  writer: ScopeWriter,
  name: string,
  reading: Reading,
  rules: readonly Node[],
): { readonly branches: YamlMap[]; readonly missing: string | null } {
  const branches: YamlMap[] = [];
  let missing: string | null = null;
  let known: Facts = new Set();
  for (const node of rules) {
    const next = node.kind === 'map' ? writer.target(node, 'Next') : null;
    const rule = readRule(reading, node, known);
    if (rule.missing !== null) {
      missing ??= writer.names.fresh(`${name}: a value is missing`);
      branches.push(new YamlMap().set('Condition', printExpression(rule.missing)).set('Next', missing));
    }
    branches.push(new YamlMap().set('Condition', printExpression(rule.condition)).set('Next', next ?? ''));
    known = rule.ifFalse;
  }
  return { branches, missing };
}
