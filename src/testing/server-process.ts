/**
 * Millrace as its users start it: a process with its environment and settings file. A server that still runs at the end of the
 * test is killed.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atEnd } from './clean-up.ts';
import type { CleanUp } from './clean-up.ts';
import { temporaryFolder } from './temporary-folder.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));

export const ROOT_KEY = { accessKeyId: 'MILLRACETESTKEY0001', accessKeySecret: 'millrace-test-secret-0001' };

/** How a process ended, and everything that it printed. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface MillraceProcess {
  readonly process: ChildProcess;
  /** The output so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when the process has ended and its output is complete. */
  readonly ended: Promise<ProcessEnd>;
}

export interface ProcessOptions {
  /** Added to the machine's environment, from which the variables of Millrace and of the cloud's SDKs are removed. */
  readonly env?: Readonly<Record<string, string>>;
  /** The working folder; that of this process when absent. */
  readonly cwd?: string;
  /** The most files that the process may have open, which a POSIX shell sets; that of this process when absent. */
  readonly openFiles?: number;
  /** The launcher of another version; that of this one when absent. */
  readonly launcher?: string;
}

/** Starts `millrace` with the arguments `argv`. */
export function startMillrace(
  argv: readonly string[],
  { env = {}, cwd, openFiles, launcher = LAUNCHER }: ProcessOptions = {},
): MillraceProcess {
  const limited = openFiles === undefined ? [] : ['sh', '-c', `ulimit -n ${openFiles} && exec "$0" "$@"`];
  const [program = '', ...rest] = [...limited, process.execPath, launcher, ...argv];
  const child = spawn(program, rest, {
    env: { ...cleanEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  // A command that does not read its input may end before all of the input is written.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    ...output,
  }));
  return { process: child, stdout: () => output.stdout, stderr: () => output.stderr, ended };
}

/** Runs `millrace` to its end; `input` is its standard input. */
export async function runMillrace(
  argv: readonly string[],
  options: ProcessOptions & { readonly input?: string | Uint8Array } = {},
): Promise<ProcessEnd> {
  const running = startMillrace(argv, options);
  running.process.stdin?.end(options.input ?? '');
  return running.ended;
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(MILLRACE|ALIBABA|ALICLOUD|NODE_TEST)/.test(name)),
  );
}

export interface ServerProcess extends MillraceProcess {
  /** `http://127.0.0.1:45123` */
  readonly url: string;
  /** `127.0.0.1:45123`, as SDKs want an endpoint. */
  readonly endpoint: string;
  /** The data folder. */
  readonly folder: string;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<ProcessEnd>;
  /** Sends SIGKILL and waits for the end. */
  kill(): Promise<ProcessEnd>;
}

export interface ServerOptions {
  /** The data folder; a new one when absent. */
  readonly folder?: string;
  /** Variables of the environment; `null` removes one that the kit sets. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Text of the settings file. */
  readonly settings?: string;
  readonly openFiles?: ProcessOptions['openFiles'];
  readonly launcher?: ProcessOptions['launcher'];
}

/** Starts a server on a free port of 127.0.0.1, with {@link ROOT_KEY}. Resolves when the server accepts calls. */
export async function startServer(t: CleanUp, options: ServerOptions = {}): Promise<ServerProcess> {
  const folder = options.folder ?? temporaryFolder(t);
  const env: Record<string, string | null> = {
    MILLRACE_LISTEN: '127.0.0.1:0',
    MILLRACE_DATA: folder,
    MILLRACE_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
    MILLRACE_ACCESS_KEY_SECRET: ROOT_KEY.accessKeySecret,
    ...options.env,
  };
  if (options.settings !== undefined) {
    const file = join(temporaryFolder(t), 'millrace.yaml');
    writeFileSync(file, options.settings);
    env['MILLRACE_CONFIG'] = file;
  }
  const running = startMillrace(['serve'], {
    env: withoutNulls(env),
    ...(options.openFiles === undefined ? {} : { openFiles: options.openFiles }),
    ...(options.launcher === undefined ? {} : { launcher: options.launcher }),
  });
  const signal = (name: NodeJS.Signals) => (): Promise<ProcessEnd> => {
    running.process.kill(name);
    return running.ended;
  };
  atEnd(t, signal('SIGKILL'));
  const url = await readyUrl(running);
  return { ...running, url, endpoint: new URL(url).host, folder, stop: signal('SIGTERM'), kill: signal('SIGKILL') };
}

function withoutNulls(env: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== null));
}

async function readyUrl(running: MillraceProcess): Promise<string> {
  const ready = new Promise<string>((resolve) => {
    running.process.stdout?.on('data', () => {
      const url = /^millrace ready (\S+)\n/.exec(running.stdout())?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const failed = running.ended.then((ended) => {
    throw new Error(`the server ended with ${ended.code ?? ended.signal} before it was ready:\n${ended.stderr}`);
  });
  return Promise.race([ready, failed]);
}
