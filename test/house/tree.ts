/** The files of the repository: their names relative to the root, with `/`, and their texts. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Folders that a build, a run or an editor makes. */
const MADE = new Set(['node_modules', 'dist', 'coverage']);
const HIDDEN_BUT_OURS = new Set([
  '.ci',
  '.npmrc',
  '.gitignore',
  '.oxlintrc.json',
  '.github',
  '.editorconfig',
  '.gitattributes',
]);

/** Every file of the repository below `folder`, sorted by name. */
export function filesBelow(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    if (MADE.has(entry.name)) continue;
    if (entry.name.startsWith('.') && !HIDDEN_BUT_OURS.has(entry.name)) continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...filesBelow(path));
    else if (entry.isFile()) found.push(path);
  }
  return found.sort();
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The TypeScript files of `src/`, by path, with their texts. */
export function sources(): Map<string, string> {
  const paths = filesBelow('src').filter((path) => path.endsWith('.ts'));
  return new Map(paths.map((path) => [path, read(path)]));
}
