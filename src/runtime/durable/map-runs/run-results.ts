/** The place of the results of one Map run: the bucket and the prefix of its ResultWriter. */
import type { JsonObject } from '../../../base/json.ts';
import type { MapCommand } from '../../../interpreter/commands.ts';
import type { ResultWriting } from '../../../objects/ports.ts';
import { textOf } from './item-source.ts';
import type { MapRunParts } from './parts.ts';
import type { Progress } from './progress.ts';
import { writeResults } from './results.ts';
import type { PendingItem } from './results.ts';

export class RunResults {
  readonly #parts: MapRunParts;
  readonly #run: MapCommand['run'];
  /** Id of the execution, and key of the run in it. */
  readonly #id: number;
  readonly #key: number;
  readonly #flowName: string;

  constructor(
    parts: MapRunParts,
    { run }: MapCommand,
    { id, key, flowName }: { id: number; key: number; flowName: string },
  ) {
    this.#parts = parts;
    this.#run = run;
    this.#id = id;
    this.#key = key;
    this.#flowName = flowName;
  }

  /** Finds out whether the place can be written, if the run has a ResultWriter. @throws {ObjectFault} */
  async check(signal: AbortSignal): Promise<void> {
    const writing = await this.#open(signal);
    if (writing === null) return;
    try {
      await writing.check();
    } finally {
      writing.close();
    }
  }

  /**
   * Writes the results. Every entry of the log has to be durable.
   * @returns the output of the state; null for a run without a ResultWriter
   * @throws {ObjectFault}
   */
  async write(progress: Progress, pending: readonly PendingItem[], signal: AbortSignal): Promise<JsonObject | null> {
    const writing = await this.#open(signal);
    if (writing === null) return null;
    const { store, turns } = this.#parts;
    const run = { flowName: this.#flowName, execution: this.#id, key: this.#key, mapRunName: this.#run.name };
    try {
      return await writeResults({ store, turns, ...run }, writing, progress, pending);
    } finally {
      writing.close();
    }
  }

  async #open(signal: AbortSignal): Promise<ResultWriting | null> {
    const { writer, name } = this.#run;
    if (writer === undefined) return null;
    const place = { bucket: textOf(writer, 'Bucket'), prefix: textOf(writer, 'Prefix') };
    return this.#parts.objects.openResults(place, name, signal);
  }
}
