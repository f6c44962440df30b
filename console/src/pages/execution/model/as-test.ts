/**
 * An execution as a test for the test kit (docs/testing.md): its definition, its input, and the answers that its tasks got, which the
 * history has. The text is a whole file that runs in a clone. Masked values of the history fit any text in the test.
 */
import { MASKED_HEADER, MASKED_TOKEN } from '../../../../../src/console/protocol.ts';
import { LongNumber } from '../../../parts/json.ts';
import type { JsonValue } from '../../../parts/json.ts';
import { hasMask } from '../../../parts/masked.ts';
import { failureOf, memberOf } from './events.ts';
import type { StreamedEvent } from './events.ts';
import { attemptsOf, lastPieceOf } from './history.ts';
import type { History, Part } from './history.ts';

export interface TestSubject {
  readonly flow: string;
  readonly execution: string;
  readonly definition: string;
  readonly mode: 'Standard' | 'Express';
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  /** The path of `src/` of the clone from the folder of the test. */
  readonly source?: string;
}

/** Why an execution is no test; null if it can be one. `maps`: it has a distributed Map, whose items' calls are in other histories. */
export function whyNoTest(history: History): 'running' | 'maps' | null {
  if (history.end === 0) return 'running';
  return history.children.some(({ part }) => part.kind === 'run') ? 'maps' : null;
}

/** The text of the test. The execution has ended. */
export function asTest(history: History, subject: TestSubject): string {
  const { flow, execution, definition, mode, environment, source = '../../src' } = subject;
  const answers = answersOf(history);
  const input = history.event(1) === undefined ? undefined : memberOf(history.events[0] as StreamedEvent, 'input');
  const code = [
    `test(${quote(`${execution} of ${flow}`)}, async (t) => {`,
    `  const time = new VirtualTime({ startMs: Date.parse(${quote(history.events[0]?.time ?? '')}) });`,
    '  const answer = answering(time, (token, report) => engine.call(...reportOf(token, report)));',
    '  const engine = await startTestEngine(t, {',
    '    time,',
    '    task: answer,',
    '    // The executions that its tasks started are answered like services.',
    '    standIns: { children: () => ({ start: answer }) },',
    '  });',
    ...createLines(environment, mode),
    ...(mode === 'Express'
      ? expressLines(history, execution, input ?? null)
      : standardLines(history, execution, input ?? null)),
    '});',
  ];
  const body = [
    `const FLOW = ${quote(flow)};`,
    `const DEFINITION = ${template(definition)};`,
    '',
    ...ANSWER_TYPE,
    '',
    '/** The answers of the services, in the order of the calls. */',
    `const ANSWERS: Answer[] = ${answers.length === 0 ? '[]' : `[\n${answers.map(answerText).join('\n')}\n]`};`,
    '',
    ...code,
    '',
    ...ANSWERING,
  ].join('\n');
  const hasLong = body.includes('longNumber(');
  return `${[
    `/** The execution ${execution} of the flow ${flow}, as a test. */`,
    "import assert from 'node:assert/strict';",
    "import { test } from 'node:test';",
    `import { ${hasLong ? 'longNumber, ' : ''}parseJson } from '${source}/base/json.ts';`,
    `import { VirtualTime, startTestEngine, taskFailed, taskSucceeded } from '${source}/testing/index.ts';`,
    `import type { TaskCall, TaskResult } from '${source}/testing/index.ts';`,
    '',
    body,
  ].join('\n')}\n`;
}

function createLines(environment: TestSubject['environment'], mode: string): string[] {
  if (environment.length === 0) return [`  await engine.createFlow(FLOW, DEFINITION, '${mode}');`];
  const variables = environment.map(({ name, value }) => `{ Name: ${quote(name)}, Value: ${quote(value)} }`);
  return [
    "  await engine.call('CreateFlow', {",
    `    ...{ Name: FLOW, Definition: DEFINITION, Type: 'FDL', ExecutionMode: '${mode}' },`,
    `    Environment: { Variables: [${variables.join(', ')}] },`,
    '  });',
  ];
}

const EXPRESS_NAME = /^(.*):[0-9a-f-]{36}$/;

function expressLines(history: History, execution: string, input: JsonValue): string[] {
  const name = EXPRESS_NAME.exec(execution)?.[1];
  const start = `{ ${name === undefined ? '' : `name: ${quote(name)}, `}input: ${literal(input, 2)} }`;
  const end = history.event(history.end) as StreamedEvent;
  const lines = [
    `  const result = await engine.run(FLOW, ${start});`,
    `  assert.equal(result.status, ${quote(history.status)});`,
  ];
  const output = memberOf(end, 'output');
  if (output !== undefined) return [...lines, `  assert.deepEqual(parseJson(result.output), ${literal(output, 2)});`];
  const { error, cause } = failureOf(end);
  return [...lines, `  assert.equal(result.errorCode, ${quote(error)});`, ...causeLines('result.errorMessage', cause)];
}

/** A cause that has a masked value is another one in the test. */
function causeLines(member: string, cause: string): string[] {
  return hasMask(cause) ? [] : [`  assert.equal(${member}, ${quote(cause)});`];
}

function standardLines(history: History, execution: string, input: JsonValue): string[] {
  const lines = [`  await engine.start(FLOW, { name: ${quote(execution)}, input: ${literal(input, 2)} });`];
  let beforeMs = history.startMs;
  for (const { ms, call, parameters } of interventions(history)) {
    const given = [`FlowName: FLOW`, `ExecutionName: ${quote(execution)}`, ...parameters].join(', ');
    if (ms > beforeMs) lines.push(`  await time.pass(${ms - beforeMs});`);
    lines.push(`  await engine.call('${call}', { ${given} });`);
    beforeMs = ms;
  }
  const leftMs = history.lastMs - beforeMs + 60_000;
  const end = history.event(history.end) as StreamedEvent;
  const output = memberOf(end, 'output');
  const { error, cause } = failureOf(end);
  lines.push(
    `  const ended = await engine.ended(FLOW, ${quote(execution)}, ${leftMs});`,
    `  assert.equal(ended.status, ${quote(history.status)});`,
  );
  if (output !== undefined) return [...lines, `  assert.deepEqual(parseJson(ended.output), ${literal(output, 2)});`];
  return [
    ...lines,
    `  const last = (await engine.events(FLOW, ${quote(execution)})).at(-1);`,
    `  assert.equal(last?.detail['error'], ${quote(error)});`,
    ...causeLines("last?.detail['cause']", cause),
  ];
}

interface Intervention {
  readonly ms: number;
  readonly call: 'StopExecution' | 'RedriveExecution';
  readonly parameters: readonly string[];
}

/** Stops and redrives, which came from outside. */
function interventions(history: History): Intervention[] {
  return history.events.flatMap((event): Intervention[] => {
    const ms = history.timeOf(event.id);
    if (event.type === 'ExecutionStarted' && event.id > 1) return [{ ms, call: 'RedriveExecution', parameters: [] }];
    if (event.type !== 'ExecutionStopped') return [];
    const { error, cause } = failureOf(event);
    const parameters = [`Error: ${quote(error)}`, ...(cause === '' ? [] : [`Cause: ${quote(cause)}`])];
    return [{ ms, call: 'StopExecution', parameters }];
  });
}

interface Answer {
  readonly action: string | null;
  readonly parameters: JsonValue;
  /** Null: it did not answer. */
  readonly afterMs: number | null;
  /** Of a task that waits for a callback: the answer with which the service accepted the work. */
  readonly accepted: JsonValue | undefined;
  readonly end: { readonly afterMs: number; readonly output: JsonValue } | Failed | null;
}

interface Failed {
  readonly afterMs: number;
  readonly error: string;
  readonly cause: string;
}

/** The answers to the calls of the history. A call that a redrive has continued is one call. */
function answersOf(history: History): Answer[] {
  return history.visits
    .flatMap((visit) => attemptsOf(visit).map((part) => ({ part, last: lastPieceOf(visit, part) })))
    .sort((first, second) => first.part.id - second.part.id)
    .map(({ part, last }) => answerOf(history, part, last));
}

function answerOf(history: History, part: Part, last: Part): Answer {
  const scheduled = history.event(part.id) as StreamedEvent;
  const end = history.event(last.end);
  const accepted = history.event(part.accepted);
  const isDone = end !== undefined && /^Task(?:Succeeded|Failed|SubmitFailed)$/.test(end.type);
  const endMs = isDone ? history.timeOf(last.end) - part.startMs : 0;
  const action = memberOf(scheduled, 'action');
  return {
    action: typeof action === 'string' ? action : null,
    parameters: memberOf(scheduled, 'parameters') ?? null,
    afterMs: accepted !== undefined ? history.timeOf(part.accepted) - part.startMs : isDone ? endMs : null,
    accepted: accepted === undefined ? undefined : (memberOf(accepted, 'output') ?? null),
    end: !isDone || end === undefined ? null : outcomeOf(end, endMs),
  };
}

function outcomeOf(end: StreamedEvent, afterMs: number): Answer['end'] {
  if (end.type === 'TaskSucceeded') return { afterMs, output: memberOf(end, 'output') ?? null };
  const { error, cause } = failureOf(end);
  return { afterMs, error, cause };
}

function answerText({ action, parameters, afterMs, accepted, end }: Answer): string {
  const members = [
    ...(action === null ? [] : [`action: ${quote(action)}`]),
    `parameters: ${literal(parameters, 4)}`,
    `afterMs: ${afterMs ?? 'null'}`,
    ...(accepted === undefined ? [] : [`accepted: ${literal(accepted, 4)}`]),
  ];
  const outcome = end === null ? [] : 'output' in end ? [`output: ${literal(end.output, 4)}`] : failureTexts(end);
  if (accepted === undefined || end === null) members.push(...outcome);
  else members.push(`report: { ${[`afterMs: ${end.afterMs}`, ...outcome].join(', ')} }`);
  return `  {\n${members.map((member) => `    ${member},`).join('\n')}\n  },`;
}

function failureTexts({ error, cause }: Failed): string[] {
  return [`error: ${quote(error)}`, `cause: ${quote(cause)}`];
}

const ANSWER_TYPE = [
  'interface Outcome {',
  '  readonly output?: unknown;',
  '  readonly error?: string;',
  '  readonly cause?: string;',
  '}',
  'interface Report extends Outcome {',
  '  /** Virtual milliseconds since the call. */',
  '  readonly afterMs: number;',
  '}',
  'interface Answer extends Outcome {',
  '  readonly action?: string;',
  '  readonly parameters: unknown;',
  '  /** Virtual milliseconds until the answer; null: there is none. */',
  '  readonly afterMs: number | null;',
  '  /** The service has accepted the work, and reports its end. */',
  '  readonly accepted?: unknown;',
  '  readonly report?: Report;',
  '}',
];

/** The part of the test that is the same in all. */
const ANSWERING =
  `/** Answers each call as the history says: the first answer of the action with these parameters, else the next of the action. */
function answering(time: VirtualTime, send: (token: string, report: Report) => Promise<unknown>) {
  const left = [...ANSWERS];
  const take = (call: TaskCall): Answer | undefined => {
    const own = left.filter(({ action }) => action === undefined || action === call.action);
    const answer = own.find(({ parameters }) => masked(parameters, call) === masked(call.parameters, call)) ?? own[0];
    if (answer !== undefined) left.splice(left.indexOf(answer), 1);
    return answer;
  };
  return async (call: TaskCall, signal: AbortSignal): Promise<TaskResult> => {
    const answer = take(call);
    if (answer === undefined) return taskFailed('Test.NoAnswer', \`The history has no answer for this call of \${call.action}.\`);
    const { afterMs, report } = answer;
    if (report !== undefined && call.mode === 'WaitForCustomCallback') {
      void time.pass(report.afterMs).then(() => send(call.taskToken ?? '', report));
    }
    if (afterMs === null) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return taskFailed('Test.Aborted');
    }
    await time.pass(afterMs);
    if (!('accepted' in answer)) return resultOf(answer);
    const accepted = taskSucceeded(answer.accepted as never);
    if (call.mode === 'WaitForCustomCallback' || !accepted.ok) return accepted;
    const wait = report === undefined ? new Promise<void>(() => {}) : time.pass(report.afterMs - afterMs);
    return { ...accepted, completion: wait.then(() => resultOf(report ?? {})) };
  };
}

function resultOf({ output, error, cause }: Outcome): TaskResult {
  return error === undefined ? taskSucceeded(output as never) : taskFailed(error, cause);
}

function reportOf(token: string, { output, error, cause }: Report): [string, Record<string, unknown>] {
  if (error === undefined) return ['ReportTaskSucceeded', { TaskToken: token, Output: JSON.stringify(output) }];
  return ['ReportTaskFailed', { TaskToken: token, Error: error, Cause: cause ?? '' }];
}

/** The history does not show tokens and Authorization headers, and names of executions may be random. */
function masked(parameters: unknown, { taskToken }: TaskCall): string {
  const text = JSON.stringify(parameters).replace(/("(?:proxy-)?authorization":)"(?:[^"\\\\]|\\\\.)*"/gi, '$1"${MASKED_HEADER}"');
  return taskToken === null ? text : text.replaceAll(taskToken, '${MASKED_TOKEN}');
}`.split('\n');

/** A value as TypeScript. A long number has all its digits. */
function literal(value: JsonValue, indent: number): string {
  if (value instanceof LongNumber) return `longNumber('${value.text}')`;
  if (typeof value === 'string') return quote(value);
  if (value === null || typeof value !== 'object') return String(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? (value as readonly JsonValue[]).map((item) => literal(item, indent + 2))
    : [...(value as ReadonlyMap<string, JsonValue>)].map(
        ([name, member]) => `${key(name)}: ${literal(member, indent + 2)}`,
      );
  const [open, close] = isList ? '[]' : '{}';
  if (parts.length === 0) return `${open}${close}`;
  const line = isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
  if (line.length < 90 && !line.includes('\n')) return line;
  const inner = ' '.repeat(indent + 2);
  return `${open}\n${inner}${parts.join(`,\n${inner}`)},\n${' '.repeat(indent)}${close}`;
}

/** A member name. One that would set the prototype is written so that it does not. */
function key(name: string): string {
  if (name === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

function quote(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}

/** A text of many lines, as it is. */
function template(text: string): string {
  return `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${').replaceAll('\r', '\\r')}\``;
}
