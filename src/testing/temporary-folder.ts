/** Folders for one test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CleanUp } from './clean-up.ts';

/** A fresh folder, removed at the clean-up. */
export function temporaryFolder(t: CleanUp): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
