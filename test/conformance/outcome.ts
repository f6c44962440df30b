/** The outcome of a case on an engine, and its differences from the expectation. */
import { inspect, isDeepStrictEqual } from 'node:util';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import { formatDiagnostic } from '../../src/base/diagnostic.ts';
import { type JsonValue, parseJson } from '../../src/base/json.ts';
import type { Plan } from '../../src/language/plan.ts';
import type { HistoryEvent } from '../../src/runtime/executions.ts';
import type { Case, ExpectedDiagnostic } from './case.ts';
import { historyFaults } from './histories.ts';
import type { Warning } from '../../src/interpreter/event.ts';
import type { HistoryOptions } from './histories.ts';
import { historyDifference, historyText } from './history-text.ts';

/** A warning as cases name it: place and message. */
export function warningText({ path, message }: Warning): string {
  return `${path}: ${message}`;
}

export interface RunOutcome {
  readonly status: 'Succeeded' | 'Failed' | 'TimedOut' | 'Stopped';
  /** JSON text; empty unless it succeeded. */
  readonly output: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly warnings: readonly string[];
  /** States whose task was called, in order of the calls. */
  readonly calls: readonly string[];
  /** States whose call was aborted, in any order. */
  readonly aborted: readonly string[];
  /** Virtual seconds from start to end. */
  readonly elapsedSeconds: number;
  /** Faults of the script: a call without an answer, an answer without a call, other parameters. */
  readonly problems: readonly string[];
  /** The history that GetExecutionHistory serves, with `<token>` in place of task tokens. */
  readonly history: readonly HistoryEvent[];
}

export interface Outcome {
  readonly diagnostics: readonly Diagnostic[];
  readonly plan: Plan | null;
  /** Null when the definition was refused, or when the case does not expect a run. */
  readonly run: RunOutcome | null;
}

/**
 * Compares an outcome with the expectation, with the expected history, and with the rules of all histories.
 * @param history null when there is none. @returns one sentence for each difference; empty when the case holds.
 */
export function differences(wanted: Case, outcome: Outcome, history: string | null): string[] {
  const { run, plan } = outcome;
  const found = endDifferencesOf(wanted, outcome);
  if (run === null || plan === null) return found;
  const faults = historyFaults(plan, run.history, historyOptions(wanted));
  found.push(...faults.map((fault) => `history: ${fault}`));
  // Engines differ in how many events a busy loop makes in its time.
  if (wanted.settings.busyTurnMs !== undefined) return found;
  if (history === null)
    return [...found, 'no history is expected yet; run: npx node test/conformance/write-histories.ts'];
  const difference = historyDifference(history, historyText(run.history));
  return difference === '' ? found : [...found, `history: ${difference}`];
}

export function historyOptions({ settings }: Case): HistoryOptions {
  return settings.events === undefined ? {} : { eventLimit: settings.events };
}

function endDifferencesOf(wanted: Case, outcome: Outcome): string[] {
  const { expect } = wanted;
  const found = [...diagnosticDifferences(wanted, outcome.diagnostics)];
  if (expect.status === undefined) return found;
  const { run } = outcome;
  if (run === null) return [...found, `status: expected ${expect.status}, but the definition was refused`];
  if (run.status !== expect.status) {
    const got = run.status === 'Succeeded' ? `Succeeded with ${run.output}` : ended(run);
    found.push(`status: expected ${expect.status}, got ${got}`);
  } else {
    found.push(...endDifferences(wanted, run));
  }
  found.push(...warningDifferences(expect.warnings ?? [], run.warnings));
  if (expect.calls !== undefined && !same(expect.calls, run.calls)) {
    found.push(`calls: expected ${list(expect.calls)}, got ${list(run.calls)}`);
  }
  if (expect.aborted !== undefined && !same(expect.aborted.toSorted(), run.aborted.toSorted())) {
    found.push(`aborted: expected ${list(expect.aborted)}, got ${list(run.aborted)}`);
  }
  if (expect.elapsedSeconds !== undefined && expect.elapsedSeconds !== run.elapsedSeconds) {
    found.push(`elapsedSeconds: expected ${expect.elapsedSeconds}, got ${run.elapsedSeconds}`);
  }
  return [...found, ...run.problems];
}

function ended(run: RunOutcome): string {
  return `${run.status} with ${run.errorCode}: ${run.errorMessage}`;
}

function* endDifferences(wanted: Case, run: RunOutcome): Generator<string> {
  const { expect } = wanted;
  if (run.status === 'Succeeded') {
    if (run.errorCode !== '' || run.errorMessage !== '') yield `an execution that succeeded reports ${ended(run)}`;
    if (expect.outputText !== undefined && expect.outputText !== run.output) {
      yield `outputText:\n  expected ${expect.outputText}\n  got      ${run.output}`;
    }
    if (expect.output !== undefined && !isDeepStrictEqual(plain(expect.output), parseJson(run.output))) {
      yield `output:\n${indent(`expected ${show(plain(expect.output))}\ngot      ${show(parseJson(run.output))}`)}`;
    }
    return;
  }
  if (run.output !== '') yield `an execution that did not succeed has the output ${run.output}`;
  if (expect.errorCode !== undefined && expect.errorCode !== run.errorCode) {
    yield `errorCode: expected ${expect.errorCode}, got ${ended(run)}`;
  }
  if (expect.errorMessage !== undefined && !matches(expect.errorMessage, run.errorMessage)) {
    yield `errorMessage:\n  expected ${expect.errorMessage}\n  got      ${run.errorMessage}`;
  }
}

function* warningDifferences(expected: readonly string[], got: readonly string[]): Generator<string> {
  if (expected.length === got.length && expected.every((text, i) => partOf(text, got[i] as string))) return;
  yield `warnings:\n${indent(`expected ${list(expected)}\ngot      ${list(got)}`)}`;
}

function* diagnosticDifferences(wanted: Case, got: readonly Diagnostic[]): Generator<string> {
  const expected = wanted.expect.diagnostics ?? [];
  if ('contains' in expected) {
    for (const one of expected.contains) {
      if (got.some((diagnostic) => describes(one, diagnostic))) continue;
      yield `diagnostics: none is ${inspect(one)}; got\n${listed(got)}`;
    }
    return;
  }
  const agree = expected.length === got.length && expected.every((one, i) => describes(one, got[i] as Diagnostic));
  if (agree) return;
  const lines = expected.map((one) => inspect(one, { breakLength: Infinity })).join('\n');
  yield `diagnostics: expected ${expected.length}\n${indent(lines)}\ngot ${got.length}\n${listed(got)}`;
}

function describes(expected: ExpectedDiagnostic, got: Diagnostic): boolean {
  const { message, ...exact } = expected;
  for (const [key, value] of Object.entries(exact)) {
    if (got[key as keyof Diagnostic] !== value) return false;
  }
  return message === undefined || partOf(message, got.message);
}

function listed(got: readonly Diagnostic[]): string {
  return indent(got.map(formatDiagnostic).join('\n'));
}

/** A text between slashes is a pattern to search for. Any other text must be equal. */
function matches(expected: string, got: string): boolean {
  const pattern = patternOf(expected);
  return pattern === null ? expected === got : pattern.test(got);
}

/** A text between slashes is a pattern to search for. Any other text must be a part. */
function partOf(expected: string, got: string): boolean {
  const pattern = patternOf(expected);
  return pattern === null ? got.includes(expected) : pattern.test(got);
}

function patternOf(text: string): RegExp | null {
  return text.length > 2 && text.startsWith('/') && text.endsWith('/') ? new RegExp(text.slice(1, -1), 'su') : null;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}

function list(texts: readonly string[]): string {
  return JSON.stringify(texts);
}

function plain(value: JsonValue): JsonValue {
  return parseJson(JSON.stringify(value));
}

function show(value: JsonValue): string {
  return JSON.stringify(value);
}

function indent(text: string): string {
  return text.replace(/^/gmu, '  ');
}
