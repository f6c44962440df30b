/** Definition text → checked plan, or everything that is wrong with it. The dialect is chosen by content. */
import type { Compilation, CompileOptions } from './compilation.ts';
import { compileClassic } from './classic/definition.ts';
import type { MapNode, Node } from './text/document.ts';
import { describe, textOf } from './text/document.ts';
import { step } from './text/path.ts';
import type { Plan } from './plan.ts';
import { Report } from './text/report.ts';
import { compileStateMachine } from './statemachine/definition.ts';
import { readYaml } from './text/yaml.ts';

/** Checks and compiles a definition in YAML or JSON. Never throws, for any text; its work is bounded. */
export function compileDefinition(text: string, options: CompileOptions): Compilation {
  // Editors do not count a byte order mark as a column, so a diagnostic must not either.
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const report = new Report(body);
  const root = readYaml(body, report);
  const plan = root === null ? null : compileRoot(root, report, options);
  return { plan: report.failed ? null : plan, diagnostics: report.diagnostics() };
}

function compileRoot(root: Node, report: Report, options: CompileOptions): Plan | null {
  if (root.kind !== 'map') {
    report.add(
      'unknown-dialect',
      root.offset,
      null,
      `a definition is a mapping with "Type: StateMachine" or "type: flow", but this is ${describe(root)}`,
    );
    return null;
  }
  if (isClassic(root)) return compileClassic(root, report, options);
  if (stringAt(root, 'Type') !== 'StateMachine') {
    reportDialect(root, report);
    // With States in a list it is meant for this language: check it as well, so that all faults are reported at once.
    if (root.entries.get('States')?.value.kind !== 'list') return null;
  }
  return compileStateMachine(root, report, options);
}

function isClassic(root: MapNode): boolean {
  if (stringAt(root, 'Type') === 'StateMachine') return false;
  return stringAt(root, 'type') === 'flow' || (!root.entries.has('Type') && root.entries.has('steps'));
}

function stringAt({ entries }: MapNode, key: string): string | null {
  const entry = entries.get(key);
  return entry === undefined ? null : textOf(entry.value);
}

function reportDialect(root: MapNode, report: Report): void {
  const entry = root.entries.get('Type') ?? root.entries.get('type');
  const wanted = 'a definition has "Type: StateMachine" (or "type: flow" for the classic language)';
  if (entry === undefined) {
    report.add('unknown-dialect', root.offset, null, `${wanted}, but this one has no Type`);
    return;
  }
  const text = textOf(entry.value);
  const other = entry.key === 'type' ? 'Type' : 'type';
  const asKey = text === (entry.key === 'type' ? 'StateMachine' : 'flow');
  const hint = asKey ? `; the key must be written "${other}"` : report.didYouMean(text ?? '', ['StateMachine', 'flow']);
  report.add(
    'unknown-dialect',
    entry.value.offset,
    step(null, entry.key),
    `${wanted}, but this one has ${entry.key}: ${describe(entry.value)}${hint}`,
  );
}
