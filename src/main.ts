/**
 * The composition root: the only file that reads the command line and the environment, and that names the concrete stores. All
 * other parts get their dependencies as parameters.
 */
import { isatty } from 'node:tty';
import { openOutput } from './base/output.ts';
import { systemScheduler } from './base/scheduler.ts';
import { EXIT } from './cli/host.ts';
import type { Host } from './cli/host.ts';
import { runProgram } from './cli/program.ts';
import type { Settings } from './config/settings.ts';
import type { StoreFile } from './store/store-file.ts';
import type { Stores } from './store/stores.ts';
import { parentOf } from './workers/parent.ts';

/** Text of the log and messages that may wait for a slow reader; 8,000 lines of a usual length. */
const HELD_BYTES = 1024 * 1024;
/** At the end of the process, how long a slow reader of messages is waited for. */
const LAST_MESSAGES_MS = 1_000;

// Results wait for a slow reader as long as it takes: `head` and `less` read when they like.
const stdout = openOutput(1, Number.POSITIVE_INFINITY);
const stderr = openOutput(2, HELD_BYTES);

/** Why results could not be written. A reader such as `head` that closes the pipe early is no fault. */
const lostResults: Error[] = [];

const host: Host = {
  argv: process.argv.slice(2),
  program: process.argv[1] ?? '',
  parent: parentOf(process),
  env: process.env,
  workingFolder: process.cwd(),
  // A getter, so that standard input is opened only for a command that reads it; a server does not.
  get stdin() {
    return process.stdin;
  },
  out(text) {
    if (stdout.write(text) || stdout.fault === null || stdout.fault.code === 'EPIPE') return;
    lostResults.push(stdout.fault);
  },
  announce: (text) => void stdout.write(text),
  err: (text) => void stderr.write(text),
  log: stderr,
  errIsTerminal: isatty(2),
  onSignal,
  ignoreSignals,
  onStrayError,
  openStores,
  storeFile,
  memoryStores,
};

async function openStores({ store }: Settings): Promise<Stores> {
  if (store.kind === 'memory') return memoryStores();
  if (store.kind === 'postgres') {
    const { openPostgresStores } = await import('./store/postgres/stores.ts');
    return openPostgresStores(store, systemScheduler);
  }
  const { openSqliteStores } = await import('./store/sqlite/stores.ts');
  return openSqliteStores(store, systemScheduler);
}

async function storeFile({ store }: Settings): Promise<StoreFile | null> {
  if (store.kind !== 'sqlite') return null;
  const { sqliteStoreFile } = await import('./store/sqlite/store-file.ts');
  return sqliteStoreFile(store, systemScheduler);
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

function ignoreSignals(): void {
  for (const signal of Object.keys(SIGNALS)) process.on(signal, () => undefined);
}

function onStrayError(take: (error: unknown) => void): void {
  process.on('uncaughtException', take);
  process.on('unhandledRejection', take);
}

const exitCode = await runProgram(host);
await stdout.flush(null);
const [lost] = lostResults;
if (lost !== undefined) stderr.write(`millrace: the result could not be written: ${lost.message}\n`);
await stderr.flush(LAST_MESSAGES_MS);
// Exits explicitly: a timer that a user's function left in this process would delay the end.
process.exit(exitCode === EXIT.ok && lost !== undefined ? EXIT.failed : exitCode);
