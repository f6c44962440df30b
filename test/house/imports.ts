/**
 * The rules about imports, as a function from source texts to faults, so that a test can plant a fault and check that it is
 * found.
 *
 * The rooms are a list, and imports run down the list. Inside a room files may import each other, without circles; the folders of
 * `store/` are adapters of one port and do not import each other. A type import counts like any other. `folders.ts` has the order
 * of the folders inside a room, `closures.ts` what a room may pass down.
 */
import { posix } from 'node:path';
import { codeOf, withoutComments } from './source-text.ts';

/** From the top down; the same list as in ARCHITECTURE.md. */
export const ROOMS = [
  'main.ts',
  'cli',
  'testing',
  'workers',
  'server',
  'wire',
  'console',
  'auth',
  'operations',
  'overview',
  'schedules',
  'runtime',
  'objects',
  'actions',
  'messages',
  'outbound',
  'cluster',
  'store',
  'compiler',
  'interpreter',
  'conversion',
  'language',
  'expression',
  'signatures',
  'config',
  'api',
  'base',
];

/** The rooms that choose a store. */
const NAMES_ADAPTERS = ['main.ts', 'testing'];

/** The rooms without clock, randomness, I/O and promises. */
export const PURE_ROOMS = ['interpreter', 'conversion', 'language', 'expression', 'signatures'];

/** The rooms that may import an installed module. */
const MODULES: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli'],
  croner: ['schedules'],
  'csv-parse': ['objects'],
  'ipaddr.js': ['auth'],
  pg: ['store'],
  pino: ['server'],
  re2js: ['expression'],
  undici: ['outbound'],
  valibot: ['config'],
  yaml: ['language', 'config'],
};

/** Digests and bytes are pure; {@link IMPURE} finds the randomness of `node:crypto`. */
const NODE_MODULES_OF_PURE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  'node:buffer': ['expression', 'signatures'],
  'node:crypto': ['expression', 'signatures'],
};

/** Modules that cost too much at a start when an `import` loads them; `base/node-http.ts` says why. A type costs nothing. */
const LOADED_BY_HAND = ['node:http', 'node:https', 'node:tls'];

const IMPURE = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bperformance\.now\b/,
  /\bMath\.random\b/,
  /\b(?:randomUUID|randomBytes|getRandomValues)/,
  /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|fetch)\(/,
  /\bprocess\./,
  /\bawait\b/,
  /\basync\b/,
  /\bnew Promise\b/,
];

export type Sources = ReadonlyMap<string, string>;

export interface Import {
  /** As written: `../base/json.ts`, `yaml`, `node:http`. */
  readonly name: string;
  readonly isType: boolean;
}

/** The imports of a file, re-exports included. */
export function importsOf(text: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  for (const pattern of [
    /^\s*(?:import|export)\b(?<type>\s+type\b)?[^'"`;]*?\bfrom\s*['"](?<name>[^'"]+)['"]/gm,
    /^\s*import\s*['"](?<name>[^'"]+)['"]/gm,
    /\bimport\(\s*['"](?<name>[^'"]+)['"]/g,
  ]) {
    for (const { groups } of code.matchAll(pattern)) {
      found.push({ name: groups?.['name'] ?? '', isType: groups?.['type'] !== undefined });
    }
  }
  return found;
}

/** The file that an import of `path` names. */
export function targetOf(path: string, { name }: Import): string {
  return posix.normalize(posix.join(posix.dirname(path), name));
}

/** `src/store/sqlite/flows.ts` → `store`; `src/main.ts` → `main.ts`. */
export function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** True when the room of the first file is above that of the second. */
export function isAbove(path: string, other: string): boolean {
  return ROOMS.indexOf(roomOf(path)) < ROOMS.indexOf(roomOf(other));
}

/** The adapter of a file of `store/`; empty for the port. */
function adapterOf(path: string): string {
  const parts = path.split('/');
  return parts[1] === 'store' && parts.length > 3 ? (parts[2] ?? '') : '';
}

/** The faults against the rules, one sentence each. */
export function importFaults(sources: Sources): string[] {
  const faults: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [path, text] of sources) {
    const room = roomOf(path);
    if (!ROOMS.includes(room)) faults.push(`${path}: there is no room "${room}"`);
    const targets: string[] = [];
    for (const each of importsOf(text)) {
      if (each.name.startsWith('.')) {
        const target = targetOf(path, each);
        if (sources.has(target)) targets.push(target);
        faults.push(...localFaults(path, target, sources));
      } else {
        faults.push(...moduleFaults(path, each));
      }
    }
    graph.set(path, targets);
    if (PURE_ROOMS.includes(room)) faults.push(...impurities(path, text));
  }
  for (const circle of circles(graph)) faults.push(`a circle: ${circle.join(' → ')}`);
  return faults;
}

function localFaults(path: string, target: string, sources: Sources): string[] {
  if (!target.startsWith('src/')) {
    return target === 'package.json' ? [] : [`${path} imports ${target}, which is outside of src/`];
  }
  if (!sources.has(target)) return [`${path} imports ${target}, which does not exist`];
  if (isAbove(target, path)) return [`${path} imports ${target}: upwards`];
  const adapter = adapterOf(target);
  if (adapter !== '' && adapter !== adapterOf(path) && !NAMES_ADAPTERS.includes(roomOf(path))) {
    return [`${path} imports ${target}: only main.ts and testing/ name a store's adapter`];
  }
  return [];
}

function moduleFaults(path: string, { name, isType }: Import): string[] {
  const room = roomOf(path);
  if (LOADED_BY_HAND.includes(name) && !isType && room !== 'testing') {
    return [`${path} imports ${name}: use base/node-http.ts`];
  }
  if (name.startsWith('node:')) {
    const allowed = !PURE_ROOMS.includes(room) || NODE_MODULES_OF_PURE_ROOMS[name]?.includes(room);
    return allowed ? [] : [`${path} imports ${name}, and ${room}/ is pure`];
  }
  const module = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] as string);
  const rooms = MODULES[module];
  if (rooms === undefined) return [`${path} imports ${module}, which is not in the table of modules`];
  return rooms.includes(room) ? [] : [`${path} imports ${module}, which belongs to ${rooms.join(' and ')}`];
}

function impurities(path: string, text: string): string[] {
  const code = codeOf(text);
  return IMPURE.filter((pattern) => pattern.test(code)).map((pattern) => `${path} has ${pattern.source}, and is pure`);
}

/** Circles of imports, each once, by depth-first search. */
export function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      found.push([...trail.slice(at), path]);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const target of graph.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return found;
}
