/**
 * A conformance case: one YAML file with a definition and what it must do. Reading is strict: a misspelt key is an error, because
 * no test would check its expectation. README.md describes the form.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse, parseDocument } from 'yaml';
import { type JsonObject, type JsonValue, isJsonObject, parseJson } from '../../src/base/json.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import type { DefinitionLimits } from '../../src/language/limits.ts';

export interface ExpectedDiagnostic {
  readonly severity?: string;
  readonly code?: string;
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
  /** A part of the message, or a pattern between slashes. */
  readonly message?: string;
}

/** One answer to a task. */
export interface TaskAnswer {
  /** The state whose call it answers; absent: the next call of any state. */
  readonly state?: string;
  readonly action?: string;
  /** The exact parameters that must arrive. */
  readonly parameters?: JsonValue;
  readonly output?: JsonValue;
  readonly outputText?: string;
  readonly error?: { readonly code: string; readonly cause?: string };
  /** Seconds of virtual time until the answer. */
  readonly afterSeconds?: number;
  /** There is no answer. */
  readonly never?: boolean;
  /** How many calls it answers; 1 when absent. */
  readonly times?: number;
  /** For a task in a callback mode: reports with its token. The answer itself says only that the work was accepted. */
  readonly reports?: readonly TaskEnd[];
  /** For WaitForSystemCallback: the end of the work, for which the server itself waits. */
  readonly completes?: TaskEnd;
  /** Any number of calls take the answer: calls of Express items, which run again after a crash. */
  readonly anyTimes?: boolean;
}

/** How the work of a callback task ends. */
export interface TaskEnd {
  /** Seconds of virtual time after the call. */
  readonly afterSeconds?: number;
  readonly output?: JsonValue;
  readonly error?: { readonly code: string; readonly cause?: string };
  /** The error code with which the report is refused; absent: it is accepted. */
  readonly refused?: string;
}

/** A request about the execution while it runs, or after its end. */
export interface Interference {
  /** Seconds of virtual time after the start. */
  readonly afterSeconds: number;
  /** The flow, when it is not that of the case. */
  readonly flow?: string;
  readonly execution?: string;
  readonly error?: string;
  readonly cause?: string;
  /** The error code with which it is refused; absent: it succeeds. */
  readonly refused?: string;
}

/** A call of UpdateMapRun for a run of the execution of the case. */
export interface MapRunUpdate {
  /** Seconds of virtual time after the start. */
  readonly afterSeconds: number;
  readonly concurrency?: number;
  readonly toleratedCount?: number;
  readonly toleratedPercentage?: number;
  /** Which run of the execution; the first one when absent. */
  readonly run?: number;
  /** The error code with which it is refused; absent: it succeeds. */
  readonly refused?: string;
}

/** Objects by bucket and key, as text; or as base64, for files that are no text. */
export type ObjectFiles = Readonly<Record<string, Readonly<Record<string, string | { readonly base64: string }>>>>;

/** Another flow, for tasks that start executions. */
export interface OtherFlow {
  readonly definition: string;
}

export interface CaseSettings {
  readonly stateDataBytes?: number;
  readonly globalKeyBytes?: number;
  readonly globalValueBytes?: number;
  readonly mapConcurrency?: number;
  readonly parallelBranches?: number;
  /** Open Map runs of one execution, items of one run, its children at once, and children of all runs at once. */
  readonly mapRuns?: number;
  readonly mapItems?: number;
  readonly mapRunConcurrency?: number;
  readonly mapExecutions?: number;
  readonly childDepth?: number;
  /** Events of one execution, on the durable engines. */
  readonly events?: number;
  /** Virtual milliseconds that a turn of the event loop takes while the execution computes. */
  readonly busyTurnMs?: number;
}

export interface Expectation {
  readonly status?: 'Succeeded' | 'Failed' | 'TimedOut' | 'Stopped';
  readonly output?: JsonValue;
  readonly outputText?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly warnings?: readonly string[];
  readonly diagnostics?: readonly ExpectedDiagnostic[] | { readonly contains: readonly ExpectedDiagnostic[] };
  readonly calls?: readonly string[];
  readonly aborted?: readonly string[];
  readonly elapsedSeconds?: number;
  /** The ends of executions of other flows of the case. */
  readonly others?: readonly ExpectedExecution[];
  /** The Map runs of the execution, in order, as DescribeMapRun shows them. */
  readonly mapRuns?: readonly JsonObject[];
  /** The Standard children of all its Map runs, in order: of each, the members to compare. */
  readonly items?: readonly ExpectedItem[];
  /** All files of these buckets after the end, as JSON. */
  readonly objects?: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;
}

/** A Standard child of a Map run, by its position in the run. */
export interface ExpectedItem {
  readonly index: number;
  readonly name?: string;
  readonly status?: string;
  readonly input?: JsonValue;
  readonly output?: JsonValue;
  readonly errorCode?: string;
}

export interface ExpectedExecution {
  readonly flow: string;
  readonly execution: string;
  readonly status: string;
  readonly output?: JsonValue;
  readonly errorCode?: string;
}

export interface Case {
  /** The path below `cases/`, without the extension: `map/results-in-order`. */
  readonly id: string;
  readonly feature: string;
  readonly title: string;
  readonly rule: string;
  readonly definition: string;
  readonly mode: 'Standard' | 'Express';
  /** The name under which the flow is created; null: the compiler does not know it. */
  readonly flowName: string | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly input: JsonObject;
  readonly executionName: string;
  /** Why the case runs on the Express engines only; null: it runs on the durable engines too. */
  readonly expressOnly: string | null;
  /** `Qualifier` of the start: `1`, a published version, or `live`, an alias of it. */
  readonly qualifier: string;
  readonly flows: Readonly<Record<string, OtherFlow>>;
  readonly stop: readonly Interference[];
  readonly redrive: readonly Interference[];
  readonly deleteFlow: readonly Interference[];
  readonly updateMapRun: readonly MapRunUpdate[];
  /** Files in buckets at the start. */
  readonly objects: ObjectFiles;
  readonly tasks: readonly TaskAnswer[];
  readonly settings: CaseSettings;
  readonly expect: Expectation;
}

const CASE_KEYS = [
  'title',
  'rule',
  'definition',
  'mode',
  'flowName',
  'environment',
  'roleArn',
  'input',
  'inputText',
  'executionName',
  'expressOnly',
  'qualifier',
  'flows',
  'stop',
  'redrive',
  'deleteFlow',
  'updateMapRun',
  'objects',
  'tasks',
  'settings',
  'expect',
];
const TASK_KEYS = [
  'state',
  'action',
  'parameters',
  'output',
  'outputText',
  'error',
  'afterSeconds',
  'never',
  'times',
  'reports',
  'completes',
  'anyTimes',
];
const END_KEYS = ['afterSeconds', 'output', 'error', 'refused'];
const INTERFERENCE_KEYS = ['afterSeconds', 'flow', 'execution', 'error', 'cause', 'refused'];
const UPDATE_KEYS = ['afterSeconds', 'concurrency', 'toleratedCount', 'toleratedPercentage', 'run', 'refused'];
const ITEM_KEYS = ['index', 'name', 'status', 'input', 'output', 'errorCode'];
const SETTING_KEYS = [
  'stateDataBytes',
  'globalKeyBytes',
  'globalValueBytes',
  'mapConcurrency',
  'parallelBranches',
  'mapRuns',
  'mapItems',
  'mapRunConcurrency',
  'mapExecutions',
  'childDepth',
  'events',
  'busyTurnMs',
];
const EXPECT_KEYS = [
  'status',
  'output',
  'outputText',
  'errorCode',
  'errorMessage',
  'warnings',
  'diagnostics',
  'calls',
  'aborted',
  'elapsedSeconds',
  'others',
  'mapRuns',
  'items',
  'objects',
];
const OTHER_KEYS = ['flow', 'execution', 'status', 'output', 'errorCode'];
const DIAGNOSTIC_KEYS = ['severity', 'code', 'line', 'column', 'path', 'message'];

export const CASES_FOLDER = join(import.meta.dirname, 'cases');

/** All cases, in the order of their ids. @throws {Error} when a file is not a case. */
export function readCases(folder: string = CASES_FOLDER): Case[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => relative('.', name).replaceAll('\\', '/'))
    .sort()
    .map((name) => parseCase(name.slice(0, -'.yaml'.length), readFileSync(join(folder, name), 'utf8')));
}

/** @throws {Error} that names the file and its fault. */
export function parseCase(id: string, text: string): Case {
  const document = parseDocument(text, { version: '1.2', uniqueKeys: true });
  const fault = document.errors[0];
  if (fault !== undefined) throw new Error(`${id}: ${fault.message}`);
  const raw = document.toJS() as Record<string, unknown>;
  onlyKeys(id, raw, CASE_KEYS);
  for (const key of ['title', 'rule', 'definition', 'expect']) {
    if (raw[key] === undefined) throw new Error(`${id}: "${key}" is missing`);
  }
  const tasks = (raw['tasks'] ?? []) as TaskAnswer[];
  for (const task of tasks) {
    onlyKeys(id, task, TASK_KEYS);
    for (const end of [...(task.reports ?? []), ...listOf(task.completes)]) onlyKeys(id, end, END_KEYS);
  }
  const [stop, redrive, deleteFlow] = ['stop', 'redrive', 'deleteFlow'].map((key) => listOf(raw[key] as Interference));
  for (const one of [stop, redrive, deleteFlow].flat()) onlyKeys(id, one as object, INTERFERENCE_KEYS);
  const updateMapRun = listOf(raw['updateMapRun'] as MapRunUpdate | undefined);
  for (const update of updateMapRun) onlyKeys(id, update, UPDATE_KEYS);
  const flows = (raw['flows'] ?? {}) as Record<string, OtherFlow>;
  for (const flow of Object.values(flows)) onlyKeys(id, flow, ['definition']);
  const settings = (raw['settings'] ?? {}) as CaseSettings;
  onlyKeys(id, settings, SETTING_KEYS);
  const expect = raw['expect'] as Expectation;
  onlyKeys(id, expect, EXPECT_KEYS);
  for (const other of expect.others ?? []) onlyKeys(id, other, OTHER_KEYS);
  for (const item of expect.items ?? []) onlyKeys(id, item, ITEM_KEYS);
  if (expect.status === undefined && expect.diagnostics === undefined) {
    throw new Error(`${id}: expects neither a status nor diagnostics`);
  }
  for (const diagnostic of expectedDiagnostics(expect)) onlyKeys(id, diagnostic, DIAGNOSTIC_KEYS);
  const inputText = (raw['inputText'] as string | undefined) ?? JSON.stringify(raw['input'] ?? {});
  const input = parseJson(inputText);
  if (!isJsonObject(input)) throw new Error(`${id}: the input is not an object`);
  return {
    id,
    feature: id.split('/')[0] as string,
    title: raw['title'] as string,
    rule: raw['rule'] as string,
    definition: raw['definition'] as string,
    mode: (raw['mode'] as Case['mode'] | undefined) ?? 'Express',
    flowName: (raw['flowName'] as string | undefined) ?? null,
    environment: (raw['environment'] ?? {}) as Record<string, string>,
    roleArn: (raw['roleArn'] as string | undefined) ?? '',
    input,
    executionName: (raw['executionName'] as string | undefined) ?? 'execution',
    expressOnly: (raw['expressOnly'] as string | undefined) ?? null,
    qualifier: String(raw['qualifier'] ?? ''),
    flows,
    stop: stop ?? [],
    redrive: redrive ?? [],
    deleteFlow: deleteFlow ?? [],
    updateMapRun,
    objects: (raw['objects'] ?? {}) as ObjectFiles,
    tasks,
    settings,
    expect,
  };
}

export function expectedDiagnostics(expect: Expectation): readonly ExpectedDiagnostic[] {
  const { diagnostics } = expect;
  if (diagnostics === undefined) return [];
  return 'contains' in diagnostics ? diagnostics.contains : diagnostics;
}

/** A list may be absent, or written as its only member. */
function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

function onlyKeys(id: string, value: object, allowed: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (!allowed.includes(key)) throw new Error(`${id}: "${key}" is not a key here`);
  }
}

/** A rule of the language or the API. Cases, or another test, show that it holds. */
export interface Rule {
  readonly id: string;
  readonly feature: string;
  readonly sentence: string;
  /** Whether the vendor documents the rule, or this project decided it because no public source does. */
  readonly kind: 'documented' | 'decision';
  /** The paragraph with the rule. */
  readonly source: string;
  /** A test file, for a rule that no case can show: it is about the API or about real tasks. */
  readonly shownBy?: string;
}

export interface RuleBook {
  /** Features in the order of the page, with their headings. */
  readonly features: Readonly<Record<string, string>>;
  readonly rules: readonly Rule[];
}

export function readRules(file: string = join(import.meta.dirname, 'rules.yaml')): RuleBook {
  return parse(readFileSync(file, 'utf8'), { version: '1.2' }) as RuleBook;
}

/** The limits that the definition is checked by: `parallelBranches` of the case. Its other settings are those of the run. */
export function definitionLimitsOf({ settings: { parallelBranches } }: Case): DefinitionLimits {
  return { ...DEFAULT_DEFINITION_LIMITS, ...(parallelBranches !== undefined && { parallelBranches }) };
}
