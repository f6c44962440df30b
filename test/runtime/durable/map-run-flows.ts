/** Flows with one distributed Map, for tests of its runs on virtual time. */
import type { JsonObject, JsonValue } from '../../../src/base/json.ts';
import { parseJson } from '../../../src/base/json.ts';
import type { Stores } from '../../../src/store/stores.ts';
import { startTestEngine, taskSucceeded } from '../../../src/testing/index.ts';
import type { CleanUp, TaskCall, TaskResult, TestEngine, TestEngineOptions } from '../../../src/testing/index.ts';
import type { VirtualTime } from '../../../src/testing/virtual-time.ts';
import assert from 'node:assert/strict';

export type Mode = 'Express' | 'Standard';
export const MODES: readonly Mode[] = ['Express', 'Standard'];

/** A task that calls a service with the item as its body. */
export const CALL: readonly string[] = [
  'StartAt: Call',
  'States:',
  '  - Type: Task',
  '    Name: Call',
  '    Action: HTTP:Request',
  '    Parameters: {url: http://x.example, method: POST, body.$: $Input}',
  '    OutputConstructor: {got.$: $Output.Body}',
  '    End: true',
];

/** A wait of 100 seconds, and then the call: in Standard children, whose waits may be longer than those of Express ones. */
export const SLEEP_AND_CALL: readonly string[] = [
  'StartAt: Sleep',
  'States:',
  '  - {Type: Wait, Name: Sleep, Seconds: 100, Next: Call}',
  ...CALL.slice(2),
];

export interface MapFields {
  /** Further lines of the Map. */
  readonly fields?: readonly string[];
  /** Lines of the processor, after its configuration; {@link CALL} when absent. */
  readonly processor?: readonly string[];
  /** Further lines of the flow. */
  readonly head?: readonly string[];
}

const indented = (lines: readonly string[], by: number): string =>
  lines.map((line) => `${' '.repeat(by)}${line}\n`).join('');

/** The lines of a state `Each`, a distributed Map over `$Context.Execution.Input.list`. */
export function mapState(mode: Mode, { fields = [], processor = CALL }: MapFields = {}, name = 'Each'): string[] {
  const text = `- Type: Map
  Name: ${name}
  ItemsPath: $Context.Execution.Input.list
${indented(fields, 2)}  Processor:
    ProcessorConfig: {ExecutionMode: ${mode}}
${indented(processor, 4)}`;
  return text.trimEnd().split('\n');
}

export function flowOf(first: string, states: readonly string[], head: readonly string[] = []): string {
  return `Type: StateMachine\nSpecVersion: v1\nName: work\n${indented(head, 0)}StartAt: ${first}\nStates:\n${indented(states, 2)}`;
}

export function mapFlow(mode: Mode, given: MapFields = {}): string {
  return flowOf('Each', [...mapState(mode, given), '  End: true'], given.head);
}

/** Answers with the body of the call. */
export function echo({ parameters }: Pick<TaskCall, 'parameters'>): TaskResult {
  return taskSucceeded({ Body: parameters['body'] ?? null });
}

/** A service that counts its calls by item, and answers them late. */
export class Service {
  /** By the item as JSON text. */
  readonly calls = new Map<string, number>();
  underWay = 0;
  most = 0;
  /** Of every answer, milliseconds. */
  delayMs: number;
  answer: (call: TaskCall) => TaskResult = echo;
  #time: VirtualTime | null = null;

  constructor(delayMs = 0) {
    this.delayMs = delayMs;
  }

  at(time: VirtualTime): void {
    this.#time = time;
  }

  /** How often the service was called. */
  get total(): number {
    return [...this.calls.values()].reduce((sum, calls) => sum + calls, 0);
  }

  readonly take = async (call: TaskCall, signal: AbortSignal): Promise<TaskResult> => {
    const item = JSON.stringify(call.parameters['body']);
    this.calls.set(item, (this.calls.get(item) ?? 0) + 1);
    this.underWay++;
    this.most = Math.max(this.most, this.underWay);
    signal.addEventListener('abort', () => this.underWay--, { once: true });
    if (this.delayMs > 0) await this.#time?.pass(this.delayMs);
    if (!signal.aborted) this.underWay--;
    return this.answer(call);
  };
}

/** An engine with the flow `work` whose tasks call the service. */
export async function startWork(
  t: CleanUp,
  definition: string,
  service: Service,
  options: TestEngineOptions = {},
): Promise<TestEngine> {
  const engine = await startTestEngine(t, { task: service.take, ...options });
  service.at(engine.time);
  await engine.createFlow('work', definition);
  return engine;
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The Map runs of an execution, by its history, in the order of their starts. */
export async function runNames(engine: TestEngine, execution = 'e'): Promise<string[]> {
  const events = await engine.events('work', execution);
  const started = events.filter(({ type }) => type === 'MapRunStarted');
  return started.map(({ detail }) => String((detail['output'] as JsonObject)['MapRunName']));
}

export async function runName(engine: TestEngine, execution = 'e'): Promise<string> {
  return (await runNames(engine, execution)).at(-1) ?? assert.fail('there is no Map run');
}

/** The cause of the failure of the last run. */
export async function causeOf(engine: TestEngine, execution = 'e'): Promise<string> {
  const events = await engine.events('work', execution);
  return String(events.findLast(({ type }) => type === 'MapRunFailed')?.detail['cause']);
}

export interface Counts {
  readonly Pending: number;
  readonly Running: number;
  readonly Succeed: number;
  readonly Failed: number;
  readonly Aborted: number;
  readonly Total: number;
}

/** DescribeMapRun, whose counts must add up. */
export async function describeRun(
  engine: TestEngine,
  name?: string,
  execution = 'e',
): Promise<{ readonly counts: Counts; readonly Status: string; readonly reply: JsonObject }> {
  const MapRunName = name ?? (await runName(engine));
  const reply = await engine.call('DescribeMapRun', { FlowName: 'work', ExecutionName: execution, MapRunName });
  const counts = reply['ItemCounts'] as unknown as Counts;
  const { Total, ...parts } = counts;
  const sum = Object.values(parts).reduce((all, count) => all + count, 0);
  assert.equal(sum, Total, `the counts add up: ${JSON.stringify(counts)}`);
  for (const count of Object.values(counts)) assert.ok(count >= 0, JSON.stringify(counts));
  return { reply, counts, Status: String(reply['Status']) };
}

export async function updateRun(engine: TestEngine, changes: JsonObject, name?: string): Promise<JsonObject> {
  const MapRunName = name ?? (await runName(engine));
  return engine.call('UpdateMapRun', { FlowName: 'work', ExecutionName: 'e', MapRunName, ...changes });
}

/** The children of a run in ListExecutions. */
export async function childrenOf(engine: TestEngine, name?: string): Promise<JsonObject[]> {
  const MapRunName = name ?? (await runName(engine));
  const children: JsonObject[] = [];
  for (let token = ''; ; ) {
    const more = token === '' ? {} : { NextToken: token };
    const reply = await engine.call('ListExecutions', { FlowName: 'work', MapRunName, Limit: 100, ...more });
    children.push(...(reply['Executions'] as unknown as JsonObject[]));
    token = String(reply['NextToken'] ?? '');
    if (token === '') return children;
  }
}

/** The entries of the log of a run, from the store. */
export async function logOf(stores: Stores, name: string, execution = 1): Promise<JsonObject[]> {
  const record = await stores.executions.mapRun(execution, name);
  assert.ok(record !== null, 'the store has the run');
  const rows = await stores.executions.mapRunLog(execution, record.key, 1, Number.MAX_SAFE_INTEGER);
  return rows.flatMap(({ events }) => parseJson(events, Number.POSITIVE_INFINITY, 'accept') as unknown as JsonObject[]);
}

/** Positions of the children that have ended, by the log: each ends once, or again after a redrive if it has failed. */
export async function endsOf(stores: Stores, name: string): Promise<Map<number, string>> {
  const ends = new Map<number, string>();
  for (const { kind, index } of await logOf(stores, name)) {
    if (kind === 'redriven') {
      for (const [at, end] of ends) if (end === 'failed') ends.delete(at);
    }
    if (kind !== 'succeeded' && kind !== 'failed') continue;
    assert.ok(!ends.has(Number(index)), `item ${String(index)} ends once`);
    ends.set(Number(index), String(kind));
  }
  return ends;
}

/** The outputs of a flow whose Map has the result of {@link CALL} for each item. */
export function outputsOf(items: readonly JsonValue[]): JsonObject {
  return { Items: items.map((got) => ({ got })) };
}
