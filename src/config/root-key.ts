/**
 * The root key that a server makes at its first start if the settings have none. Its file in the data folder is readable
 * by the server's user only and never changes (rules.md 3.8).
 */
import { randomBytes, randomInt } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../base/text.ts';
import * as v from 'valibot';
import { SettingsFault } from './make.ts';
import { requirePrivateFile, requirePrivateFolder } from './private-files.ts';
import { Secret } from './settings.ts';

export interface RootKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: Secret;
  /** True if this call made the key, so that the caller has to show it once. */
  readonly created: boolean;
  readonly file: string;
}

/** The name of its file in the data folder. */
export const ROOT_KEY_FILE = 'root-key.json';
const KEY_FILE = v.strictObject({
  accessKeyId: v.pipe(v.string(), v.nonEmpty()),
  accessKeySecret: v.pipe(v.string(), v.nonEmpty()),
});

/**
 * Returns the key of a data folder, and makes one if there is none. Two servers that start at once get the same key.
 * @throws {SettingsFault} when the file cannot be read or created, contains no key, or is not private.
 */
export function loadOrCreateRootKey(dataFolder: string): RootKey {
  const file = join(dataFolder, ROOT_KEY_FILE);
  requirePrivateFolder(dataFolder);
  return explaining(file, () => readKey(file) ?? createKey(dataFolder, file));
}

/**
 * Returns the key that a server has made in a data folder, or null for none.
 * @throws {SettingsFault} when the file cannot be read, contains no key, or is not private.
 */
export function readRootKey(dataFolder: string): RootKey | null {
  const file = join(dataFolder, ROOT_KEY_FILE);
  return explaining(file, () => readKey(file));
}

/** Adds the name of the file to the errors of `work`. */
function explaining<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SettingsFault) throw error;
    throw new SettingsFault([`the root key ${file} cannot be read or created: ${reasonOf(error)}`]);
  }
}

function readKey(file: string): RootKey | null {
  const text = readPrivate(file);
  if (text === null) return null;
  const checked = v.safeParse(v.pipe(v.string(), v.parseJson(), KEY_FILE), text);
  // No details, because the text is a secret.
  if (!checked.success) {
    throw new SettingsFault([
      `${file} does not contain a valid key; restore a backup, or delete the file and the server makes a new key`,
    ]);
  }
  const { accessKeyId, accessKeySecret } = checked.output;
  return { accessKeyId, accessKeySecret: new Secret(accessKeySecret), created: false, file };
}

/** The text of the file, or null for none. Checks the file that it has opened, so that no one can exchange it in between. */
function readPrivate(file: string): string | null {
  let handle: number;
  try {
    // Windows has no O_NOFOLLOW.
    handle = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT') return null;
    if (code !== 'ELOOP') throw error;
    throw new SettingsFault([
      `${file} is a symbolic link, and the server does not follow one to its root key. Put the file itself there, or name the key in MILLRACE_ACCESS_KEY_ID and MILLRACE_ACCESS_KEY_SECRET`,
    ]);
  }
  try {
    requirePrivateFile(file, handle);
    return readFileSync(handle, 'utf8');
  } finally {
    closeSync(handle);
  }
}

/** Writes a temporary file and links it to the name, so that a second server or a restart never reads half a key. */
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
