/**
 * The order of the folders of the console's program in the browser, as a function from source texts to faults. Imports run down the
 * list. The screens, folders of `pages/`, have an order of their own: one may show a part of another below it.
 *
 * From the server's sources the program takes types, which cost nothing, and the values of a few files.
 */
import { circles, importsOf, targetOf } from './imports.ts';
import type { Sources } from './imports.ts';

/** Folders of `console/src/`, from the top down. */
export const CONSOLE_FOLDERS: readonly string[] = [
  'main.tsx',
  'shell',
  'pages',
  'editor',
  'graph',
  'parts',
  'app',
  'api',
  'texts',
];

/** The screens that another one shows a part of. Every other screen is by itself. */
export const SHARED_PAGES: Readonly<Record<string, readonly string[]>> = {
  flow: ['executions', 'schedules'],
  flows: ['flow'],
};

/** Files of the server whose values the program may import: small and pure ones, with rules that must not be written twice. */
export const SHARED_FILES: readonly string[] = [
  'src/console/protocol.ts',
  'src/api/names.ts',
  'src/language/dialect.ts',
  'src/schedules/timetable/fields.ts',
];

const ROOT = 'console/src/';

/** The faults against the order, one sentence each. */
export function consoleFaults(sources: Sources): string[] {
  const faults: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [path, text] of sources) {
    const targets: string[] = [];
    if (tierOf(path) < 0) faults.push(`${path}: the table of folders has no ${folderOf(path)}`);
    for (const each of importsOf(text)) {
      if (!each.name.startsWith('.')) continue;
      const target = targetOf(path, each);
      if (target.startsWith(ROOT)) {
        targets.push(target);
        faults.push(...orderFaults(path, target));
      } else if (!each.isType && !SHARED_FILES.includes(target)) {
        faults.push(`${path} imports ${target} of the server, and not as a type`);
      }
    }
    graph.set(path, targets);
  }
  for (const circle of circles(graph)) faults.push(`a circle: ${circle.join(' → ')}`);
  return faults;
}

function orderFaults(path: string, target: string): string[] {
  const [from, to] = [folderOf(path), folderOf(target)];
  if (from === to) return from === 'pages' ? pageFaults(path, target) : [];
  if (tierOf(target) > tierOf(path)) return [];
  return [`${path} imports ${target}: up the folders of the console`];
}

function pageFaults(path: string, target: string): string[] {
  const [from, to] = [pageOf(path), pageOf(target)];
  if (from === to || SHARED_PAGES[from]?.includes(to) === true) return [];
  return [`${path} imports ${target}: across the screens`];
}

/** `console/src/pages/flow/run/form.tsx` → `pages`; `console/src/main.tsx` → `main.tsx`. */
function folderOf(path: string): string {
  return path.slice(ROOT.length).split('/')[0] ?? '';
}

function pageOf(path: string): string {
  return path.slice(ROOT.length).split('/')[1] ?? '';
}

function tierOf(path: string): number {
  return CONSOLE_FOLDERS.indexOf(folderOf(path));
}
