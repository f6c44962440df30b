/**
 * The composition root: the only file that reads the command line and the environment, and that names the concrete stores. All
 * other parts get their dependencies as parameters.
 */
import { systemScheduler } from './base/scheduler.ts';
import type { Host } from './cli/host.ts';
import { runProgram } from './cli/program.ts';
import type { Settings } from './config/settings.ts';
import type { Stores } from './store/stores.ts';

const host: Host = {
  argv: process.argv.slice(2),
  env: process.env,
  workingFolder: process.cwd(),
  // A getter, so that standard input is opened only for a command that reads it; a server does not.
  get stdin() {
    return process.stdin;
  },
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  errIsTerminal: process.stderr.isTTY,
  onSignal,
  openStores,
  memoryStores,
};

async function openStores({ store }: Settings): Promise<Stores> {
  if (store.kind === 'memory') return memoryStores();
  const { openSqliteStores } = await import('./store/sqlite/stores.ts');
  return openSqliteStores(store, systemScheduler);
}

async function memoryStores(): Promise<Stores> {
  const { createMemoryStores } = await import('./store/memory/stores.ts');
  return createMemoryStores();
}

/** Exit codes of a process that a signal ends: 128 + the signal's number, as in shells. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

function onSignal(stop: () => void): void {
  let stopping = false;
  for (const [signal, exitCode] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (stopping) process.exit(exitCode);
      stopping = true;
      stop();
    });
  }
}

// A reader such as `head` may close the pipe early. That is no fault, and further output has no reader.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const exitCode = await runProgram(host);
// Exits explicitly: a timer that a user's function left in this process would delay the end.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
