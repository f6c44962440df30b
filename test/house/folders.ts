/**
 * The order of the folders inside the big rooms, as a function from source texts to faults. Imports run down the tiers of a room,
 * type imports included, and the folders of one tier do not import each other.
 *
 * A file at the top of a room is above the folders that it imports, so these may import it only as a type.
 */
import { importsOf, roomOf, targetOf } from './imports.ts';
import type { Sources } from './imports.ts';

/** Tiers from the top down, by room. */
export const FOLDERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  api: [['contract']],
  actions: [['eventbridge', 'fc', 'http', 'mns', 'oss', 'sms'], ['openapi']],
  console: [['streams']],
  conversion: [['asl', 'classic']],
  expression: [['functions']],
  interpreter: [['decide'], ['apply']],
  language: [['vocabulary'], ['classic', 'graph', 'statemachine'], ['tasks'], ['shared'], ['text']],
  objects: [['items'], ['folder', 'service']],
  operations: [
    ['definitions', 'map-runs', 'messages', 'nodes', 'overviews', 'regions', 'schedules', 'tasks', 'versions'],
    ['executions'],
    ['flows'],
    ['decode'],
  ],
  schedules: [['timetable']],
  runtime: [['children'], ['durable', 'express'], ['driver'], ['flows', 'memory']],
  store: [['memory', 'postgres', 'sqlite']],
  wire: [['api'], ['http']],
};

/** The folder of a file inside its room; empty for a file at the top of the room. */
function folderOf(path: string): string {
  const parts = path.split('/');
  return parts.length > 3 ? (parts[2] ?? '') : '';
}

/** The faults against the order of folders, one sentence each. */
export function folderFaults(sources: Sources): string[] {
  const reach = tiersReached(sources);
  return [...sources].flatMap(([path, text]) => {
    const folder = folderOf(path);
    if (folder === '') return [];
    const tier = tierOf(path);
    if (tier < 0) return [`${path}: the table of folders has no ${roomOf(path)}/${folder}`];
    return importsOf(text).flatMap((each) => {
      const target = targetOf(path, each);
      if (!sources.has(target) || roomOf(target) !== roomOf(path) || folderOf(target) === folder) return [];
      if (folderOf(target) === '') {
        const isDown = each.isType || tier < (reach.get(target) ?? Infinity);
        return isDown ? [] : [`${path} imports ${target}: up, and not as a type`];
      }
      if (tierOf(target) > tier) return [];
      return [`${path} imports ${target}: ${tierOf(target) < tier ? 'up' : 'across'} the folders of ${roomOf(path)}`];
    });
  });
}

function tierOf(path: string): number {
  const folder = folderOf(path);
  return (FOLDERS[roomOf(path)] ?? []).findIndex((tier) => tier.includes(folder));
}

/** For each file at the top of a room: the highest tier that it imports, directly or by another file at the top. */
function tiersReached(sources: Sources): ReadonlyMap<string, number> {
  const reach = new Map<string, number>();
  const tops = [...sources].filter(([path]) => folderOf(path) === '');
  for (let changed = true; changed; ) {
    changed = false;
    for (const [path, text] of tops) {
      const targets = importsOf(text).map((each) => targetOf(path, each));
      const own = targets.filter((target) => sources.has(target) && roomOf(target) === roomOf(path));
      const tiers = own.map((target) => (folderOf(target) === '' ? reach.get(target) : tierOf(target)) ?? Infinity);
      const highest = Math.min(Infinity, ...tiers);
      if (highest === (reach.get(path) ?? Infinity)) continue;
      reach.set(path, highest);
      changed = true;
    }
  }
  return reach;
}
