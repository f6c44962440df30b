/**
 * The root key that a server makes for itself at its first start, when environment and file give none: kept in the
 * data folder, readable by its user only, and never changed again (decisions.md 6.1).
 */
import { randomBytes, randomInt } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { SettingsFault } from './make.ts';
import { Secret } from './settings.ts';

export interface RootKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: Secret;
  /** True when it was made now, and so has to be shown once. */
  readonly created: boolean;
  readonly file: string;
}

const FILE_NAME = 'root-key.json';
const KEY_FILE = v.strictObject({
  accessKeyId: v.pipe(v.string(), v.nonEmpty()),
  accessKeySecret: v.pipe(v.string(), v.nonEmpty()),
});

/**
 * The key of a data folder, made when there is none. Two servers that start at once end up with the same key.
 * @throws {SettingsFault} when the file cannot be read, written or understood.
 */
export function loadOrCreateRootKey(dataFolder: string): RootKey {
  const file = join(dataFolder, FILE_NAME);
  return explaining(file, () => readKey(file) ?? createKey(dataFolder, file));
}

/**
 * The key of a data folder as a server has made it; null when there is none yet.
 * @throws {SettingsFault} when the file cannot be read or understood.
 */
export function readRootKey(dataFolder: string): RootKey | null {
  const file = join(dataFolder, FILE_NAME);
  return explaining(file, () => readKey(file));
}

/** Does `work`, and says of a file that cannot be used which one it is. */
function explaining<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SettingsFault) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsFault([`the root key ${file} cannot be read or made: ${reason}`]);
  }
}

function readKey(file: string): RootKey | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const checked = v.safeParse(v.pipe(v.string(), v.parseJson(), KEY_FILE), text);
  // No detail: the text is a secret.
  if (!checked.success)
    throw new SettingsFault([`${file} does not hold a key; put back a copy, or delete it and a new key is made`]);
  const { accessKeyId, accessKeySecret } = checked.output;
  return { accessKeyId, accessKeySecret: new Secret(accessKeySecret), created: false, file };
}

/** Written aside and then linked to its name, so that a crash or a second server never sees half a key. */
function createKey(dataFolder: string, file: string): RootKey {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const accessKeyId = `LTAI5t${randomText(18)}`;
  const accessKeySecret = randomText(30);
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = openSync(aside, 'wx', 0o600);
  try {
    writeSync(handle, `${JSON.stringify({ accessKeyId, accessKeySecret }, null, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(aside, file);
  } catch (error) {
    const other = error instanceof Error && 'code' in error && error.code === 'EEXIST' ? readKey(file) : null;
    if (other === null) throw error;
    return other;
  } finally {
    rmSync(aside);
  }
  return { accessKeyId, accessKeySecret: new Secret(accessKeySecret), created: true, file };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
