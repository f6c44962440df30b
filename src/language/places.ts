/** Finds the lines of places that are known by their paths: `States[2].OutputConstructor.x.$`. */
import type { Place } from '../base/diagnostic.ts';
import type { Node } from './text/document.ts';
import { pathText, step } from './text/path.ts';
import type { Path } from './text/path.ts';
import { Report } from './text/report.ts';
import { readYaml } from './text/yaml.ts';

/** The places of the paths that the text of a definition has, by their texts. Never throws, for any text. */
export function findPlaces(definition: string, paths: Iterable<string>): ReadonlyMap<string, Place> {
  // As the compiler counts: a byte order mark is no column.
  const body = definition.startsWith('\uFEFF') ? definition.slice(1) : definition;
  const report = new Report(body);
  const root = readYaml(body, report);
  const search = { report, missing: new Set(paths), found: new Map<string, Place>() };
  if (root !== null) look(search, root, null);
  return search.found;
}

interface Search {
  readonly report: Report;
  readonly missing: Set<string>;
  readonly found: Map<string, Place>;
}

/** Looks at the nodes on the way to a missing path only. */
function look(search: Search, node: Node, path: Path): void {
  const { report, missing, found } = search;
  const text = pathText(path);
  if (![...missing].some((wanted) => wanted.startsWith(text))) return;
  if (missing.delete(text)) found.set(text, report.place(node.offset, path));
  if (node.kind === 'list') for (const [i, item] of node.items.entries()) look(search, item, step(path, i));
  if (node.kind === 'map') for (const { key, value } of node.entries.values()) look(search, value, step(path, key));
}
