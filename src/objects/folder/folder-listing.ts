/**
 * Lists the files of a folder as an object store lists its keys: by the bytes of the whole key. So the slash at the end of the
 * name of a folder takes part in the order. Only the names of one folder on each level are in memory.
 */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { ListedObject } from '../store.ts';

/** How the names of files begin that are being written. A crash can leave one; no listing shows it. */
export const TEMPORARY = '.millrace-writes-';

const PAGE = 1_000;

/** @param root a real path */
export async function* listFolder(root: string, prefix: string): AsyncIterableIterator<readonly ListedObject[]> {
  let page: ListedObject[] = [];
  for await (const entry of walk(root, '', prefix)) {
    page.push(entry);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

async function* walk(root: string, folder: string, prefix: string): AsyncGenerator<ListedObject> {
  for (const { key, isFolder } of await entriesOf(root, folder)) {
    if (isFolder) {
      if (key.startsWith(prefix) || prefix.startsWith(key)) yield* walk(root, key, prefix);
    } else if (key.startsWith(prefix)) {
      const entry = await fileOf(root, key);
      if (entry !== null) yield entry;
    }
  }
}

interface Entry {
  /** Of a folder, with `/` at its end. */
  readonly key: string;
  readonly isFolder: boolean;
}

/** The entries of a folder in the order of their keys. */
async function entriesOf(root: string, folder: string): Promise<Entry[]> {
  const found = await unlessGone(() => readdir(join(root, folder), { withFileTypes: true }), folder === '');
  const entries = (found ?? []).flatMap((each: Dirent): Entry[] => {
    if (each.name.startsWith(TEMPORARY)) return [];
    if (each.isDirectory()) return [{ key: `${folder}${each.name}/`, isFolder: true }];
    // A link to a folder is not followed, because it may lead in a circle.
    return each.isFile() || each.isSymbolicLink() ? [{ key: `${folder}${each.name}`, isFolder: false }] : [];
  });
  return entries
    .map((entry) => ({ entry, bytes: Buffer.from(entry.key) }))
    .sort((a, b) => a.bytes.compare(b.bytes))
    .map(({ entry }) => entry);
}

/** That a real path is below a real folder, which may be the root of the file system. */
export function isInside(root: string, path: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Null for a file that is gone, and for a link that leads out of the folder or to something else than a file. */
async function fileOf(root: string, key: string): Promise<ListedObject | null> {
  const path = await unlessGone(() => realpath(join(root, key)));
  if (path === null || !isInside(root, path)) return null;
  const stats = await unlessGone(() => stat(path, { bigint: true }));
  if (stats === null || !stats.isFile()) return null;
  const { size, mtimeNs } = stats;
  return {
    key,
    eTag: `"${mtimeNs.toString(16)}-${size.toString(16)}"`,
    modifiedMs: Number(mtimeNs / 1_000_000n),
    sizeBytes: Number(size),
    storageClass: 'STANDARD',
  };
}

/** Null when the file was deleted meanwhile, unless it must be there. */
async function unlessGone<T>(work: () => Promise<T>, isNeeded = false): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (!isNeeded && (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP')) return null;
    throw error;
  }
}
