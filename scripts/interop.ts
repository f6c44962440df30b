/**
 * `npm run interop`: runs the programs of `examples/<language>/` against a server that this script starts, each with the client
 * library or tool for its language. Prints one line for each program: passed; failed, with its output; or skipped, with the
 * reason, when its tool chain or its client is not available. The exit code is 1 when a program failed.
 *
 * `npm run interop -- python go` runs only these two. The tools download the clients from the registries in their own
 * configuration. The script writes only to a temporary folder, which it removes at the end.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { startMillrace, stopMillrace } from './server.ts';
import type { Key } from './server.ts';

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url));
const BUILD_LIMIT_MS = 600_000;
const RUN_LIMIT_MS = 180_000;

type Command = readonly [program: string, ...parameters: string[]];

interface Example {
  /** Its folder below `examples/`. */
  readonly name: string;
  readonly client: string;
  /** Programs of the tool chain. Without one of them the example is skipped. */
  readonly needs: readonly string[];
  /** Commands that download the client. If one fails, the example is skipped. */
  readonly obtain: readonly Command[];
  readonly build: readonly Command[];
  readonly run: Command;
  readonly environment?: Readonly<Record<string, string>>;
}

const MAVEN = ['mvn', '-B', '-q', '-ntp'] as const;

/** Commands run in a copy of the example's folder; `tools` is a folder for the files of the tools. */
function examplesFor(tools: string): readonly Example[] {
  const python = (name: string, client: string): Example => ({
    name,
    client,
    needs: ['python3'],
    obtain: [
      ['python3', '-m', 'venv', 'venv'],
      ['venv/bin/python', '-m', 'pip', 'install', '--quiet', '--no-cache-dir', '-r', 'requirements.txt'],
    ],
    build: [],
    run: ['venv/bin/python', 'example.py'],
  });
  const repository = `-Dmaven.repo.local=${join(tools, 'maven')}`;
  return [
    python('python', 'alibabacloud_fnf20190315'),
    python('python-old', 'aliyun-python-sdk-fnf'),
    {
      name: 'go',
      client: 'github.com/alibabacloud-go/fnf-20190315/v3',
      needs: ['go'],
      obtain: [['go', 'mod', 'tidy']],
      build: [
        ['go', 'vet', '.'],
        ['go', 'build', '-o', 'example', '.'],
      ],
      run: ['./example'],
    },
    {
      name: 'java',
      client: 'com.aliyun:fnf20190315',
      needs: ['mvn'],
      obtain: [[...MAVEN, repository, 'dependency:resolve', 'dependency:resolve-plugins']],
      build: [[...MAVEN, repository, 'compile']],
      run: [...MAVEN, repository, 'exec:java'],
    },
    {
      name: 'terraform',
      client: 'aliyun/alicloud',
      needs: ['bash', 'terraform'],
      obtain: [['terraform', 'init', '-no-color', '-input=false']],
      build: [['terraform', 'validate', '-no-color']],
      run: ['bash', 'example.sh'],
    },
    {
      name: 'aliyun-cli',
      client: 'aliyun',
      needs: ['bash', 'jq', 'aliyun'],
      obtain: [],
      build: [['bash', '-n', 'example.sh']],
      run: ['bash', 'example.sh'],
      // The CLI writes its settings below the home folder.
      environment: { HOME: tools },
    },
  ];
}

/** The environment of this process without the variables of Millrace, with the caches of all tools below `tools`. */
function environmentFor(tools: string, url: string, key: Key): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:MILLRACE|ALIBABA|ALICLOUD)/.test(name));
  return {
    ...Object.fromEntries(own),
    MILLRACE_ENDPOINT: url,
    MILLRACE_ACCESS_KEY_ID: key.accessKeyId,
    MILLRACE_ACCESS_KEY_SECRET: key.accessKeySecret,
    GOPATH: join(tools, 'go'),
    GOMODCACHE: join(tools, 'go', 'pkg', 'mod'),
    GOCACHE: join(tools, 'go', 'cache'),
    // Go makes its modules read-only by default; then the folder could not be removed.
    GOFLAGS: `${process.env['GOFLAGS'] ?? ''} -modcacherw`.trim(),
  };
}

function isThere(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}

interface Place {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Aborts when the user stops the script. */
  readonly stop: AbortSignal;
}

interface Ran {
  /** How the command failed; null when it succeeded. */
  readonly fault: string | null;
  readonly output: string;
  readonly tookMs: number;
}

/** Runs a command to its end. After `limitMs` it kills the command and its child processes. */
async function run([program, ...parameters]: Command, limitMs: number, place: Place): Promise<Ran> {
  place.stop.throwIfAborted();
  const startedMs = performance.now();
  const child = spawn(program, parameters, {
    cwd: place.folder,
    env: place.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  let fault: string | null = null;
  const end = (reason: string): void => {
    fault = reason;
    // The whole process group, which includes the processes that a build tool has started.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  };
  const limit = setTimeout(() => end(`did not end within ${limitMs / 1000} seconds`), limitMs);
  const onStop = (): void => end('was stopped');
  place.stop.addEventListener('abort', onStop, { once: true });
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (code !== 0) fault ??= `ended with ${code ?? signal}`;
  } catch (error) {
    fault = (error as Error).message;
  } finally {
    clearTimeout(limit);
    place.stop.removeEventListener('abort', onStop);
  }
  place.stop.throwIfAborted();
  return { fault, output, tookMs: performance.now() - startedMs };
}

/** The line of a tool's output that most likely says why it failed. */
function reasonIn(output: string): string {
  const lines = stripVTControlCharacters(output).split('\n');
  const said = lines.map((line) => line.trim()).filter((line) => line !== '');
  return said.find((line) => /\berror\b|not found|forbidden|could not|cannot/i.test(line)) ?? said.at(-1) ?? '';
}

interface Outcome {
  readonly word: 'passed' | 'failed' | 'skipped';
  readonly text: string;
}

function failure(command: Command, { fault, output }: Ran): Outcome {
  return { word: 'failed', text: `${command.join(' ')} ${fault}\n${output.trimEnd().replace(/^/gm, '  ')}` };
}

async function play(example: Example, place: Place): Promise<Outcome> {
  const missing = example.needs.filter((program) => !isThere(program));
  if (missing.length > 0) return { word: 'skipped', text: `there is no ${missing.join(' and no ')} on this machine` };
  cpSync(join(EXAMPLES, example.name), place.folder, { recursive: true });
  for (const command of example.obtain) {
    const { fault, output } = await run(command, BUILD_LIMIT_MS, place);
    if (fault === null) continue;
    return { word: 'skipped', text: `${command.join(' ')} ${fault}: ${reasonIn(output)}` };
  }
  for (const command of example.build) {
    const ran = await run(command, BUILD_LIMIT_MS, place);
    if (ran.fault !== null) return failure(command, ran);
  }
  const ran = await run(example.run, RUN_LIMIT_MS, place);
  if (ran.fault !== null) return failure(example.run, ran);
  return { word: 'passed', text: `with ${example.client} in ${(ran.tookMs / 1000).toFixed(1)} s` };
}

function chosen(examples: readonly Example[], names: readonly string[]): readonly Example[] {
  for (const name of names) {
    if (examples.some((example) => example.name === name)) continue;
    throw new Error(`there is no example "${name}": ${examples.map((example) => example.name).join(', ')}`);
  }
  return names.length === 0 ? examples : examples.filter((example) => names.includes(example.name));
}

/** Runs the examples one after the other; resolves with false when one failed. */
async function interop(names: readonly string[], stop: AbortSignal): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-interop-'));
  const tools = join(folder, 'tools');
  const key = { accessKeyId: 'interop', accessKeySecret: randomBytes(18).toString('base64url') };
  try {
    const examples = chosen(examplesFor(tools), names);
    const millrace = await startMillrace(join(folder, 'data'), key);
    try {
      const environment = environmentFor(tools, millrace.url, key);
      let good = true;
      for (const example of examples) {
        const { word, text } = await play(example, {
          folder: join(folder, example.name),
          environment: { ...environment, ...example.environment },
          stop,
        });
        console.log(`${word.padEnd(8)}${example.name.padEnd(12)}${text}`);
        if (word === 'failed') good = false;
      }
      return good;
    } finally {
      await stopMillrace(millrace.process);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => stop.abort(new Error('stopped before the end')));
}
try {
  process.exitCode = (await interop(process.argv.slice(2), stop.signal)) ? 0 : 1;
} catch (error) {
  console.error(`interop: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
