/**
 * The files of the results of one Map run, in the form of Amazon States Language. Memory holds at most one file of each kind, and the budget
 * of the executions counts it.
 */
import { assert } from '../base/assert.ts';
import { stringifyJson } from '../base/json.ts';
import type { JsonObject } from '../base/json.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { ResultWriting } from './ports.ts';
import type { Bucket } from './store.ts';

/** A file ends before the record that would make it larger. A record that is larger has a file of its own. */
export const RESULT_FILE_BYTES = 4 * 1_048_576;

type Kind = Parameters<ResultWriting['write']>[0];

export interface ResultParts {
  readonly bucket: Bucket;
  readonly bucketName: string;
  /** Of all files of this Map run: empty, or with `/` at its end. */
  readonly prefix: string;
  readonly mapRunName: string;
  readonly memory: MemoryBudget;
  readonly signal: AbortSignal;
}

interface WrittenFile {
  readonly Key: string;
  readonly Size: number;
}

/** The records of one kind. */
class Group {
  readonly files: WrittenFile[] = [];
  texts: string[] = [];
  bytes = 0;
}

export class Results implements ResultWriting {
  readonly #parts: ResultParts;
  readonly #groups: Readonly<Record<Kind, Group>> = {
    FAILED: new Group(),
    PENDING: new Group(),
    SUCCEEDED: new Group(),
  };
  #isBusy = false;

  constructor(parts: ResultParts) {
    this.#parts = parts;
  }

  async check(): Promise<void> {
    await this.#alone(() => this.#put(this.#keyOf('SUCCEEDED', 0), '[]\n'));
  }

  async write(kind: Kind, record: JsonObject): Promise<void> {
    await this.#alone(async () => {
      const group = this.#groups[kind];
      const text = stringifyJson(record);
      const bytes = Buffer.byteLength(text) + SEPARATOR.length;
      if (group.bytes > 0 && group.bytes + bytes > RESULT_FILE_BYTES) await this.#flush(kind);
      group.texts.push(text);
      group.bytes += bytes;
      this.#parts.memory.add(bytes);
    });
  }

  async finish(): Promise<{ readonly bucket: string; readonly key: string }> {
    const { bucketName, prefix, mapRunName } = this.#parts;
    const key = `${prefix}manifest.json`;
    await this.#alone(async () => {
      for (const kind of KINDS) if (this.#groups[kind].bytes > 0) await this.#flush(kind);
      const files = KINDS.map((kind) => [kind, this.#groups[kind].files] as const);
      const manifest = {
        DestinationBucket: bucketName,
        MapRunName: mapRunName,
        ResultFiles: Object.fromEntries(files),
      };
      await this.#put(key, `${JSON.stringify(manifest)}\n`);
    });
    return { bucket: bucketName, key };
  }

  close(): void {
    for (const kind of KINDS) this.#drop(kind);
  }

  async #flush(kind: Kind): Promise<void> {
    const group = this.#groups[kind];
    const key = this.#keyOf(kind, group.files.length);
    const size = await this.#put(key, `[${group.texts.join(SEPARATOR)}]\n`);
    group.files.push({ Key: key, Size: size });
    this.#drop(kind);
  }

  #drop(kind: Kind): void {
    const group = this.#groups[kind];
    this.#parts.memory.remove(group.bytes);
    group.bytes = 0;
    group.texts = [];
  }

  #keyOf(kind: Kind, index: number): string {
    return `${this.#parts.prefix}${kind}_${index}.json`;
  }

  /** Returns the size in bytes. */
  async #put(key: string, text: string): Promise<number> {
    const body = Buffer.from(text);
    await this.#parts.bucket.put(key, body, this.#parts.signal);
    return body.length;
  }

  async #alone(work: () => Promise<unknown>): Promise<void> {
    assert(!this.#isBusy, 'calls of a writer do not overlap');
    this.#isBusy = true;
    try {
      await work();
    } finally {
      this.#isBusy = false;
    }
  }
}

const KINDS = ['FAILED', 'PENDING', 'SUCCEEDED'] as const;
const SEPARATOR = ',\n';
