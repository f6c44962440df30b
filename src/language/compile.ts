/** Definition text → checked plan, or everything that is wrong with it. The dialect is chosen by content. */
import type { Compilation, CompileOptions } from './compilation.ts';
import { SMALL_CHARACTERS } from './limits.ts';
import { compileClassic } from './classic/definition.ts';
import { isClassic } from './dialect.ts';
import { foreignFile } from './foreign-files.ts';
import type { MapNode, Node } from './text/document.ts';
import { describe, textOf } from './text/document.ts';
import { step } from './text/path.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { link } from './link.ts';
import type { PlanDraft } from './shared/recipe.ts';
import { drawGraph } from './graph/draw.ts';
import type { Budget } from './text/report.ts';
import { Report } from './text/report.ts';
import { compileStateMachine } from './statemachine/definition.ts';
import { readYaml } from './text/yaml.ts';

/** Checks and compiles a definition in YAML or JSON. Never throws, for any text; its work is bounded. */
export function compileDefinition(text: string, options: CompileOptions): Compilation {
  const { draft, diagnostics } = draftDefinition(text, options);
  return { plan: draft === null ? null : link(draft), diagnostics };
}

/** The same for a small definition; null for any other, as {@link draftSmallDefinition}. */
export function compileSmallDefinition(text: string, options: CompileOptions): Compilation | null {
  const drafted = draftSmallDefinition(text, options);
  if (drafted === null) return null;
  return { plan: drafted.draft === null ? null : link(drafted.draft), diagnostics: drafted.diagnostics };
}

/** A checked definition that is not linked yet. */
export interface Drafted {
  /** Null when a diagnostic is an error. */
  readonly draft: PlanDraft | null;
  /** In the order of the text; the first 100, then one that counts the rest. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks a definition in YAML or JSON. Never throws, for any text; its work is bounded. */
export function draftDefinition(text: string, options: CompileOptions): Drafted {
  const report = new Report(bodyOf(text));
  const root = readYaml(report.text, report);
  return drafted(root, report, options);
}

/**
 * The same for a definition that takes some milliseconds; null for one that may take more, which is found before the time is
 * spent: it is long, it unfolds to much, or its expressions and names need much checking.
 */
export function draftSmallDefinition(text: string, options: CompileOptions): Drafted | null {
  return smallDefinition(text, (root, report) => drafted(root, report, options));
}

function smallDefinition<T>(text: string, check: (root: Node | null, report: Report) => T): T | null {
  if (text.length > SMALL_CHARACTERS) return null;
  const report = new Report(bodyOf(text), SMALL_BUDGET);
  const root = readYaml(report.text, report);
  if (root !== null && (root.characters > 2 * SMALL_CHARACTERS || root.size > SMALL_NODES)) return null;
  const result = check(root, report);
  return report.overspent ? null : result;
}

/** The result of checking a definition for a program that shows it. */
export interface Drawn {
  readonly isSound: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** JSON text of a `FlowGraph` (`graph/flow-graph.ts`); empty when a diagnostic is an error. */
  readonly graph: string;
}

/** Checks a definition as {@link draftDefinition} does, and draws its graph. */
export function drawDefinition(text: string, options: CompileOptions): Drawn {
  const report = new Report(bodyOf(text));
  const root = readYaml(report.text, report);
  return drawn(root, report, drafted(root, report, options));
}

/** The same for a small definition; null for any other, as {@link draftSmallDefinition}. */
export function drawSmallDefinition(text: string, options: CompileOptions): Drawn | null {
  return smallDefinition(text, (root, report) => drawn(root, report, drafted(root, report, options)));
}

function drawn(root: Node | null, report: Report, { draft, diagnostics }: Drafted): Drawn {
  const graph = draft === null || root?.kind !== 'map' ? '' : JSON.stringify(drawGraph(draft, root, report));
  return { isSound: draft !== null, diagnostics, graph };
}

/** Nodes of a small definition, its aliases unfolded. */
const SMALL_NODES = 10_000;
/** About ten milliseconds each. */
const SMALL_BUDGET: Budget = { fuel: 100_000, cells: 500_000 };

/** Editors do not count a byte order mark as a column, so a diagnostic must not either. */
function bodyOf(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function drafted(root: Node | null, report: Report, options: CompileOptions): Drafted {
  const draft = root === null ? null : compileRoot(root, report, options);
  return { draft: report.failed ? null : draft, diagnostics: report.diagnostics() };
}

function compileRoot(root: Node, report: Report, options: CompileOptions): PlanDraft | null {
  if (root.kind !== 'map') {
    report.add(
      'unknown-dialect',
      root.offset,
      null,
      `a definition is a mapping with "Type: StateMachine" or "type: flow", but this is ${describe(root)}`,
    );
    return null;
  }
  report.httpErrorStatuses = options.httpErrorStatuses ?? [];
  if (isClassic((key) => textAt(root, key))) return compileClassic(root, report, options);
  if (textAt(root, 'Type') !== 'StateMachine') {
    reportDialect(root, report);
    // With States in a list it is meant for this language: check it as well, so that all faults are reported at once.
    if (root.entries.get('States')?.value.kind !== 'list') return null;
  }
  return compileStateMachine(root, report, options);
}

function textAt({ entries }: MapNode, key: string): string | null | undefined {
  const entry = entries.get(key);
  return entry === undefined ? undefined : textOf(entry.value);
}

function reportDialect(root: MapNode, report: Report): void {
  const entry = root.entries.get('Type') ?? root.entries.get('type');
  const wanted = 'a definition has "Type: StateMachine" (or "type: flow" for the classic language)';
  if (entry === undefined) {
    const foreign = foreignFile(root);
    const hint = foreign === null ? '' : `; ${foreign}`;
    report.add('unknown-dialect', root.offset, null, `${wanted}, but this one has no Type${hint}`);
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
