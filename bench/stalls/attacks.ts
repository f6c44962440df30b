/**
 * The attacks: what a caller who may create and start flows can try, and what a stranger can send. Each is the largest that the API
 * accepts, or a little more.
 */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CostlyCase } from '../../test/expression/costly-cases.ts';
import { functionCases, operatorCases } from '../../test/expression/costly-cases.ts';
import { stringifyJson } from '../../src/base/json.ts';
import { CREDENTIALS, mainThreadMs } from '../servers.ts';
import { create, machine, runFlow, summary } from './attack.ts';
import type { Attack, Target } from './attack.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

const pass = (name: string, more: object = {}): Readonly<Record<string, unknown>> => ({
  Type: 'Pass',
  Name: name,
  ...more,
});

/** A definition of about `bytes`, in many small states. */
function manyStates(name: string, bytes: number): string {
  return JSON.stringify(machine(name, smallStates(bytes)));
}

function smallStates(bytes: number): Readonly<Record<string, unknown>>[] {
  return Array.from({ length: Math.floor(bytes / 140) }, (_, i) =>
    pass(`State${i}`, { OutputConstructor: { 'a.$': `$Input.a`, 'b.$': `format("{}-{}", $Input.b, ${i})` } }),
  );
}

/** A definition of about `bytes`, most of it one list of values. */
function oneList(name: string, bytes: number): string {
  const list = Array.from({ length: Math.floor(bytes / 12) }, (_, i) => ({ n: i }));
  return JSON.stringify(machine(name, [pass('A', { OutputConstructor: { list } })]));
}

/** A definition of about `bytes` in expressions of the largest size. */
function longExpressions(name: string, bytes: number): string {
  const expression = `$Input.a${' || $Input.a'.repeat(4_900)}`;
  const count = Math.floor(bytes / expression.length);
  const members = Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}.$`, expression]));
  return JSON.stringify(machine(name, [pass('A', { OutputConstructor: members })]));
}

/** A form grows by its encoding, so that no definition of 1 MB fits into the default. */
const LARGE_REQUESTS = 'limits: {request: 16MiB}\n';

/** Creates a flow, runs it, and does both again. */
async function createAndRunTwice(target: Target, text: string): Promise<string> {
  const input = { a: 1, b: '' };
  const created = await create(target, 'large', text);
  const started = await runFlow(target, 'large', input);
  const updated = summary([await target.call('UpdateFlow', { Name: 'large', Definition: `${text} ` })]);
  return [created, started, updated, await runFlow(target, 'large', input)].join(', ');
}

/** A definition of about `bytes` that begins with a wait. */
function waitingFlow(name: string, bytes: number, seconds: number): string {
  return JSON.stringify(machine(name, [{ Type: 'Wait', Name: 'Waiting', Seconds: seconds }, ...smallStates(bytes)]));
}

/** Starts executions of these flows in turn, all with other names. */
async function startMany(target: Target, flows: readonly string[], count: number): Promise<void> {
  const each = async (first: number): Promise<void> => {
    for (let i = first; i < count; i += 8) {
      const FlowName = flows[i % flows.length] as string;
      await target.call('StartExecution', { FlowName, ExecutionName: `e${i}`, Input: '{"a":1,"b":""}' });
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, i) => each(i)));
}

/** An expression as the value of 2,001 keys. */
function aliases(expression: string, count: number): string {
  const keys = Array.from({ length: count }, (_, i) => `        k${i}.$: *e`).join('\n');
  return `Type: StateMachine\nSpecVersion: v1\nName: aliases\nStartAt: A\nStates:\n  - Type: Pass\n    Name: A\n    OutputConstructor:\n        k.$: &e "${expression}"\n${keys}\n    End: true\n`;
}

const definitions: readonly Attack[] = [
  {
    what: 'a state named by half a surrogate pair, Express and Standard',
    run: async (target) => {
      const text = JSON.stringify(
        machine('half', [{ Type: 'Task', Name: 'NAME', Action: 'HTTP:Request', Parameters: { url: target.service } }]),
      );
      const half = text.replaceAll('"NAME"', String.raw`"\ud800"`);
      const created = [await create(target, 'half', half), await create(target, 'half_s', half, 'Standard')];
      const ran = await runFlow(target, 'half');
      const started = await target.call('StartExecution', { FlowName: 'half_s', ExecutionName: 'e' });
      return `${created.join(', ')}; ${ran}, ${summary([started])}`;
    },
  },
  {
    what: 'an expression of 100 KB with 2,000 aliases',
    run: (target) => create(target, 'aliases', aliases(`$Input.a${' || $Input.a'.repeat(8_000)}`, 2_000)),
  },
  {
    what: 'an expression of 54 KB with 17 aliases',
    run: (target) => create(target, 'aliases', aliases(`$Input.a${' || $Input.a'.repeat(4_900)}`, 17)),
  },
  {
    what: 'a definition of 1 MB, many small states: CreateFlow',
    run: (target) => create(target, 'large', manyStates('large', 950 * KIB)),
  },
  ...(
    [
      ['many small states', manyStates],
      ['one long list', oneList],
      ['long expressions', longExpressions],
      ['100,000 brackets', (): string => '['.repeat(100_000) + ']'.repeat(100_000)],
    ] as const
  ).map(
    ([shape, make]): Attack => ({
      what: `a definition of 950 KB, ${shape}: CreateFlow, first start, UpdateFlow, start`,
      settings: LARGE_REQUESTS,
      run: (target) => createAndRunTwice(target, make('large', 950 * KIB)),
    }),
  ),
  {
    what: 'a start of the server with 40 executions of a definition of 900 KB',
    settings: LARGE_REQUESTS,
    prepare: async (target) => {
      await create(target, 'wide', waitingFlow('wide', 900 * KIB, 30), 'Standard');
      await startMany(target, ['wide'], 40);
    },
    run: async (target) => {
      await target.restart();
      await delay(3_000);
      return summary([await target.call('DescribeExecution', { FlowName: 'wide', ExecutionName: 'e0' })]);
    },
  },
  {
    what: 'a start of the server with 2,000 executions of ten definitions of 200 KB',
    settings: LARGE_REQUESTS,
    prepare: async (target) => {
      const names = Array.from({ length: 10 }, (_, i) => `wide${i}`);
      for (const name of names) await create(target, name, waitingFlow(name, 200 * KIB, 200), 'Standard');
      await startMany(target, names, 2_000);
    },
    run: async (target) => {
      await target.restart();
      await delay(5_000);
      return summary([await target.call('DescribeExecution', { FlowName: 'wide0', ExecutionName: 'e0' })]);
    },
  },
  {
    what: '34 flows of 950 KB, each started once',
    settings: LARGE_REQUESTS,
    run: async (target) => {
      const answers: string[] = [];
      for (let i = 0; i < 34; i++) {
        await create(target, `f${i}`, manyStates(`f${i}`, 950 * KIB));
        answers.push(await runFlow(target, `f${i}`, { a: 1, b: '' }));
      }
      return [...new Set(answers)].join(', ');
    },
  },
];

/** One state that computes an expression over the input. */
const computing = (name: string, expression: string): object =>
  machine(name, [pass('A', { OutputConstructor: { 'x.$': expression } })]);

/** A state that takes only the status of an answer. */
const asking = (url: string): Readonly<Record<string, unknown>> => ({
  Type: 'Task',
  Name: 'T',
  Action: 'HTTP:Request',
  Parameters: { method: 'GET', url },
  OutputConstructor: { 'n.$': '$Output.Code' },
});

/** A Map that computes the expression for each of so many items. */
function overItems(what: string, expression: string, item: object, count: number): Attack {
  return {
    what: `${what} over ${count.toLocaleString('en')} items`,
    run: async (target) => {
      const map = {
        Type: 'Map',
        Name: 'M',
        ItemsPath: '$Input.list',
        ItemConstructor: { 'x.$': expression },
        Processor: { StartAt: 'P', States: [{ Type: 'Pass', Name: 'P', End: true }] },
      };
      const created = await create(target, 'items', machine('items', [map]));
      return `${created}; ${await runFlow(target, 'items', { list: Array.from({ length: count }, () => item) }, 4)}`;
    },
  };
}

/** One Express flow for each expression, and one call for each input of it, one after the other. */
async function callEach(target: Target, cases: readonly CostlyCase[]): Promise<string> {
  const answers = new Map<string, number>();
  const slowest = { name: '', ms: 0 };
  const flows = new Map<string, string>();
  for (const { name, expression, input, classic } of cases) {
    const Input = `{"list":${stringifyJson(input)}}`;
    // The cases of the classic dialect and those beyond the size of an input are not for this server.
    if (classic || Buffer.byteLength(Input) > 64 * KIB) continue;
    let flow = flows.get(expression);
    if (flow === undefined) {
      flow = `f${flows.size}`;
      flows.set(expression, flow);
      await create(
        target,
        flow,
        computing(flow, `length(jsonToString(${expression.replaceAll('$Input', '$Input.list')}))`),
      );
    }
    const before = mainThreadMs(target.pid) ?? 0;
    const answer = summary([await target.call('StartSyncExecution', { FlowName: flow, Input })]);
    const ms = (mainThreadMs(target.pid) ?? 0) - before;
    if (ms > slowest.ms) Object.assign(slowest, { name, ms });
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  const counts = [...answers].map(([text, times]) => `${text} ×${times}`).join(', ');
  return `${counts}; the slowest: ${slowest.name} (${Math.round(slowest.ms)} ms)`;
}

/** Bytes of each value, so that two of them fit into an input. */
const COSTLY_BYTES = 24 * KIB;

const expressions: readonly Attack[] = [
  {
    what: 'a state that uses up its work, started 30 times at once, three times',
    run: async (target) => {
      const sums = Array.from({ length: 1000 }, (_, i) => [`k${i}.$`, 'intAdd($Input.a, $Input.b)']);
      const created = await create(
        target,
        'sums',
        machine('sums', [pass('A', { OutputConstructor: Object.fromEntries(sums) })]),
      );
      const long = '9'.repeat(1000);
      const input = `{"a":${long},"b":${long}}`;
      const answers = [created];
      for (let round = 0; round < 3; round++) {
        const starts = Array.from({ length: 30 }, () =>
          target.call('StartSyncExecution', { FlowName: 'sums', Input: input }),
        );
        answers.push(summary(await Promise.all(starts)));
      }
      return answers.join('; ');
    },
  },
  overItems('a path of 100,000 segments', `$Item${'.a'.repeat(100_000)}`, { a: 1 }, 5_000),
  overItems('a path of 9,000 segments', `$Item${'.a'.repeat(9_000)}`, { a: 1 }, 5_000),
  overItems('20,000 operands of ||', `$Item.a${' || $Item.a'.repeat(20_000)}`, { a: false }, 2_000),
  overItems('60,000 characters and 9,900 parts of ||', `$Item.ab${' || $Item.ab'.repeat(4_949)}`, { ab: false }, 2_000),
  {
    what: 'every function with every kind of argument of 24 KB',
    run: (target) => callEach(target, functionCases(COSTLY_BYTES)),
  },
  {
    what: 'every operator with every kind of operand of 24 KB',
    run: (target) => callEach(target, operatorCases(COSTLY_BYTES)),
  },
  {
    what: 'stringToJson of 60 KB of long integers, 20 at once',
    run: async (target) => {
      await create(target, 'json', computing('json', 'stringToJson($Input.text)'));
      const text = `[${Array.from({ length: 2_900 }, (_, i) => `1234567890123456${1_000 + i}`).join(',')}]`;
      return runFlow(target, 'json', { text }, 20);
    },
  },
  ...(
    [
      ['stringToJson($Input.text)', '60 KB of empty lists', `[${'[],'.repeat(20_000)}1]`],
      ['stringToJson($Input.text)', '60,000 brackets', '['.repeat(30_000) + ']'.repeat(30_000)],
      ['length(jsonToString(stringToJson($Input.text)))', '60 KB of maps', `[${'{"a":1},'.repeat(7_500)}1]`],
      ['length(jsonToString([$Input, $Input, $Input]))', '60 KB of quotation marks', '"'.repeat(30_000)],
    ] as const
  ).map(
    ([expression, shape, text]): Attack => ({
      what: `${expression} of ${shape}, 20 at once`,
      run: async (target) => {
        const created = await create(target, 'json', computing('json', expression));
        return `${created}; ${await runFlow(target, 'json', { text }, 20)}`;
      },
    }),
  ),
  ...(['long integers', 'empty lists', 'deep'] as const).map(
    (kind): Attack => ({
      what: `an answer of a callee with ${kind === 'deep' ? '100,000 brackets' : `1 MB of ${kind}`}, 8 at once`,
      run: async (target) => {
        const url = `${target.service}/${kind.replace(' ', '-')}`;
        await create(target, 'callee', machine('callee', [asking(url)]));
        return runFlow(target, 'callee', {}, 8);
      },
    }),
  ),
];

const memory: readonly Attack[] = [
  {
    what: '1,600 answers of 1 MB of empty lists, through 40 Maps of 40',
    run: async (target) => {
      const map = {
        Type: 'Map',
        Name: 'M',
        ItemsPath: '$Input.list',
        MaxConcurrency: 40,
        Processor: { StartAt: 'T', States: [{ ...asking(`${target.service}/empty-lists`), End: true }] },
      };
      const created = await create(target, 'answers', machine('answers', [map]));
      return `${created}; ${await runFlow(target, 'answers', { list: Array.from({ length: 40 }, (_, i) => i) }, 40)}`;
    },
  },
  {
    what: '40 calls of a flow that fills $Global and waits, through a Map of 40',
    run: async (target) => {
      const fill = Array.from({ length: 12 }, (_, i) =>
        pass(`G${i}`, {
          GlobalConstructor: Object.fromEntries(Array.from({ length: 4 }, (__, k) => [`k${i}_${k}.$`, '$Input.text'])),
        }),
      );
      const filling = machine('filling', [...fill, { Type: 'Wait', Name: 'W', Seconds: 5 }]);
      await create(target, 'filling', filling);
      const call = {
        Type: 'Task',
        Name: 'C',
        Action: 'FNF:StartSyncExecution',
        Parameters: { flowName: 'filling', input: { 'text.$': '$Input.text' } },
        End: true,
      };
      const map = {
        Type: 'Map',
        Name: 'M',
        ItemsPath: '$Input.list',
        ItemConstructor: { 'text.$': '$Input.text' },
        Processor: { StartAt: 'C', States: [call] },
      };
      await create(target, 'filler', machine('filler', [map]));
      return runFlow(target, 'filler', { list: Array.from({ length: 40 }, (_, i) => i), text: 'x'.repeat(60_000) }, 40);
    },
  },
  {
    what: 'a flow that calls itself in a Map of 40, with 60 KB of input',
    run: async (target) => {
      const call = {
        Type: 'Task',
        Name: 'C',
        Action: 'FNF:StartSyncExecution',
        Parameters: { flowName: 'self', 'input.$': '$Input' },
        End: true,
      };
      const map = {
        Type: 'Map',
        Name: 'M',
        ItemsPath: '$Input.list',
        ItemConstructor: { 'list.$': '$Input.list', 'text.$': '$Input.text' },
        Processor: { StartAt: 'C', States: [call] },
      };
      await create(target, 'self', machine('self', [map]));
      return runFlow(target, 'self', { list: Array.from({ length: 40 }, (_, i) => i), text: 'x'.repeat(60_000) });
    },
  },
  {
    what: 'a Standard flow that starts itself three times without waiting',
    run: async (target) => {
      const states = [1, 2, 3].map((i) => ({
        Type: 'Task',
        Name: `S${i}`,
        Action: 'FNF:StartExecution',
        Parameters: { resourceArn: 'acs:fnf:::flow/runaway', input: {} },
      }));
      const created = await create(target, 'runaway', machine('runaway', states), 'Standard');
      const started = summary([await target.call('StartExecution', { FlowName: 'runaway', ExecutionName: 'e' })]);
      await delay(10_000);
      return `${created}; ${started}`;
    },
  },
  ...[480_000, 128].map(
    (characters): Attack => ({
      what: `states with names of ${characters.toLocaleString('en')} characters, and their history`,
      run: async (target) => {
        const states = Array.from({ length: characters > 128 ? 1 : 1_500 }, (_, i) =>
          pass(`s${i}`.padEnd(characters, 'n')),
        );
        const created = await create(target, 'names', machine('names', states), 'Standard');
        const started = await target.call('StartExecution', { FlowName: 'names', ExecutionName: 'e' });
        const form = { FlowName: 'names', ExecutionName: 'e', Limit: '1000' };
        const history = await target.call('GetExecutionHistory', form);
        return `${created}; ${summary([started])}, ${summary([history])}, ${(history.body.length / MIB).toFixed(1)} MiB`;
      },
    }),
  ),
  {
    what: 'ListFlows of 300 flows with 64 KB of environment each',
    prepare: async (target) => {
      const Variables = Array.from({ length: 15 }, (_, i) => ({
        Name: `v${i}`,
        Value: 'x'.repeat(4_000),
        Description: '',
      }));
      for (let i = 0; i < 300; i++) {
        const Definition = JSON.stringify(machine(`e${i}`, [pass('A')]));
        const form = {
          Name: `e${i}`,
          Type: 'FDL',
          ExecutionMode: 'Express',
          Description: 'x',
          Definition,
          Environment: JSON.stringify({ Variables }),
        };
        await target.call('CreateFlow', form);
      }
    },
    run: async (target) => {
      const answer = await target.call('ListFlows', { Limit: '1000' });
      return `${summary([answer])}, ${(answer.body.length / MIB).toFixed(1)} MiB`;
    },
  },
];

/** Sends bytes on a new connection and resolves with the beginning of what comes back, when the connection ends or after `forMs`. */
function raw({ port }: Target, bytes: string | Buffer, forMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const end = (): void => {
      socket.destroy();
      resolve(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 'closed');
    };
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (/^HTTP\/1\.1 (?!100)\d+/.test(text)) end();
    });
    socket.on('error', end).on('close', end);
    socket.write(bytes);
    setTimeout(end, forMs);
  });
}

const count = (texts: readonly string[]): string =>
  [...new Set(texts)].map((text) => `${text} ×${texts.filter((each) => each === text).length}`).join(', ');

/** An unsigned request with a body. */
function unsigned(body: string, type: string, query = 'Action=ListFlows&Version=2019-03-15'): string {
  return `POST /?${query} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** A body of a known caller with a signature that is wrong. */
function falselySigned(body: string): string {
  const query = `Action=StartSyncExecution&Version=2019-03-15&AccessKeyId=${CREDENTIALS.id}&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=${Math.random()}&Timestamp=${encodeURIComponent(new Date().toISOString().replace(/\.\d+Z$/, 'Z'))}&Signature=AAAAAAAAAAAAAAAAAAAAAAAAAAA%3D`;
  return unsigned(body, 'application/x-www-form-urlencoded', query);
}

/** The same bytes on so many connections at once. */
async function atOnce(target: Target, times: number, bytes: () => string): Promise<string> {
  return count(await Promise.all(Array.from({ length: times }, () => raw(target, bytes(), 20_000))));
}

const strangers: readonly Attack[] = [
  {
    what: '1 MiB of a form with one parameter, a known key and a wrong signature, 8 at once',
    run: (target) => atOnce(target, 8, () => falselySigned(`Input=${'%41'.repeat(349_000)}`)),
  },
  {
    what: '1 MiB of a form with 100,000 parameters, a known key and a wrong signature, 8 at once',
    run: (target) =>
      atOnce(target, 8, () =>
        falselySigned(
          Array.from({ length: 100_000 }, (_, i) => `p${i}=%41`)
            .join('&')
            .slice(0, MIB),
        ),
      ),
  },
  {
    what: 'unsigned JSON of 100,000 brackets, 8 at once',
    run: (target) =>
      atOnce(target, 8, () => unsigned(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'application/json')),
  },
  {
    what: '1 MiB of unsigned JSON with long integers, 8 at once',
    run: async (target) => {
      const body = `{"a":[${'12345678901234567890,'.repeat(49_000)}1]}`;
      return count(
        await Promise.all(Array.from({ length: 8 }, () => raw(target, unsigned(body, 'application/json'), 20_000))),
      );
    },
  },
  {
    what: 'a form of 100,000 parameters, unsigned, 8 at once',
    run: async (target) => {
      const body = Array.from({ length: 100_000 }, (_, i) => `p${i}=%41`)
        .join('&')
        .slice(0, MIB);
      return count(
        await Promise.all(
          Array.from({ length: 8 }, () => raw(target, unsigned(body, 'application/x-www-form-urlencoded'), 20_000)),
        ),
      );
    },
  },
  {
    what: '2,000 connections with heads that never end',
    run: async (target) => {
      const head = `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(15_000)}`;
      const ended = await Promise.all(Array.from({ length: 2_000 }, () => raw(target, head, 25_000)));
      return count(ended);
    },
  },
  {
    what: '500 bodies that never end',
    run: async (target) => {
      const head =
        'POST /?Action=ListFlows&Version=2019-03-15&AccessKeyId=none HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\n';
      const ended = await Promise.all(
        Array.from({ length: 500 }, () => raw(target, `${head}${'a'.repeat(200_000)}`, 25_000)),
      );
      return count(ended);
    },
  },
  {
    what: 'a start of the server without an attack, for comparison',
    run: async (target) => {
      await target.restart();
      await delay(3_000);
      return '–';
    },
  },
  {
    what: 'no attack, for comparison',
    run: async () => {
      await delay(3_000);
      return '–';
    },
  },
];

export const ATTACKS: readonly Attack[] = [...definitions, ...expressions, ...memory, ...strangers];
