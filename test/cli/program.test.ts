/** The command line: help, hints, exit codes, and the commands that need no server. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runMillrace } from '../../src/testing/server-process.ts';
import { answerJson, startService } from '../../src/testing/http-service.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HELLO = join(ROOT, 'examples/hello.yaml');

describe('the command line', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const ended = await runMillrace(['--version']);
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, `${version}\n`, '']);
  });

  it('shows an example for each command, and the exit codes', async () => {
    const general = await runMillrace(['--help']);
    assert.equal(general.code, 0);
    for (const command of ['serve', 'validate', 'convert', 'run', 'why', 'redrive']) {
      assert.match(general.stdout, new RegExp(`\\$ millrace ${command}`));
      const help = await runMillrace([command, '--help']);
      assert.equal(help.code, 0);
      assert.match(help.stdout, new RegExp(`Examples?:\\n  \\$ millrace ${command}`));
    }
    assert.match(general.stdout, /Exit codes:\n {2}0 .*\n {2}1 .*\n.*\n {2}2 /);
  });

  it('shows its help without arguments', async () => {
    const ended = await runMillrace([]);
    assert.equal(ended.code, 0);
    assert.match(ended.stdout, /^Usage: millrace/);
  });

  for (const [argv, hint] of [
    [['sevre'], /unknown command 'sevre'.*Did you mean serve\?/s],
    [['validate', '--mod', 'standard', HELLO], /unknown option '--mod'.*Did you mean --mode\?/s],
    [['validate'], /missing required argument 'file'/],
    [['validate', '--mode', 'fast', HELLO], /Write express or standard/],
    [['run', HELLO, '--env', 'x'], /name=value/],
    [['serve', 'now'], /too many arguments/],
    [['why', 'f'], /missing required argument 'execution'/],
    [['redrive', 'f', 'e', '--jsn'], /unknown option '--jsn'.*Did you mean --json\?/s],
  ] as const) {
    it(`answers "millrace ${argv.join(' ').replace(ROOT, '')}" with a hint and exit code 2`, async () => {
      const ended = await runMillrace(argv);
      assert.equal(ended.code, 2);
      assert.equal(ended.stdout, '');
      assert.match(ended.stderr, hint);
      assert.match(ended.stderr, /--help/);
    });
  }
});

describe('millrace validate', () => {
  it('prints nothing on standard output and exits with 0 for good definitions', async () => {
    const examples = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.yaml'));
    const files = examples.map((name) => join(ROOT, 'examples', name));
    const standard = await runMillrace(['validate', '--mode', 'standard', ...files]);
    assert.deepEqual([standard.code, standard.stdout], [0, '']);
    assert.match(standard.stderr, /checked as Standard: no errors, no warnings/);
    const express = await runMillrace(['validate', join(ROOT, 'examples', 'hello.yaml')]);
    assert.deepEqual([express.code, express.stdout], [0, '']);
    assert.match(express.stderr, /checked as Express: no errors, no warnings/);
  });

  it('prints each fault of each file as file:line:column: severity: message', async (t) => {
    const folder = temporaryFolder(t);
    const bad = join(folder, 'bad.yaml');
    writeFileSync(
      bad,
      'Type: StateMachine\nSpecVersion: v1\nName: x\nStartAt: Nowhere\nStates:\n  - {Name: A, Type: Pass, Next: B}\n  - {Name: W, Type: Wait, Seconds: 900, End: true}\n',
    );
    const missing = join(folder, 'missing.yaml');
    const ended = await runMillrace(['validate', bad, HELLO, missing]);
    assert.equal(ended.code, 1);
    const lines = ended.stdout.trimEnd().split('\n');
    for (const line of lines) assert.match(line, /^.+\.yaml:\d+:\d+: (error|warning): \S/);
    assert.ok(
      lines.some((line) => line.startsWith(`${bad}:4:10: error: `) && line.includes('Nowhere')),
      ended.stdout,
    );
    assert.ok(
      lines.some((line) => line.startsWith(`${bad}:6:`) && line.includes('B')),
      ended.stdout,
    );
    assert.ok(
      lines.some((line) => line.startsWith(`${bad}:7:`)),
      ended.stdout,
    );
    assert.ok(
      lines.some((line) => line.startsWith(`${missing}:1:1: error: `)),
      ended.stdout,
    );
  });

  it('reads standard input, and checks for the mode', async () => {
    const wait =
      'Type: StateMachine\nSpecVersion: v1\nName: x\nStartAt: W\nStates:\n  - {Name: W, Type: Wait, Seconds: 100, End: true}\n';
    const express = await runMillrace(['validate', '-'], { input: wait });
    assert.equal(express.code, 1);
    assert.match(express.stdout, /^<stdin>:6:\d+: error: .*\n$/);
    const standard = await runMillrace(['validate', '--mode', 'Standard', '-'], { input: wait });
    assert.deepEqual([standard.code, standard.stdout], [0, '']);
  });

  it('names the encoding of a text that is not UTF-8', async () => {
    const wide = await runMillrace(['validate', '-'], { input: Buffer.from('\ufeffType: StateMachine', 'utf16le') });
    assert.equal(wide.code, 1);
    assert.match(wide.stdout, /^<stdin>:1:1: error: .*UTF-16/);
  });
});

describe('millrace run', () => {
  it('prints the reply as JSON and exits with 0 when the execution succeeded', async () => {
    const ended = await runMillrace(['run', HELLO, '--input', '{"name":"Ada"}', '--name', 'trial']);
    assert.equal(ended.code, 0, ended.stderr);
    const reply = JSON.parse(ended.stdout) as Record<string, unknown>;
    assert.equal(reply['Status'], 'Succeeded');
    assert.equal(reply['Output'], '{"greeting":"Hello, Ada!"}');
    assert.equal(reply['FlowName'], 'hello');
    assert.match(String(reply['Name']), /^trial:[0-9a-f-]{36}$/);
  });

  it('reads the input from a file or from standard input', async (t) => {
    const file = join(temporaryFolder(t), 'input.json');
    writeFileSync(file, '{"name":"文"}');
    for (const options of [
      { input: `@${file}`, stdin: '' },
      { input: '-', stdin: '{"name":"文"}' },
    ]) {
      const ended = await runMillrace(['run', HELLO, '--input', options.input], { input: options.stdin });
      assert.match(ended.stdout, /Hello, 文!/, ended.stderr);
    }
  });

  it('exits with 1 when the execution failed, and prints the reply', async () => {
    const flow =
      'Type: StateMachine\nSpecVersion: v1\nName: f\nStartAt: F\nStates: [{Name: F, Type: Fail, Code: No, Detail: never}]\n';
    const ended = await runMillrace(['run', '-'], { input: flow });
    assert.equal(ended.code, 1);
    const reply = JSON.parse(ended.stdout) as Record<string, unknown>;
    assert.deepEqual([reply['Status'], reply['ErrorCode'], reply['ErrorMessage']], ['Failed', 'No', 'never']);
  });

  it('calls tasks, mapped functions of the settings file, and reads environment variables', async (t) => {
    const service = await startService(t, (request, _body, response) => answerJson(response, { path: request.url }));
    const folder = temporaryFolder(t);
    writeFileSync(
      join(folder, 'double.mjs'),
      'export const handler = (event) => ({ doubled: JSON.parse(event).n * 2 });\n',
    );
    writeFileSync(join(folder, 'millrace.yaml'), 'functions:\n  double: {module: double.mjs}\n');
    writeFileSync(
      join(folder, 'flow.yaml'),
      `Type: StateMachine
SpecVersion: v1
Name: tasks
StartAt: Get
States:
  - Name: Get
    Type: Task
    Action: HTTP:Request
    Parameters: {method: GET, url.$: $Environment.url}
    OutputConstructor: {path.$: $Output.Body.path}
    Next: Double
  - Name: Double
    Type: Task
    Action: FC:InvokeFunction
    Parameters: {resourceArn: "acs:fc:::functions/double/LATEST", invocationType: Sync, body: {n: 21}}
    OutputConstructor: {path.$: $Input.path, body.$: $Output.Body}
    End: true
`,
    );
    const ended = await runMillrace(['run', join(folder, 'flow.yaml'), '--env', `url=${service.url}/a?b=c`], {
      env: { MILLRACE_CONFIG: join(folder, 'millrace.yaml') },
      cwd: folder,
    });
    assert.equal(ended.code, 0, `${ended.stdout}${ended.stderr}`);
    const reply = JSON.parse(ended.stdout) as Record<string, unknown>;
    assert.equal(reply['Output'], '{"path":"/a?b=c","body":{"doubled":42}}');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.millrace')),
      [],
      'nothing is stored',
    );
  });

  it('prints the faults of a wrong definition and does not run it', async () => {
    const ended = await runMillrace(['run', '-'], { input: 'Type: StateMachine\n' });
    assert.equal(ended.code, 1);
    assert.equal(ended.stdout, '');
    assert.match(ended.stderr, /^<stdin>:\d+:\d+: error: /);
  });

  it('names the fault of an input', async () => {
    for (const [input, says] of [
      ['{', /Input/],
      ['[]', /object/],
      ['@/no/such/file', /no such file/],
    ] as const) {
      const ended = await runMillrace(['run', HELLO, '--input', input]);
      assert.equal(ended.code, 1);
      assert.match(ended.stderr, says);
      assert.doesNotMatch(ended.stderr, /\n\s+at /);
    }
  });

  it('shows warnings', async () => {
    const ended = await runMillrace(['run', HELLO, '--input', '{}']);
    assert.equal(ended.code, 0);
    assert.match(ended.stderr, /warning: .*\$Input\.name/);
  });

  it('shows the state and the line of a path without a value, in both dialects', async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, 'warned.yaml');
    writeFileSync(
      file,
      `Type: StateMachine
SpecVersion: v1
Name: warned
StartAt: Each
States:
  - Type: Map
    Name: Each
    ItemsPath: $Input.items
    Processor:
      StartAt: In
      States:
        - Type: Choice
          Name: In
          Branches: [{ Condition: $Input.list, Next: "Out\\e[31m" }]
          Default: "Out\\e[31m"
        - Type: Pass
          Name: "Out\\e[31m"
          OutputConstructor:
            "a b": { deep.$: $Input.none.x }
          End: true
    End: true
`,
    );
    const { code, stderr } = await runMillrace(['run', file, '--input', '{"items":[{"list":[1]}]}']);
    assert.equal(code, 0);
    const lines = stderr.trimEnd().split('\n');
    assert.match(
      lines[0] ?? '',
      /warned\.yaml:14:35: warning: in state In, the condition \$Input\.list is neither true/,
    );
    assert.match(
      lines[1] ?? '',
      /warned\.yaml:19:30: warning: in state Out\ufffd\[31m, the path \$Input\.none\.x .* \(States\[0\].*OutputConstructor\["a b"\]\.deep\.\$\)$/,
    );
    const classic = join(folder, 'classic.yaml');
    writeFileSync(
      classic,
      'version: v1\ntype: flow\nname: classic\nsteps:\n  - type: pass\n    name: One\n    inputMappings:\n      - { target: a, source: $input.none.x }\n',
    );
    const other = await runMillrace(['run', classic]);
    assert.match(other.stderr, /classic\.yaml:8:30: warning: in state One, the path \$input\.none\.x leads nowhere/);
  });
});
