/**
 * The attacks: what a caller who may create and start flows can try, and what a stranger can send. Each is the largest that the API
 * accepts, or a little more.
 */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
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
  const states = Array.from({ length: Math.floor(bytes / 140) }, (_, i) =>
    pass(`State${i}`, { OutputConstructor: { 'a.$': `$Input.a`, 'b.$': `format("{}-{}", $Input.b, ${i})` } }),
  );
  return JSON.stringify(machine(name, states)).slice(0);
}

/** A definition of about `bytes`, most of it one list of values. */
function oneList(name: string, bytes: number): string {
  const list = Array.from({ length: Math.floor(bytes / 12) }, (_, i) => ({ n: i }));
  return JSON.stringify(machine(name, [pass('A', { OutputConstructor: { list } })]));
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
    run: (target) => {
      const expression = `$Input.a${' || $Input.a'.repeat(8_000)}`;
      const keys = Array.from({ length: 2_000 }, (_, i) => `        k${i}.$: *e`).join('\n');
      const text = `Type: StateMachine\nSpecVersion: v1\nName: aliases\nStartAt: A\nStates:\n  - Type: Pass\n    Name: A\n    OutputConstructor:\n        k.$: &e "${expression}"\n${keys}\n    End: true\n`;
      return create(target, 'aliases', text);
    },
  },
  ...[
    ['many small states', manyStates],
    ['one long list', oneList],
  ].map(
    ([shape, make]): Attack => ({
      what: `a definition of 1 MB, ${shape as string}: CreateFlow, first start, UpdateFlow, start`,
      run: async (target) => {
        const text = (make as typeof oneList)('large', 950 * KIB);
        const created = await create(target, 'large', text);
        const started = await runFlow(target, 'large', { a: 1, b: '' });
        const updated = summary([await target.call('UpdateFlow', { Name: 'large', Definition: `${text} ` })]);
        return [created, started, updated, await runFlow(target, 'large', { a: 1, b: '' })].join(', ');
      },
    }),
  ),
  {
    what: 'a start of the server with 40 executions of a definition of 1 MB',
    prepare: async (target) => {
      const text = manyStates('wide', 900 * KIB)
        .replace('"Type":"Pass","Name":"State0"', '"Type":"Wait","Seconds":30,"Name":"State0"')
        .replace(/"OutputConstructor":\{[^}]*\},?/, '');
      await create(target, 'wide', text, 'Standard');
      for (let i = 0; i < 40; i++)
        await target.call('StartExecution', { FlowName: 'wide', ExecutionName: `e${i}`, Input: '{"a":1,"b":""}' });
    },
    run: async (target) => {
      await target.restart();
      await delay(3_000);
      return summary([await target.call('DescribeExecution', { FlowName: 'wide', ExecutionName: 'e0' })]);
    },
  },
  {
    what: '34 flows of 1 MB, each started once',
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
  {
    what: 'a path of 100,000 segments over 5,000 items',
    run: async (target) => {
      const path = `$Item${'.a'.repeat(100_000)}`;
      const map = {
        Type: 'Map',
        Name: 'M',
        ItemsPath: '$Input.list',
        ItemConstructor: { 'x.$': path },
        Processor: { StartAt: 'P', States: [{ Type: 'Pass', Name: 'P', End: true }] },
      };
      const created = await create(target, 'path', machine('path', [map]));
      return `${created}; ${await runFlow(target, 'path', { list: Array.from({ length: 5_000 }, () => ({ a: 1 })) })}`;
    },
  },
  {
    what: '60,000 operands of || over 2,000 items',
    run: async (target) => {
      const expression = `$Item.a${' || $Item.a'.repeat(60_000)}`;
      const map = {
        Type: 'Map',
        Name: 'M',
        ItemsPath: '$Input.list',
        ItemConstructor: { 'x.$': expression },
        Processor: { StartAt: 'P', States: [{ Type: 'Pass', Name: 'P', End: true }] },
      };
      const created = await create(target, 'operands', machine('operands', [map]));
      return `${created}; ${await runFlow(target, 'operands', { list: Array.from({ length: 2_000 }, () => ({ a: false })) })}`;
    },
  },
  {
    what: 'stringToJson of 60 KB of long integers, 20 at once',
    run: async (target) => {
      await create(target, 'json', computing('json', 'stringToJson($Input.text)'));
      const text = `[${Array.from({ length: 2_900 }, (_, i) => `1234567890123456${1_000 + i}`).join(',')}]`;
      return runFlow(target, 'json', { text }, 20);
    },
  },
  {
    what: 'an answer of a callee with 1 MB of long integers, 8 at once',
    run: async (target) => {
      const task = {
        Type: 'Task',
        Name: 'T',
        Action: 'HTTP:Request',
        Parameters: { url: `${target.service}/long-integers` },
        OutputConstructor: { 'n.$': '$Output.Code' },
      };
      await create(target, 'callee', machine('callee', [task]));
      return runFlow(target, 'callee', {}, 8);
    },
  },
];

const memory: readonly Attack[] = [
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
        Retry: [{ Errors: ['FnF.ALL'], MaxAttempts: 0 }],
      }));
      await create(target, 'runaway', machine('runaway', states), 'Standard');
      const started = summary([await target.call('StartExecution', { FlowName: 'runaway', ExecutionName: 'e' })]);
      await delay(10_000);
      return started;
    },
  },
  {
    what: 'states with names of 480,000 characters, and their history',
    run: async (target) => {
      const flow = machine('names', [pass('n'.repeat(480_000)), pass('m'.repeat(480_000))]);
      const created = await create(target, 'names', flow, 'Standard');
      const started = await target.call('StartExecution', { FlowName: 'names', ExecutionName: 'e' });
      const history = await target.call('GetExecutionHistory', {
        FlowName: 'names',
        ExecutionName: 'e',
        Limit: '1000',
      });
      return `${created}; ${summary([started])}, ${summary([history])}`;
    },
  },
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

const strangers: readonly Attack[] = [
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
    what: 'no attack, for comparison',
    run: async () => {
      await delay(3_000);
      return '–';
    },
  },
];

export const ATTACKS: readonly Attack[] = [...definitions, ...expressions, ...memory, ...strangers];
