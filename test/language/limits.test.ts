/** The limits of the language follow the settings of the server, and without settings they are those of the service. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readSettingsText } from '../../src/config/file.ts';
import { makeSettings } from '../../src/config/make.ts';
import type { Settings } from '../../src/config/settings.ts';
import type { CompileOptions } from '../../src/language/compilation.ts';
import { ACCEPTED_DEFINITION_LIMITS, DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { startOf } from '../support/flows.ts';
import { runExpress } from '../support/run-express.ts';
import { compile, flow, limitedTo, planOf } from './support.ts';

/** The limits of a server whose settings file holds these under `limits`. */
function limitsOf(written: Record<string, unknown>): Settings['limits'] {
  const content = readSettingsText(JSON.stringify({ limits: written }));
  const file = { name: 'settings', folder: '/', content };
  return makeSettings({ environment: new Map(), workingFolder: '/', file, faults: [] }, () => null).limits;
}

function messages(text: string, options: Partial<CompileOptions> = {}): string[] {
  return compile(text, options).diagnostics.map(({ severity, message }) => `${severity}: ${message}`);
}

function globalFlow(key: string): string {
  return flow(`  - {Type: Pass, Name: A, GlobalConstructor: {${key}: 1}, Next: B}
  - {Type: Pass, Name: B, OutputConstructor: {x.$: $Global.${key}}, End: true}
`);
}

describe('limits of the language', () => {
  test('the settings have the defaults of the language', () => {
    const limits = limitsOf({}) as object as Record<string, unknown>;
    const names = Object.keys(DEFAULT_DEFINITION_LIMITS);
    assert.deepEqual(Object.fromEntries(names.map((name) => [name, limits[name]])), DEFAULT_DEFINITION_LIMITS);
  });

  test('the name of a state or step, in code points, for new definitions', () => {
    const named = (name: string): string =>
      flow(`  - {Type: Pass, Name: ${name}, End: true}\n`).replace('StartAt: A', `StartAt: ${name}`);
    assert.deepEqual(messages(named('😀'.repeat(128))), []);
    const [message = '', ...more] = messages(named('😀'.repeat(129)));
    assert.match(message, /^error: the name of state ".*…" has 129 characters; the limit is 128$/);
    assert.deepEqual(more, []);
    assert.deepEqual(messages(named('abc'), limitedTo({ stateNameCharacters: 2 })), [
      'error: the name of state "abc" has 3 characters; the limit is 2',
    ]);
    assert.deepEqual(messages(named('n'.repeat(5000)), limitedTo(ACCEPTED_DEFINITION_LIMITS)), []);
    const steps = `version: v1\ntype: flow\nname: f\nsteps: [{type: pass, name: ${'s'.repeat(129)}}]\n`;
    assert.match(messages(steps).join(), /the name of step ".*…" has 129 characters; the limit is 128/);
    const inner = flow(`  - Type: Map
    Name: A
    ItemsPath: $Input.items
    End: true
    Processor: {StartAt: ${'i'.repeat(129)}, States: [{Type: Pass, Name: ${'i'.repeat(129)}, End: true}]}
`);
    assert.match(messages(inner).join(), /the name of state ".*…" has 129 characters/);
  });

  test('the name of a global variable, when the definition is checked and when it runs', async () => {
    const name = 'k'.repeat(129);
    const shown = `"${'k'.repeat(60)}…"`;
    assert.deepEqual(messages(globalFlow(name)), [
      `error: the global variable ${shown} has a name of 129 bytes; the limit is 128`,
    ]);
    assert.deepEqual(messages(globalFlow('k'.repeat(128))), []);

    const limits = limitsOf({ globalKey: '129B' });
    const plan = planOf(globalFlow(name), { limits });
    const actions = standInActions(() => assert.fail('the flow has no Task'));
    const { status, output } = (await runExpress(startOf(plan), { actions, limits })).result;
    assert.deepEqual({ status, output }, { status: 'Succeeded', output: '{"x":1}' });
    assert.match(messages(globalFlow(`${name}k`), { limits })[0] ?? '', /a name of 130 bytes; the limit is 129/);
  });

  test('the branches of a Parallel', () => {
    const branch = '{StartAt: X, States: [{Type: Pass, Name: X, End: true}]}';
    const text = flow(`  - {Type: Parallel, Name: A, Branches: [${branch}, ${branch}, ${branch}], End: true}\n`);
    assert.deepEqual(messages(text, limitedTo({ parallelBranches: 3 })), []);
    assert.deepEqual(messages(text, limitedTo({ parallelBranches: 2 })), [
      'error: state "A" has 3 branches; the limit is 2',
    ]);
  });

  test('the items of a Map that run at once: a lower setting applies when the Map runs', () => {
    const text = (most: number): string =>
      flow(`  - Type: Map
    Name: A
    ItemsPath: $Input.items
    MaxConcurrency: ${most}
    Processor: {StartAt: X, States: [{Type: Pass, Name: X, End: true}]}
    End: true
`);
    assert.deepEqual(messages(text(41)), ['error: MaxConcurrency of state "A" must be from 1 to 40, but is 41']);
    assert.deepEqual(messages(text(100), limitedTo({ mapConcurrency: 100 })), []);
    assert.match(messages(text(101), limitedTo({ mapConcurrency: 100 }))[0] ?? '', /must be from 1 to 100, but is 101/);
    assert.deepEqual(messages(text(40), limitedTo({ mapConcurrency: 5 })), []);
  });

  test('the Timeout of a flow', () => {
    const text = (seconds: number): string =>
      flow('  - {Type: Pass, Name: A, End: true}\n').replace('StartAt', `Timeout: ${seconds}\nStartAt`);
    assert.deepEqual(messages(text(301)), [
      'warning: Timeout is 301 seconds, but a flow in Express mode ends after 5 minutes in any case',
    ]);
    assert.deepEqual(messages(text(3_600), { limits: limitsOf({ expressTimeout: '1h' }) }), []);
    assert.deepEqual(messages(text(91), { limits: limitsOf({ expressTimeout: '90s' }) }), [
      'warning: Timeout is 91 seconds, but a flow in Express mode ends after 90 seconds in any case',
    ]);
    assert.deepEqual(messages(text(31_536_001), { mode: 'Standard' }), [
      'warning: Timeout is 31536001 seconds, but a flow in Standard mode ends after a year in any case',
    ]);
    assert.deepEqual(messages(text(601), { mode: 'Standard', limits: limitsOf({ standardTimeout: '10m' }) }), [
      'warning: Timeout is 601 seconds, but a flow in Standard mode ends after 10 minutes in any case',
    ]);
  });
});
