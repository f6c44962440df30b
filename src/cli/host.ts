/**
 * What the commands get from the composition root: the process they run in, and the adapters that only `main.ts`
 * names. Commands write through it and return an exit code; none of them ends the process itself.
 */
import type { Settings } from '../config/settings.ts';
import type { Stores } from '../store/stores.ts';

/** Exit codes, as `millrace --help` lists them. */
export const EXIT = {
  ok: 0,
  /** The command did its work and the answer is no: faults in a definition, a failed execution, a server that could not start. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
} as const;

export interface Host {
  /** The command line after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative paths are relative to. */
  readonly workingFolder: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Writes to standard output: results only. */
  out(text: string): void;
  /** Writes to standard error: everything said to a person. */
  err(text: string): void;
  /** Calls `stop` at SIGTERM and SIGINT; a second signal ends the process at once. */
  onSignal(stop: () => void): void;
  /** Opens the store that the settings name. @throws {StoreFault} when it cannot be opened. */
  openStores(settings: Settings): Promise<Stores>;
  /** A store that lives as long as the process, for a run without a server. */
  memoryStores(): Promise<Stores>;
}

/** A reason not to go on that is the user's to repair; its message is the one sentence that is shown, without a stack. */
export class StartFault extends Error {
  override readonly name = 'StartFault';
}
