/**
 * No room calls up through a closure that a higher room passes down, except by the ports. Each test plants such a closure and
 * checks that it is found.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { climbingClosures, stalePorts } from './closures.ts';
import { sources } from './tree.ts';

test('no closure climbs', () => {
  assert.deepEqual(climbingClosures(sources()), []);
});

test('every port is a type that exists', () => {
  assert.deepEqual(stalePorts(sources()), []);
});

/** A port of actions/ that the runtime implements: the case for which this rule was made. */
const START = `
/** Starts a Standard execution. */
export type StartExecution = (request: StartRequest) => Promise<{ readonly name: string }>;
export interface StartRequest { readonly flowName: string }
export interface Starter { start(request: StartRequest): Promise<void>; readonly name: string }
export interface StartOptions {
  readonly startExecution: StartExecution;
  readonly onStart?: (name: string) => void;
}
`;
const IMPORT = "import type { StartExecution, StartOptions, StartRequest, Starter } from '../actions/planted.ts';\n";

const planted: Readonly<Record<string, string>> = {
  'a function that returns a closure': `
    export function startExecutionOf(options: { readonly store: object }): StartExecution {
      const { store } = options;
      return async (request) => ({ name: String(store) });
    }`,
  'a function that promises an object': `
    export async function createStarter(): Promise<Starter> {
      if (Math.random() > 2) return create();
      return { name: 'a', async start(request) {} };
    }`,
  'an arrow function that returns an object':
    'export const make = (name: string): Starter => ({ name, start: async () => {} });',
  'a class': 'export class DurableStarter implements Disposable, Starter {}',
  'a typed constant': 'const start: StartExecution = async ({ flowName }) => ({ name: flowName });',
  'a typed property': 'class Runtime { readonly #starter: Pick<Starter, "start"> = { start: async () => {} }; }',
  'a checked object': "export const starter = { name: 'a', start: async () => {} } satisfies Starter;",
  'a type that extends it': `
    export interface LoudStarter extends Starter { readonly volume: number }
    export function loud(): LoudStarter { return { name: 'a', volume: 1, start: async () => {} }; }`,
  'a closure in the options of a function':
    'createActions({ startExecution: async (request) => runtimes.start(request) });',
  'a closure for a function type that is written out': 'createActions({ onStart: (name) => table.add(name) });',
};

/** A program of two files: the port in actions/, and code of the runtime. */
function program(code: string): Map<string, string> {
  return new Map([
    ['src/actions/planted.ts', START],
    ['src/runtime/planted.ts', `${IMPORT}${code}\n`],
  ]);
}

for (const [name, code] of Object.entries(planted)) {
  test(`finds ${name}`, () => {
    const tree = program(code);
    assert.match(
      climbingClosures(tree).join('\n'),
      /src\/runtime\/planted\.ts implements (?:StartExecution|Starter|StartOptions) of src\/actions\/planted\.ts/,
    );
    assert.deepEqual(climbingClosures(tree, ALL_PORTS), []);
  });
}

const ALL_PORTS = Object.fromEntries(
  ['StartExecution', 'StartOptions', 'Starter'].map((name) => [`actions/${name}`, 'planted']),
);

const harmless: Readonly<Record<string, string>> = {
  'a value that the lower room made':
    'const starter: Starter = createStarter();\nfunction get(): Starter { return starter; }',
  'a parameter': 'export function use(start: StartExecution, starter: Starter): void { void start; void starter; }',
  'data without functions':
    "const request: StartRequest = { flowName: 'a' };\nfunction next(): StartRequest { return { flowName: 'b' }; }",
  'a closure in a comment or a text':
    "// const start: StartExecution = async () => {};\nexport const text = 'class A implements Starter {}';",
  'a call of the port': 'export const call = (options: StartOptions) => options.startExecution({ flowName: "a" });',
};

for (const [name, code] of Object.entries(harmless)) {
  test(`accepts ${name}`, () => {
    assert.deepEqual(climbingClosures(program(code)), []);
  });
}

test('accepts the implementation of a port of the same room, and of a stand-in in testing/', () => {
  const adapter = "import type { Starter } from './planted.ts';\nexport class A implements Starter {}\n";
  const standIn = "import type { Starter } from '../actions/planted.ts';\nexport class B implements Starter {}\n";
  const tree = new Map([
    ['src/actions/planted.ts', START],
    ['src/actions/other.ts', adapter],
    ['src/testing/planted.ts', standIn],
  ]);
  assert.deepEqual(climbingClosures(tree), []);
});
