/**
 * The composition root: the one file that reads the command line and the environment, and the one that names the
 * concrete stores. Everything below gets what it needs handed over.
 */
import type { Host } from './cli/host.ts';
import { runProgram } from './cli/program.ts';
import type { Settings } from './config/settings.ts';
import type { Stores } from './store/stores.ts';

const host: Host = {
  argv: process.argv.slice(2),
  env: process.env,
  workingFolder: process.cwd(),
  // Opened when a command reads it; a server never does.
  get stdin() {
    return process.stdin;
  },
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  onSignal,
  openStores,
  memoryStores,
};

async function openStores({ store }: Settings): Promise<Stores> {
  if (store.kind === 'memory') return memoryStores();
  const { openSqliteStores } = await import('./store/sqlite/stores.ts');
  return openSqliteStores(store);
}

async function memoryStores(): Promise<Stores> {
  const { createMemoryStores } = await import('./store/memory/stores.ts');
  return createMemoryStores();
}

/** Exit codes of a process that a signal ended, by the shells' convention of 128 + number. */
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

// A reader that has seen enough, such as `head`, closes the pipe: no fault of the command, and nobody left to tell.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const exitCode = await runProgram(host);
// Not by running out of work: a function of the user's, called in this process, may have left a timer behind.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
