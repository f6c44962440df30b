/**
 * The process in which the commands run, and the adapters that only `main.ts` names. Commands write through the host and return
 * an exit code; they never end the process.
 */
import type { Output } from '../base/output.ts';
import type { Settings } from '../config/settings.ts';
import type { StoreFile } from '../store/store-file.ts';
import type { Stores } from '../store/stores.ts';
import type { Parent } from '../workers/parent.ts';

/** Exit codes, as `millrace --help` lists them. */
export const EXIT = {
  ok: 0,
  /** The command could not do its work, or its result is negative: errors in a definition, a failed execution. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
} as const;

export interface Host {
  /** The command line after the program's name. */
  readonly argv: readonly string[];
  /** The module of Node that is this program, for a process that runs it with another command line. */
  readonly program: string;
  /** The process that has started this one as its worker; null for one that was started otherwise. */
  readonly parent: Parent | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The base of relative paths. */
  readonly workingFolder: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Writes to standard output: results only. Text that no one can read any more is lost, without an error. */
  out(text: string): void;
  /** Writes to standard output a line for the program that has started this one. It may be lost. */
  announce(text: string): void;
  /** Writes to standard error: messages for people. They may be lost. */
  err(text: string): void;
  /** True if a person reads standard error, and no file or other program does. */
  readonly errIsTerminal: boolean;
  /** Standard error, for a log, which counts the lines that are lost. */
  readonly log: Pick<Output, 'write' | 'fault'>;
  /** Calls `stop` at SIGTERM and SIGINT; a second signal ends the process at once. */
  onSignal(stop: () => void): void;
  /** Does nothing at SIGTERM and SIGINT, however many come. */
  ignoreSignals(): void;
  /** Passes errors that no one has caught to `take`, instead of ending the process: thrown by callbacks, rejected by promises. */
  onStrayError(take: (error: unknown) => void): void;
  /** Opens the store that the settings name. @throws {StoreFault} when it cannot be opened. */
  openStores(settings: Settings): Promise<Stores>;
  /** The file of the store that the settings name, for work beside the server; null for a store that is no file. */
  storeFile(settings: Settings): Promise<StoreFile | null>;
  /** Stores in memory, for a run without a server. */
  memoryStores(): Promise<Stores>;
}

/** Ends the command because of a fault that the user can correct. Only its message is shown, one sentence without a stack. */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}

/** The command line names something that does not exist; the exit code is {@link EXIT.usage}. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault';
}
