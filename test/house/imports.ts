/**
 * The rules about imports, as a function from source texts to faults, so that a test can plant a fault and see it found.
 *
 * Rooms stand in a list and imports run down it. Inside a room files may import each other, without circles; folders
 * inside `store/` are adapters of one port and know nothing of each other. A type import counts like any other.
 */
import { posix } from 'node:path';

/** From the top down; the same list as in ARCHITECTURE.md. */
export const ROOMS = [
  'main.ts',
  'cli',
  'testing',
  'server',
  'wire',
  'auth',
  'operations',
  'scheduler',
  'runtime',
  'actions',
  'messages',
  'outbound',
  'store',
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

/** The rooms without clock, randomness, I/O and waiting. */
export const PURE_ROOMS = ['interpreter', 'conversion', 'language', 'expression', 'signatures'];

/** Which rooms may import which installed module. */
const MODULES: Readonly<Record<string, readonly string[]>> = {
  commander: ['cli'],
  'ipaddr.js': ['auth'],
  pino: ['server'],
  re2js: ['expression'],
  undici: ['outbound'],
  valibot: ['config'],
  yaml: ['language', 'config'],
};

/** Digests and bytes are pure; what is random in `node:crypto` is caught by {@link IMPURE}. */
const NODE_MODULES_OF_PURE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  'node:buffer': ['expression', 'signatures'],
  'node:crypto': ['expression', 'signatures'],
};

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

/** What a file imports, as written: `../base/json.ts`, `yaml`, `node:http`. */
export function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const found: string[] = [];
  for (const pattern of [
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
  ]) {
    for (const match of code.matchAll(pattern)) found.push(match[1] as string);
  }
  return found;
}

/** Drops comments that stand on lines of their own and those after code; `//` inside a text is left alone. */
export function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/(^|[\s;{}(,])\/\/[^\n]*/g, '$1');
}

/** `src/store/sqlite/flows.ts` → `store`; `src/main.ts` → `main.ts`. */
function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** The adapter a file of `store/` belongs to; empty for the port. */
function adapterOf(path: string): string {
  const parts = path.split('/');
  return parts[1] === 'store' && parts.length > 3 ? (parts[2] ?? '') : '';
}

/** Everything that breaks the rules, one sentence each. */
export function importFaults(sources: Sources): string[] {
  const faults: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [path, text] of sources) {
    const room = roomOf(path);
    if (!ROOMS.includes(room)) faults.push(`${path}: there is no room "${room}"`);
    const targets: string[] = [];
    for (const name of importsOf(text)) {
      if (name.startsWith('.')) {
        const target = posix.normalize(posix.join(posix.dirname(path), name));
        if (sources.has(target)) targets.push(target);
        faults.push(...localFaults(path, target, sources));
      } else {
        faults.push(...moduleFaults(path, name));
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
  const from = ROOMS.indexOf(roomOf(path));
  const to = ROOMS.indexOf(roomOf(target));
  if (to < from) return [`${path} imports ${target}: upwards`];
  const adapter = adapterOf(target);
  if (adapter !== '' && adapter !== adapterOf(path) && !NAMES_ADAPTERS.includes(roomOf(path))) {
    return [`${path} imports ${target}: only main.ts and testing/ name a store's adapter`];
  }
  return [];
}

function moduleFaults(path: string, name: string): string[] {
  const room = roomOf(path);
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
  const code = withoutComments(text);
  return IMPURE.filter((pattern) => pattern.test(code)).map((pattern) => `${path} has ${pattern.source}, and is pure`);
}

/** Circles of imports, each once, by depth-first search. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
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
