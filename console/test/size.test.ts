/** The size of what a browser loads: of every screen but the editor, and of all. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { WEB_FOLDER } from '../build.ts';
import { ensureBuilt } from './support/built-console.ts';

const KB = 1000;

before(ensureBuilt);

/** Files that the browser loads before anyone opens an editor: the page, what it names, and what those import at once. */
function firstFiles(): Set<string> {
  const files = new Set(['index.html', ...namesIn(read('index.html'), /(?:href|src)="([^"]+)"/g)]);
  for (const file of files) {
    if (file.endsWith('.js'))
      for (const name of namesIn(read(file), /from\s*"\.\/([^"]+)"|import\s*"\.\/([^"]+)"/g)) files.add(name);
  }
  for (const file of readdirSync(WEB_FOLDER)) if (/^layout-worker-.*\.js$/.test(file)) files.add(file);
  return files;
}

function read(file: string): string {
  return readFileSync(join(WEB_FOLDER, file), 'utf8');
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '');
}

/** Bytes as they go over the network. */
function sentBytes(files: Iterable<string>): number {
  let bytes = 0;
  for (const file of files) {
    const compressed = join(WEB_FOLDER, `${file}.br`);
    bytes += statSync(readdirSync(WEB_FOLDER).includes(`${file}.br`) ? compressed : join(WEB_FOLDER, file)).size;
  }
  return bytes;
}

test('all screens without the editor are 80 KB compressed at most', () => {
  const bytes = sentBytes(firstFiles());
  assert.ok(bytes <= 80 * KB, `${bytes} bytes`);
});

test('with the editor they are 250 KB compressed at most', () => {
  const all = readdirSync(WEB_FOLDER).filter((file) => !/\.(?:br|gz)$/.test(file));
  const bytes = sentBytes(all);
  assert.ok(bytes <= 250 * KB, `${bytes} bytes`);
});
