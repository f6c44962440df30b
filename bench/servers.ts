/** Starts and stops the measured servers, each as a separate process. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection } from './connection.ts';
import type { Answer } from './connection.ts';
import { signedRequest } from './requests.ts';

export const CREDENTIALS = { id: 'BenchAccessKey', secret: 'bench-access-key-secret' };

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url));

export interface Server {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
  /** Ends it at once, unless it has ended. */
  kill(): Promise<void>;
}

/** Runs a script with this Node, and waits until it prints the line `ready` with its URL. */
async function startServer(script: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Server> {
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const port = await readPort(child, script);
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function readPort(child: ChildProcess, script: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const port = /ready https?:\/\/\S+:(\d+)\s/.exec(text)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on('exit', (code) => reject(new Error(`${script} ended with ${code} before it was ready:\n${text}`)));
  });
}

export async function startBaseline(kind: 'signed' | 'plain' | 'durable'): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const server = await startServer(join(CHECKOUT, 'bench/baseline-server.ts'), [kind], {
    ...process.env,
    BENCH_KEY_ID: CREDENTIALS.id,
    BENCH_KEY_SECRET: CREDENTIALS.secret,
    BENCH_FILE: join(folder, 'by-hand.db'),
  });
  return {
    ...server,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * `millrace serve` with default settings: SQLite in a new folder, authentication and logging on.
 * @param settings text of a settings file
 * @param checkout folder with the Millrace to start
 */
export async function startMillrace(settings = '', checkout = CHECKOUT): Promise<Server> {
  const data = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const server = await startMillraceOn(data, settings, checkout);
  return {
    ...server,
    async stop() {
      await server.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The same on an existing data folder, which is not removed. */
export async function startMillraceOn(data: string, settings = '', checkout = CHECKOUT): Promise<Server> {
  const config = join(data, 'millrace.yaml');
  await writeFile(config, settings);
  return startServer(join(checkout, 'bin/millrace.js'), ['serve'], {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MILLRACE_'))),
    MILLRACE_LISTEN: '127.0.0.1:0',
    MILLRACE_CONFIG: config,
    MILLRACE_DATA: data,
    MILLRACE_ACCESS_KEY_ID: CREDENTIALS.id,
    MILLRACE_ACCESS_KEY_SECRET: CREDENTIALS.secret,
  });
}

/** One signed call on a new connection. */
export async function call(port: number, action: string, form: Readonly<Record<string, string>>): Promise<Answer> {
  const connection = await Connection.open(port);
  try {
    return await connection.send(signedRequest(`127.0.0.1:${port}`, CREDENTIALS, action, form));
  } finally {
    connection.close();
  }
}

export async function createFlow(
  port: number,
  name: string,
  definition: string,
  mode: 'Express' | 'Standard' = 'Express',
): Promise<void> {
  const form = { Name: name, Type: 'FDL', ExecutionMode: mode, Description: 'benchmark', Definition: definition };
  const answer = await call(port, 'CreateFlow', form);
  if (answer.status !== 200) throw new Error(`CreateFlow answered ${answer.status} ${answer.body.toString()}`);
}

/** The time that all threads of a process have computed so far, in seconds; null on a system without `/proc`. */
export function cpuSeconds(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    // User and system time, in hundredths.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}

/** The time for which the first thread of a process had a processor, in milliseconds; null on a system without `/proc`. */
export function mainThreadMs(pid: number): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return null;
  }
}

/** The resident memory of a process in MB; null on a system without `/proc`. */
export function residentMb(pid: number): number | null {
  return memoryMb(pid, 'VmRSS');
}

/** The most resident memory that a process has had, in MB; null on a system without `/proc`. */
export function peakMb(pid: number): number | null {
  return memoryMb(pid, 'VmHWM');
}

function memoryMb(pid: number, line: 'VmRSS' | 'VmHWM'): number | null {
  try {
    const kb = new RegExp(`^${line}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? null : (Number(kb) * 1024) / 1e6;
  } catch {
    return null;
  }
}
