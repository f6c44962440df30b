/**
 * Definitions of other languages → definitions of the state-machine language: the classic language and Amazon States Language.
 *
 * Text in, text out: nothing is run and nothing is read. What is written compiles (that it does not is our own mistake), does
 * the same as the original, and is told apart from it by notes where it does not. What cannot be said is refused.
 */
import { assert } from '../base/assert.ts';
import { formatDiagnostic } from '../base/diagnostic.ts';
import { EXPRESSION_FAULTS } from '../expression/fault.ts';
import { compileDefinition } from '../language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS, DEFINITION_CHARACTERS } from '../language/limits.ts';
import type { MapNode, Node } from '../language/text/document.ts';
import { describe, textOf } from '../language/text/document.ts';
import { Report } from '../language/text/report.ts';
import { readYaml } from '../language/text/yaml.ts';
import { convertMachine, looksLikeAsl } from './asl/machine.ts';
import { convertFlow, looksClassic } from './classic/flow.ts';
import type { Remark } from './outcome.ts';
import { Outcome } from './outcome.ts';
import type { YamlMap } from './yaml-text.ts';
import { writeYaml } from './yaml-text.ts';

export type SourceLanguage = 'classic' | 'asl';

export interface ConvertOptions {
  /** Null: told by the content. */
  readonly from: SourceLanguage | null;
  /** `Name` of what is written; null: the original's own, if it has one, or else `fallbackName`. */
  readonly name: string | null;
  readonly fallbackName: string;
}

export interface Conversion {
  /** The definition as YAML; null when something was refused. */
  readonly text: string | null;
  /** What does not carry over, in the order of the text. */
  readonly notes: readonly Remark[];
  /** What cannot be converted, in the order of the text. */
  readonly refusals: readonly Remark[];
}

const COMPILE_OPTIONS = { mode: 'Standard', flowName: null, limits: DEFAULT_DEFINITION_LIMITS } as const;

/** Converts a definition. Never throws for any text. */
export function convertDefinition(text: string, options: ConvertOptions): Conversion {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const report = new Report(body);
  const root = readYaml(body, report);
  const faults = report.diagnostics().filter(({ severity }) => severity === 'error');
  if (root === null || faults.length > 0) return { text: null, notes: [], refusals: faults };
  const outcome = new Outcome(report);
  const converted = convertRoot(outcome, body, root, options);
  const written = converted === null || outcome.refusals.length > 0 ? null : checked(outcome, root, converted);
  return { text: written, notes: outcome.inOrder(outcome.notes), refusals: outcome.inOrder(outcome.refusals) };
}

function convertRoot(
  outcome: Outcome,
  text: string,
  root: Node,
  { from, name, fallbackName }: ConvertOptions,
): YamlMap | null {
  if (root.kind !== 'map') {
    outcome.refuse(root, `a definition is a mapping, but this is ${describe(root)}`);
    return null;
  }
  const language = from ?? languageOf(root);
  if (language === 'asl') return convertMachine(outcome, root, name ?? fallbackName);
  if (language === 'classic') {
    // Only what the language itself accepts is looked at any further.
    const { diagnostics } = compileDefinition(text, COMPILE_OPTIONS);
    for (const { severity, ...place } of diagnostics) if (severity === 'error') outcome.refusals.push(place);
    if (outcome.refusals.length > 0) return null;
    return convertFlow(outcome, root, name ?? nameIn(root) ?? fallbackName);
  }
  if (isStateMachine(root)) {
    outcome.refuse(root, 'this is a state machine already');
    return null;
  }
  outcome.refuse(
    root,
    'this is neither the classic language ("type: flow") nor Amazon States Language ("StartAt" and "States" by name)',
  );
  return null;
}

function isStateMachine(root: MapNode): boolean {
  const type = root.entries.get('Type')?.value;
  return type !== undefined && textOf(type) === 'StateMachine';
}

/** The name that a classic flow may have in its text. */
function nameIn(root: MapNode): string | null {
  const node = root.entries.get('name')?.value;
  return node === undefined || textOf(node) === '' ? null : textOf(node);
}

function languageOf(root: MapNode): SourceLanguage | null {
  if (looksClassic(root)) return 'classic';
  if (looksLikeAsl(root)) return 'asl';
  return null;
}

/** The text of what was converted, once it is known to compile. */
function checked(outcome: Outcome, root: Node, converted: YamlMap): string | null {
  const text = writeYaml(converted);
  if (text.length > DEFINITION_CHARACTERS) {
    outcome.refuse(
      root,
      `what would be written has more than ${DEFINITION_CHARACTERS} characters, which is more than a definition may have`,
    );
    return null;
  }
  const { diagnostics } = compileDefinition(text, COMPILE_OPTIONS);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  // What the original would find out when it runs can show in the text when constants have met: "length(null)".
  const fault = errors.find(({ code }) => code === 'too-deep' || code in EXPRESSION_FAULTS);
  if (fault !== undefined) {
    outcome.refuse(root, `${fault.path} of the converted flow could not be evaluated: ${fault.message}`);
    return null;
  }
  assert(errors.length === 0, `a converted definition does not compile: ${errors.map(formatDiagnostic).join('; ')}`);
  return text;
}
