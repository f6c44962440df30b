/**
 * Converts definitions in the classic language and in Amazon States Language to the state-machine language.
 *
 * It converts text to text, without I/O and without running the flow. The result compiles (this is checked) and does the same
 * as the original. Notes name the differences. Parts without an equivalent are refused.
 */
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
  /** Null: the content decides. */
  readonly from: SourceLanguage | null;
  /** `Name` of the result; null: the name in the original, or `fallbackName` if it has none. */
  readonly name: string | null;
  readonly fallbackName: string;
  /** True: in Amazon States Language, functions replace resources that have no equivalent. */
  readonly stubs: boolean;
}

export interface Conversion {
  /** The definition as YAML; null if there are refusals. */
  readonly text: string | null;
  /** Differences from the original, in the order of its text. */
  readonly notes: readonly Remark[];
  /** Parts that cannot be converted, in the order of the text. */
  readonly refusals: readonly Remark[];
}

const COMPILE_OPTIONS = { mode: 'Standard', flowName: null, limits: DEFAULT_DEFINITION_LIMITS } as const;

/** The beginning of the refusal of a definition whose result would not compile. */
export const DEFECT = 'the converted flow would not compile, which is a defect of this converter; please report it';

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
  { from, name, fallbackName, stubs }: ConvertOptions,
): YamlMap | null {
  if (root.kind !== 'map') {
    outcome.refuse(root, `a definition is a mapping, but this is ${describe(root)}`);
    return null;
  }
  if (isStateMachine(root)) {
    outcome.refuse(root, 'this is a state machine already');
    return null;
  }
  const language = from ?? languageOf(root);
  if (language === 'asl') return convertMachine(outcome, root, name ?? fallbackName, stubs);
  if (language === 'classic') {
    // The conversion assumes a definition that compiles.
    const { diagnostics } = compileDefinition(text, COMPILE_OPTIONS);
    for (const { severity, ...place } of diagnostics) if (severity === 'error') outcome.refusals.push(place);
    if (outcome.refusals.length > 0) return null;
    return convertFlow(outcome, root, name ?? nameIn(root) ?? fallbackName);
  }
  outcome.refuse(
    root,
    'this is neither the classic language ("type: flow") nor Amazon States Language ("StartAt", and "States" as a mapping)',
  );
  return null;
}

function isStateMachine(root: MapNode): boolean {
  const type = root.entries.get('Type')?.value;
  return type !== undefined && textOf(type) === 'StateMachine';
}

/** The name in the text of a classic flow, which is optional. */
function nameIn(root: MapNode): string | null {
  const node = root.entries.get('name')?.value;
  return node === undefined || textOf(node) === '' ? null : textOf(node);
}

function languageOf(root: MapNode): SourceLanguage | null {
  if (looksClassic(root)) return 'classic';
  if (looksLikeAsl(root)) return 'asl';
  return null;
}

/** Returns the text of the result if it compiles. */
function checked(outcome: Outcome, root: Node, converted: YamlMap): string | null {
  const text = writeYaml(converted);
  if (text.length > DEFINITION_CHARACTERS) {
    const limit = `${DEFINITION_CHARACTERS} characters, which is the limit`;
    outcome.refuse(root, `the converted definition would have more than ${limit}`);
    return null;
  }
  const { diagnostics } = compileDefinition(text, COMPILE_OPTIONS);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  // The conversion can bring constants together, as in "length(null)", which the original evaluates only when it runs.
  const fault = errors.find(({ code }) => code === 'too-deep' || code in EXPRESSION_FAULTS);
  if (fault !== undefined) {
    outcome.refuse(root, `${fault.path} of the converted flow could not be evaluated: ${fault.message}`);
    return null;
  }
  const large = errors.find(({ code }) => code === 'out-of-range');
  if (large !== undefined) {
    outcome.refuse(root, `${large.path} of the converted flow is over a limit: ${large.message}`);
    return null;
  }
  if (errors.length > 0) {
    outcome.refuse(root, `${DEFECT}: ${errors.map(formatDiagnostic).join('; ')}`);
    return null;
  }
  return text;
}
