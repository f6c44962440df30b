/** The expected histories of the cases that run: `histories/<id>.txt`, in the form of `history-text.ts`. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const HISTORIES_FOLDER = join(import.meta.dirname, 'histories');

export function historyFile(id: string): string {
  return join(HISTORIES_FOLDER, `${id}.txt`);
}

/** Null when there is none. */
export function expectedHistory(id: string): string | null {
  const file = historyFile(id);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** Ids of the cases that have an expected history. */
export function expectedHistoryIds(): string[] {
  if (!existsSync(HISTORIES_FOLDER)) return [];
  return readdirSync(HISTORIES_FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.txt'))
    .map((name) => name.slice(0, -'.txt'.length).replaceAll('\\', '/'))
    .sort();
}
