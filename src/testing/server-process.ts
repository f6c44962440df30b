/**
 * Millrace as users start it: a process with its own environment and settings file. The clean-up kills a server that a test
 * leaves running.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CleanUp } from './clean-up.ts';
import { temporaryFolder } from './temporary-folder.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));

export const ROOT_KEY = { accessKeyId: 'MILLRACETESTKEY0001', accessKeySecret: 'millrace-test-secret-0001' };

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when the process has ended and its output is complete. */
  readonly ended: Promise<Ended>;
}

/** Starts the launcher with `argv`. The environment is `env` and that of this process, without the variables of Millrace. */
export function startMillrace(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Running {
  const child = spawn(process.execPath, [LAUNCHER, ...argv], {
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
  // A command that does not read its input may have ended before all of it was written.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    ...output,
  }));
  return { process: child, stdout: () => output.stdout, stderr: () => output.stderr, ended };
}

/** Runs a command to its end. */
export async function runMillrace(
  argv: readonly string[],
  options: { env?: Readonly<Record<string, string>>; input?: string | Uint8Array; cwd?: string } = {},
): Promise<Ended> {
  const running = startMillrace(argv, options.env, options.cwd);
  running.process.stdin?.end(options.input ?? '');
  return running.ended;
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(MILLRACE|ALIBABA|ALICLOUD|NODE_TEST)/.test(name)),
  );
}

export interface Server extends Running {
  /** `http://127.0.0.1:45123` */
  readonly url: string;
  /** `127.0.0.1:45123`, as SDKs want an endpoint. */
  readonly endpoint: string;
  readonly folder: string;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<Ended>;
  /** Sends SIGKILL and waits for the end. */
  kill(): Promise<Ended>;
}

export interface ServerOptions {
  /** The data folder; a fresh one when absent. */
  readonly folder?: string;
  /** Variables; null removes one that would be set otherwise. */
  readonly env?: Readonly<Record<string, string | null>>;
  /** Text of the settings file. */
  readonly settings?: string;
}

/** A server on a free port of loopback with {@link ROOT_KEY}, ready to be called. */
export async function startServer(t: CleanUp, options: ServerOptions = {}): Promise<Server> {
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
  const running = startMillrace(['serve'], withoutNulls(env));
  const url = await readyUrl(running);
  const signal = (name: NodeJS.Signals) => (): Promise<Ended> => {
    running.process.kill(name);
    return running.ended;
  };
  t.after(signal('SIGKILL'));
  return { ...running, url, endpoint: new URL(url).host, folder, stop: signal('SIGTERM'), kill: signal('SIGKILL') };
}

function withoutNulls(env: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== null));
}

async function readyUrl(running: Running): Promise<string> {
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
