/**
 * A bucket that is a folder of this machine. The key is the path in it.
 *
 * Invariants:
 * - No key leads out of the folder, neither by its text nor by a symbolic link.
 * - A file is open only while one piece of it is read. Size and time of change, before and after, show that it is still the same.
 * - A file is written under another name, and renamed when it is on disk.
 */
import { constants } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Ids } from '../../base/ids.ts';
import type { Scheduler } from '../../base/scheduler.ts';
import { bucketName, changed, malformed, objectName, refuseAborted } from '../faults.ts';
import { ObjectFault } from '../ports.ts';
import type { SourceMark } from '../ports.ts';
import { isSameMark, PIECE_BYTES } from '../store.ts';
import type { Bucket, ListedObject, StoredFile } from '../store.ts';
import { folderFault } from './folder-fault.ts';
import { isInside, listFolder, TEMPORARY } from './folder-listing.ts';

export interface FolderParts {
  /** Virtual time waits for the disk. */
  readonly scheduler: Pick<Scheduler, 'outside'>;
  readonly ids: Ids;
}

export class FolderBucket implements Bucket {
  readonly #name: string;
  readonly #folder: string;
  readonly #parts: FolderParts;

  constructor(name: string, folder: string, parts: FolderParts) {
    this.#name = name;
    this.#folder = folder;
    this.#parts = parts;
  }

  async open(key: string, signal: AbortSignal): Promise<StoredFile> {
    refuseAborted(objectName(this.#name, key), signal);
    const stats = await this.#of(key, 'read', async () => stat(await this.#path(key), { bigint: true }));
    this.#refuseOtherThanFile(key, stats);
    const mark = markOf(stats);
    return {
      mark,
      sizeBytes: Number(stats.size),
      read: (offset, readSignal) => this.#read(key, mark, offset, readSignal),
    };
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterableIterator<readonly ListedObject[]> {
    const root = await this.#of(null, 'list', () => realpath(this.#folder));
    const pages = listFolder(root, prefix);
    for (;;) {
      refuseAborted(bucketName(this.#name), signal);
      const page = await this.#of(null, 'list', () => pages.next());
      if (page.done === true) return;
      yield page.value;
    }
  }

  async put(key: string, body: Buffer, signal: AbortSignal): Promise<void> {
    refuseAborted(objectName(this.#name, key), signal);
    await this.#of(key, 'write', () => this.#write(key, body));
  }

  /** Carries out work on the disk. */
  async #of<T>(key: string | null, what: 'read' | 'list' | 'write', work: () => Promise<T>): Promise<T> {
    try {
      return await this.#parts.scheduler.outside(work());
    } catch (error) {
      throw folderFault(error, this.#name, key, what);
    }
  }

  #refuseOtherThanFile(key: string, stats: BigIntStats): void {
    if (!stats.isFile()) throw malformed(objectName(this.#name, key), 'is no file; name a file in the folder');
  }

  async #read(key: string, mark: SourceMark, offset: number, signal: AbortSignal): Promise<Buffer> {
    refuseAborted(objectName(this.#name, key), signal);
    return this.#of(key, 'read', async () => {
      const path = await this.#path(key);
      // Opening a pipe would wait for its writer.
      this.#refuseOtherThanFile(key, await stat(path, { bigint: true }));
      const file = await open(path, constants.O_RDONLY);
      try {
        const buffer = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, Number(mark['size']) - offset));
        let length = 0;
        while (length < buffer.length) {
          const { bytesRead } = await file.read(buffer, length, buffer.length - length, offset + length);
          if (bytesRead === 0) break;
          length += bytesRead;
        }
        const after = markOf(await file.stat({ bigint: true }));
        if (!isSameMark(mark, after) || length < buffer.length) {
          throw changed(objectName(this.#name, key));
        }
        return buffer;
      } finally {
        await file.close();
      }
    });
  }

  /** The real path of what a key names, which exists. */
  async #path(key: string): Promise<string> {
    const root = await realpath(this.#folder);
    const path = await realpath(join(root, ...this.#segments(key)));
    this.#refuseOutside(key, root, path);
    return path;
  }

  #segments(key: string): string[] {
    const segments = key.split('/');
    if (
      segments.some((each) => each === '' || each === '.' || each === '..' || each.includes(sep) || each.includes('\0'))
    ) {
      throw new ObjectFault(
        'Unusable',
        `${objectName(this.#name, key)} can be no file: the bucket is a folder, and the key has a part that is empty, "." or "..", ` +
          'or a character that no file name can have',
      );
    }
    return segments;
  }

  #refuseOutside(key: string, root: string, path: string): void {
    if (isInside(root, path)) return;
    throw new ObjectFault(
      'Forbidden',
      `${objectName(this.#name, key)} is behind a symbolic link that leads out of the folder of the bucket; put the file into the folder`,
    );
  }

  async #write(key: string, body: Buffer): Promise<void> {
    const root = await realpath(this.#folder);
    const segments = this.#segments(key);
    let folder = root;
    for (const segment of segments.slice(0, -1)) {
      folder = await folderIn(join(folder, segment));
      this.#refuseOutside(key, root, folder);
    }
    const path = join(folder, segments.at(-1) ?? '');
    const temporary = join(dirname(path), `${TEMPORARY}${this.#parts.ids.uuid()}`);
    try {
      const file = await open(temporary, 'wx');
      try {
        await file.writeFile(body);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(dirname(path));
  }
}

/** The real path of a folder, which is made if it is not there. */
async function folderIn(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeFolder(path);
    return realpath(path);
  }
}

/**
 * Makes one folder durably, or finds that another writer has made it. Not `recursive`: with that, Node tries for ever where the system
 * says that the parent, which is there, is not, and calls a file system that may only be read a missing folder.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes the new name of a file durable. Some systems cannot open a folder; there the name becomes durable soon enough by itself. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL'].includes(String((error as NodeJS.ErrnoException).code))) throw error;
  }
}

/** Nanoseconds, because a file can change twice in a millisecond. A double cannot hold them. */
function markOf({ size, mtimeNs }: BigIntStats): SourceMark {
  return { size: Number(size), modifiedNs: String(mtimeNs) };
}
