/** Warnings about error names: none about a name that a state inside, a report or a child execution may raise. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';

const OPTIONS = { mode: 'Standard', flowName: 'f', limits: DEFAULT_DEFINITION_LIMITS } as const;

/** The names that are warned about. */
function warned(text: string): (string | undefined)[] {
  const { diagnostics, plan } = compileDefinition(text, OPTIONS);
  assert.ok(plan, JSON.stringify(diagnostics));
  const found = diagnostics.filter(({ code }) => code === 'odd-error');
  return found.map(({ message }) => /(?:FnF|HTTP)\.\w+/.exec(message.replace(/^.*, so /, ''))?.[0]);
}

function task(fields: string, errors: string): string {
  return `{Type: StateMachine, SpecVersion: v1, Name: f, StartAt: A, States: [
    {Type: Task, Name: A, ${fields}, Catch: [{Errors: ${errors}, Next: B}], Next: B}, {Type: Succeed, Name: B}]}`;
}

function around(inner: string, errors: string): string {
  return `{Type: StateMachine, SpecVersion: v1, Name: f, StartAt: A, States: [
    {Type: Parallel, Name: A, Branches: [{StartAt: M, States: [
      {Type: Map, Name: M, ItemsPath: $Input.list, Processor: {StartAt: X, States: [${inner}]}, End: true}]}],
     Retry: [{Errors: ${errors}, MaxAttempts: 1, IntervalSeconds: 1}], Catch: [{Errors: ${errors}, Next: B}], Next: B},
    {Type: Succeed, Name: B}]}`;
}

const HTTP =
  'Action: HTTP:Request, Parameters: {url: "http://example.com", method: POST, body.$: $Context.Current.TaskToken}';
const CHILD = 'Action: FNF:StartSyncExecution, Parameters: {flowName: g}';

describe('a name that begins like an error of the engine', () => {
  it('is warned about where nothing raises it', () => {
    assert.deepEqual(warned(task(HTTP, '[FnF.Mine, HTTP.Mine, HTTP.404]')), ['FnF.Mine', 'HTTP.Mine', 'HTTP.404']);
  });
  it('may be the Code of a Fail inside, and only that', () => {
    const fail = (code: string): string => `{Type: Fail, Name: X, Code: ${code}, Detail: d}`;
    assert.deepEqual(warned(around(fail('FnF.Mine'), '[FnF.Mine]')), []);
    assert.deepEqual(warned(around(fail('HTTP.404'), '[HTTP.404]')), []);
    assert.deepEqual(warned(around(fail('HTTP.Timout'), '[HTTP.Timout]')), []);
    assert.deepEqual(warned(around(fail('FnF.Mine'), '[HTTP.Mine]')), ['HTTP.Mine', 'HTTP.Mine']);
  });
  it('may be one of a distributed Map', () => {
    const names = [
      ...['FnF.ExceedToleratedFailureThreshold', 'FnF.ItemReaderFailed', 'FnF.ResultWriterFailed'],
      'FnF.MapRunLimitExceeded',
    ];
    const map = 'ItemsPath: $Input, MaxItems: 1, Processor: {StartAt: P, States: [{Type: Pass, Name: P, End: true}]}';
    const text = (errors: string): string =>
      task('', errors).replace('Type: Task, Name: A, ,', `Type: Map, Name: A, ${map},`);
    assert.deepEqual(warned(text(`[${names.join(', ')}]`)), []);
    assert.deepEqual(warned(text('[FnF.ItemReaderFailure]')), ['FnF.ItemReaderFailure']);
  });
  it('may come from a report', () => {
    const reported = `TaskMode: WaitForCustomCallback, ${HTTP}`;
    assert.deepEqual(warned(task(reported, '[FnF.Mine, HTTP.Mine, HTTP.404]')), []);
    assert.deepEqual(warned(around(`{Type: Task, Name: X, ${reported}, End: true}`, '[FnF.Mine]')), []);
  });
  it('may come from a child execution', () => {
    assert.deepEqual(warned(task(CHILD, '[FnF.Mine, HTTP.Mine, HTTP.404]')), []);
    assert.deepEqual(warned(around(`{Type: Task, Name: X, ${CHILD}, End: true}`, '[HTTP.404]')), []);
  });
  it('is still warned about if it is nearly one of them', () => {
    assert.deepEqual(warned(task(CHILD, '[FnF.All, HTTP.Timout]')), ['FnF.All', 'HTTP.Timout']);
  });
  it('may come from both in the classic language', () => {
    const flow = (fields: string): string => `version: v1
type: flow
steps:
  - type: task
    name: a
    ${fields}
    catch: [{errors: [FnF.Mine, HTTP.404, fnf.ExecutionAlreadyExists], goto: b}]
  - {type: pass, name: b}
`;
    const fc = 'resourceArn: acs:fc:::services/s/functions/f';
    assert.deepEqual(warned(flow(fc)), ['FnF.Mine', 'HTTP.404']);
    assert.deepEqual(warned(flow('resourceArn: acs:fnf:::flow/g')), []);
    assert.deepEqual(warned(flow('action: fnf:StartExecution\n    serviceParams: {FlowName: g}')), []);
    const token = 'inputMappings: [{target: token, source: $context.task.token}]';
    assert.deepEqual(warned(flow(`${fc}\n    pattern: waitForCallback\n    ${token}`)), []);
  });
});
