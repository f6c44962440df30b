/** Warns of rules of a distributed Map that wait for the error of an item (rules.md 7.10): it fails the child, and the Map has errors of its own. */
import type { FieldReader } from '../shared/field-reader.ts';
import { raisedErrors } from '../shared/raised-errors.ts';
import type { MapNode, Node } from '../text/document.ts';
import { textOf } from '../text/document.ts';
import { step } from '../text/path.ts';
import type { Path } from '../text/path.ts';

/** The errors of a Map run, which an item may have too. */
const OF_THE_RUN: ReadonlySet<string> = new Set([
  'FnF.ExceedToleratedFailureThreshold',
  'FnF.ItemReaderFailed',
  'FnF.ResultWriterFailed',
  'FnF.MapRunLimitExceeded',
  'FnF.RuntimeError',
  'FnF.DataLimitExceeded',
  'FNF.CallDepthExceeded',
]);

export function warnOfItemErrors(map: FieldReader): void {
  const { names } = raisedErrors(map.node);
  for (const key of ['Retry', 'Catch', 'OnErrors']) {
    const field = map.find(key);
    if (field?.node.kind === 'map') warnIn(field.node, field.path);
    if (field?.node.kind === 'list') field.node.items.forEach((rule, i) => warnIn(rule, step(field.path, i)));
  }

  function warnIn(rule: Node, path: Path): void {
    const errors = rule.kind === 'map' ? listAt(rule, 'Errors') : [];
    for (const [i, node] of errors.entries()) {
      const name = textOf(node) ?? '';
      if (!names.has(name) || OF_THE_RUN.has(name)) continue;
      const says = `${name} fails an item, not the Map, which fails with FnF.ExceedToleratedFailureThreshold; name that error, or put the rule into the Processor`;
      map.report.add('odd-error', node.offset, step(step(path, 'Errors'), i), says);
    }
  }
}

function listAt({ entries }: MapNode, key: string): readonly Node[] {
  const value = entries.get(key)?.value;
  return value?.kind === 'list' ? value.items : [];
}
