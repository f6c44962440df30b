/**
 * The style sheets of the console, which a browser loads together: a rule of one screen must not change another. So each rule of a screen
 * names a class that this screen defines, and no other screen uses it. The sheets in `styles/` define the classes that screens share.
 */
import { SHARED_PAGES } from './console-folders.ts';
import type { Sources } from './imports.ts';

const SHARED = 'console/src/styles/';
const SCREENS = 'console/src/pages/';

/** The faults of the sheets and the components among the sources, one sentence each. */
export function styleFaults(sources: Sources): string[] {
  const sheets = [...sources].filter(([path]) => path.endsWith('.css')).sort(([a], [b]) => rank(a) - rank(b));
  const faults: string[] = [];
  /** The sheet that defines a class: it has a rule that begins with this class alone. */
  const owners = new Map<string, string>();
  for (const [path, text] of sheets) {
    for (const [, name = ''] of selectorsOf(text).flatMap((selector) => [
      ...selector.matchAll(/^\.([\w-]+)(?![\w.-])/g),
    ])) {
      if (!owners.has(name)) owners.set(name, path);
    }
  }
  for (const [path, text] of sheets) {
    if (isShared(path)) continue;
    for (const selector of selectorsOf(text)) {
      const names = [...selector.matchAll(/\.([a-zA-Z][\w-]*)/g)].map(([, name = '']) => name);
      if (names.length === 0) faults.push(`${path}: ${selector} names no class`);
      else if (names.every((name) => (owners.get(name) ?? path) !== path)) {
        faults.push(`${path}: ${selector} changes a rule of ${owners.get(names[0] ?? '')}`);
      }
    }
  }
  for (const [path, text] of sources) {
    if (!path.endsWith('.tsx')) continue;
    for (const name of classesOf(text)) {
      const owner = owners.get(name);
      if (owner?.startsWith(SCREENS) === true && !mayUse(path, screenOf(owner))) {
        faults.push(`${path} uses .${name} of ${owner}: put its rules into ${SHARED}`);
      }
    }
  }
  return faults;
}

/** Sheets that every screen may rely on. */
function isShared(path: string): boolean {
  return path.startsWith(SHARED) || path.startsWith('console/src/shell/');
}

function rank(path: string): number {
  return isShared(path) ? 0 : 1;
}

function mayUse(path: string, screen: string): boolean {
  const own = path.startsWith(SCREENS) ? screenOf(path) : '';
  return own === screen || (SHARED_PAGES[own]?.includes(screen) ?? false);
}

/** `flows` of `console/src/pages/flows/flow-row.tsx`. */
function screenOf(path: string): string {
  return path.slice(SCREENS.length).split('/')[0] ?? '';
}

/** The selectors of all rules; those inside another rule with the selectors of that one before them. */
function selectorsOf(css: string): string[] {
  const found: string[] = [];
  /** The selectors of the rules that are open; a block such as that of `@media` has those of its own place. */
  const open: string[][] = [[]];
  let head = '';
  for (const part of css.replaceAll(/\/\*[\s\S]*?\*\//g, '').split(/([{};])/)) {
    if (part === '{') {
      const around = open.at(-1) ?? [];
      const own = head.startsWith('@') || isStep(head) ? around : within(around, head);
      if (own !== around) found.push(...own);
      open.push(own);
    } else if (part === '}') open.pop();
    head = part.trim();
  }
  return found;
}

/** A step of an animation. */
function isStep(head: string): boolean {
  return /^(?:from|to|[\d.]+%)/.test(head);
}

function within(around: readonly string[], head: string): string[] {
  const own = head.split(/,(?![^(]*\))/).map((selector) => selector.trim());
  return around.length === 0 ? own : around.flatMap((outer) => own.map((inner) => `${outer} ${inner}`));
}

/** Classes that a component names in texts. A name that it puts together of parts is not found. */
function classesOf(tsx: string): Set<string> {
  const texts = [...tsx.matchAll(/class=(?:"([^"]*)"|\{([^\n]*?)\}(?=[\s/>]))/g)].flatMap(([, plain, code = '']) =>
    plain === undefined ? [...code.matchAll(/'([^']*)'|`([^`]*)`/g)].map(([, a, b = '']) => a ?? b) : [plain],
  );
  const names = texts.flatMap((text) => text.replaceAll(/[\w-]*\$\{[^}]*\}?[\w-]*/g, ' ').split(/\s+/));
  return new Set(names.filter((name) => /^[\w-]+$/.test(name)));
}
