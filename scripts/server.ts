/** Starts a server as users do, for the other scripts: a separate process on a free port. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

export interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** Starts the server with its data in `folder`; resolves with its address when it is ready. */
export async function startMillrace(folder: string, key: Key): Promise<{ process: ChildProcess; url: string }> {
  const server = spawn(process.execPath, [join(ROOT, 'bin/millrace.js'), 'serve'], {
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MILLRACE_'))),
      MILLRACE_LISTEN: '127.0.0.1:0',
      MILLRACE_DATA: folder,
      MILLRACE_ACCESS_KEY_ID: key.accessKeyId,
      MILLRACE_ACCESS_KEY_SECRET: key.accessKeySecret,
      MILLRACE_LOG: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A separate process group, so that Ctrl-C reaches only this script, which then stops the server once.
    detached: true,
  });
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /^millrace ready (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return { process: server, url };
  }
  throw new Error('the server ended before it was ready; see its messages above');
}

/** Stops the server, unless it has ended, and waits for its end. */
export async function stopMillrace(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGTERM');
  await once(server, 'exit');
}
