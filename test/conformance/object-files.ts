/**
 * The buckets of a case: folders of the product's own object store, with the files that the case gives. They outlive the server, as
 * the store does.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type JsonValue, parseJson, stringifyJson } from '../../src/base/json.ts';
import type { Settings } from '../../src/config/settings.ts';
import { testSettings } from '../../src/testing/test-settings.ts';
import type { Case, ObjectFiles } from './case.ts';
import { hideRuns } from './map-run-names.ts';

/** The time of change of every file, which listings show: seconds since 1970, 2026-01-01T00:00:00Z. */
const CHANGED_SECONDS = Date.UTC(2026, 0, 1) / 1000;

export class ObjectBuckets {
  readonly #given: ObjectFiles;
  readonly #folder: string;

  constructor({ objects }: Case) {
    this.#given = objects;
    this.#folder = mkdtempSync(join(tmpdir(), 'millrace-case-'));
    for (const [bucket, files] of Object.entries(objects)) {
      mkdirSync(join(this.#folder, bucket), { recursive: true });
      for (const [key, content] of Object.entries(files)) this.#write(join(this.#folder, bucket, key), content);
    }
  }

  /** The settings of a server whose buckets these are. */
  settings(): Settings {
    const buckets = { '*': { type: 'folder', path: this.#folder } };
    return testSettings(JSON.stringify({ history: { keep: 'forever' }, objects: { buckets } }));
  }

  /** Compares the files that were written with those that are expected. */
  *differences(expected: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>): Generator<string> {
    for (const [bucket, files] of Object.entries(expected)) {
      const written = Object.fromEntries(this.#written(bucket));
      if (isDeepStrictEqual(written, parseJson(JSON.stringify(files)))) continue;
      const [wanted, got] = [JSON.stringify(files), stringifyJson(written)];
      yield `objects of the bucket ${bucket}:\n  expected ${wanted}\n  got      ${got}`;
    }
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(path: string, content: string | { readonly base64: string }): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : Buffer.from(content.base64, 'base64'));
    utimesSync(path, CHANGED_SECONDS, CHANGED_SECONDS);
  }

  *#written(bucket: string): Generator<[string, JsonValue]> {
    const folder = join(this.#folder, bucket);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const key = path.slice(folder.length + 1);
      if (this.#given[bucket]?.[key] !== undefined) continue;
      yield [hideRuns(key), parseJson(hideRuns(readFileSync(path, 'utf8')))];
    }
  }
}
