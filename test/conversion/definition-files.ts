/**
 * Reads `definitions/NAME.yaml`: definitions of our own in the style of public ones, with their expected results, which follow
 * from the public specification of Amazon States Language.
 *
 * A file has `definition` (the text), `stub: true` for `--stub`, `notes` (the beginnings of notes that must be there), and
 * `runs` with `input`, `tasks` and `output` or `error`. A task is `call` (a function, a flow or a URL), `with` (its event, input
 * or body) and `returns`, or `fails` with `[error, cause]`; each is called once, or `times`. `TOKEN` is the token of the task.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { JsonObject, JsonValue } from '../../src/base/json.ts';

export interface ExpectedTask {
  readonly call: string;
  readonly with?: JsonValue;
  readonly returns?: JsonValue;
  readonly fails?: readonly [error: string, cause: string] | null;
  readonly times?: number;
}

export interface DefinitionRun {
  readonly input?: JsonObject;
  readonly tasks?: readonly ExpectedTask[];
  readonly output?: JsonValue;
  readonly error?: string;
}

export interface DefinitionFile {
  readonly name: string;
  readonly definition: string;
  readonly stub?: boolean;
  readonly notes?: readonly string[];
  readonly runs: readonly DefinitionRun[];
}

const FOLDER = new URL('definitions/', import.meta.url);

export function readDefinitions(): DefinitionFile[] {
  return readdirSync(FOLDER)
    .toSorted()
    .map((file) => ({
      ...(parse(readFileSync(new URL(file, FOLDER), 'utf8'), { merge: true }) as Omit<DefinitionFile, 'name'>),
      name: file.replace('.yaml', ''),
    }));
}

/** The tasks of a run that have not been called yet. */
export class ExpectedTasks {
  readonly #left: { task: ExpectedTask; times: number }[];

  constructor({ tasks = [] }: DefinitionRun) {
    this.#left = tasks.map((task) => ({ task, times: task.times ?? 1 }));
  }

  /** Takes the next task with this event, and this target if it is known; null for none. */
  take(event: JsonValue, target: string | null): ExpectedTask | null {
    const found = this.#left.find(
      ({ task, times }) =>
        times > 0 && (target === null || task.call === target) && isDeepStrictEqual(task.with ?? null, event),
    );
    if (found === undefined) return null;
    found.times--;
    return found.task;
  }

  left(): ExpectedTask[] {
    return this.#left.filter(({ times }) => times > 0).map(({ task }) => task);
  }
}
