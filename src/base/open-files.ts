/**
 * How many files and connections this process may have open, and who gets them. The operating system has one limit for all. If
 * callers or tasks could use up the whole of it, the store could not open its files, and no module could be loaded.
 */
import { readFileSync } from 'node:fs';

/** For the store, the log, files of users, look-ups of names. */
const OWN = 64;
/** A connection that is idle takes some ten KiB, so no more are accepted unless the settings say so. */
const MOST_CALLERS = 16_384;
const FEWEST = 8;

/** Most connections of callers: what the settings say, and never more than three quarters of the descriptors. */
export function callerConnections(wanted: number | null, limit = openFileLimit()): number {
  const most = Math.max(FEWEST, Math.floor(((limit - OWN) * 3) / 4));
  return Math.min(wanted ?? MOST_CALLERS, most);
}

/** Most connections to the targets of tasks: a quarter of the descriptors. */
export function targetConnections(limit = openFileLimit()): number {
  return Math.max(FEWEST, Math.floor((limit - OWN) / 4));
}

/** The limit of this process on open files. Node has raised it to the highest value that the system allows. */
function openFileLimit(): number {
  const limit = Number(limitText());
  return Number.isInteger(limit) && limit > 0 ? limit : Number.MAX_SAFE_INTEGER;
}

/** Linux has it in a small file. The report of Node has it on other systems; making it takes tens of milliseconds. */
function limitText(): unknown {
  try {
    return /^Max open files +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  } catch {
    const report = process.report.getReport() as unknown as { userLimits?: { open_files?: { soft?: unknown } } };
    return report.userLimits?.open_files?.soft;
  }
}
