/**
 * Checks that no other user can change the files that a server trusts. A user who can replace the root key or the store can call
 * any action and report for any task (rules.md 3.8).
 *
 * Windows has other permissions; there nothing is checked.
 */
import { fstatSync, lstatSync, readlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { SettingsFault } from './make.ts';

const ROOT_USER = 0;

/**
 * Checks the folder of the root key or of the store. A folder that does not exist is fine: its maker makes it private.
 * @param user id of the user that the process runs as; undefined on Windows. Root may use the folder of another user, as in a
 * container with a mounted folder: root trusts that user.
 * @throws {SettingsFault} for a symbolic link, a folder of another user, or one that others may write to.
 */
export function requirePrivateFolder(folder: string, user = process.getuid?.()): void {
  const found = statsOf(folder);
  if (found === null || user === undefined) return;
  const what = `the data folder ${folder}`;
  if (found.isSymbolicLink()) {
    throw new SettingsFault([
      `${what} is a symbolic link, and who can change the link can replace the root key and the store. Set MILLRACE_DATA to the folder itself: ${readlinkSync(folder)}`,
    ]);
  }
  if (user !== ROOT_USER && isStrangers(found, user)) {
    throw new SettingsFault([
      `${what} belongs to another user (uid ${found.uid}), who can replace the root key and the store. Set MILLRACE_DATA to a folder of the user that runs the server`,
    ]);
  }
  if ((found.mode & 0o022) !== 0) {
    throw new SettingsFault([
      `other users may write to ${what} (mode ${modeOf(found)}), and can replace the root key and the store. Run: chmod go-w '${folder}'`,
    ]);
  }
}

/**
 * Checks the file of the store, if there is one.
 * @throws {SettingsFault} for a symbolic link, a file of another user, or one that others may write to.
 */
export function requirePrivateStore(path: string, user = process.getuid?.()): void {
  const found = statsOf(path);
  if (found === null || user === undefined) return;
  const what = `the store ${path}`;
  if (found.isSymbolicLink()) {
    throw new SettingsFault([
      `${what} is a symbolic link, and who can change the link can replace the store. Name the file itself (MILLRACE_STORE): ${readlinkSync(path)}`,
    ]);
  }
  if (user !== ROOT_USER && isStrangers(found, user)) {
    throw new SettingsFault([
      `${what} belongs to another user (uid ${found.uid}), who can change every flow in it. Make the file yours, if you trust it`,
    ]);
  }
  if ((found.mode & 0o022) !== 0) {
    throw new SettingsFault([
      `other users may write to ${what} (mode ${modeOf(found)}), and can change every flow in it. Run: chmod 600 '${path}'`,
    ]);
  }
}

/**
 * Checks an open file that holds a secret. The caller opens it without following links.
 * @throws {SettingsFault} for a file of another user, or one that others may read or write.
 */
export function requirePrivateFile(path: string, handle: number, user = process.getuid?.()): void {
  if (user === undefined) return;
  const found = fstatSync(handle);
  if (isStrangers(found, user)) {
    throw new SettingsFault([
      `${path} belongs to another user (uid ${found.uid}), who knows the key in it. Delete the file, and the server makes a new key`,
    ]);
  }
  if ((found.mode & 0o077) !== 0) {
    throw new SettingsFault([
      `other users may read or write ${path} (mode ${modeOf(found)}). If none of them did, run: chmod 600 '${path}'. Otherwise delete the file, and the server makes a new key`,
    ]);
  }
}

/** Null if there is nothing, or it cannot be reached: who opens it says so. */
function statsOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}

function isStrangers({ uid }: Stats, user: number): boolean {
  return uid !== user && uid !== ROOT_USER;
}

function modeOf({ mode }: Stats): string {
  return (mode & 0o777).toString(8);
}
