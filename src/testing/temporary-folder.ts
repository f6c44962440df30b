/** Folders for one test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from './clean-up.ts';
import type { CleanUp } from './clean-up.ts';

/** A new, empty folder, removed at the end of the test. */
export function temporaryFolder(t: CleanUp): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
