/** Makes our nodes from those of the YAML library: keys and values of JSON, aliases resolved and bounded, merge keys applied. */
import { cut } from '../../base/text.ts';
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Alias, Pair, ParsedNode, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { LongNumber } from '../../base/json.ts';
import { longNumber, MAX_DEPTH } from '../../base/json.ts';
import { halfPairIn } from '../../base/unicode.ts';
import type { MapEntry, MapNode, Node, ScalarNode } from './document.ts';
import { describe, isNull, quote } from './document.ts';
import { DEFINITION_CHARACTERS } from '../limits.ts';
import type { Path } from './path.ts';
import { step } from './path.ts';
import type { Report } from './report.ts';

/** Nodes that all aliases together may unfold to (rules.md 6.1). A text of a few hundred bytes could unfold to gigabytes. */
const MAX_ALIASED = 100_000;
/** Characters of keys and values, in UTF-16 units, that all aliases together may unfold to: the same again as a definition. */
const MAX_ALIASED_CHARACTERS = DEFINITION_CHARACTERS;

export class NodeBuilder {
  readonly #report: Report;
  readonly #references: ReadonlySet<number>;
  /** Null while the value of the anchor is being read: an alias to it would be a cycle. */
  readonly #anchors = new Map<string, Node | null>();
  #aliased = 0;
  #aliasedCharacters = 0;
  #refused = false;

  /** `references`: offsets of the values of `!Ref service/function`. */
  constructor(report: Report, references: ReadonlySet<number>) {
    this.#report = report;
    this.#references = references;
  }

  build(root: ParsedNode | null): Node | null {
    if (root === null) return null;
    const node = this.#node(root, null, 1);
    return this.#refused ? null : node;
  }

  #node(source: ParsedNode, path: Path, depth: number): Node {
    if (isAlias(source)) return this.#alias(source, path, depth);
    const { anchor } = source;
    if (anchor !== undefined) this.#anchors.set(anchor, null);
    let node: Node;
    if (isMap(source)) node = this.#map(source, path, depth);
    else if (isSeq(source)) node = this.#list(source, path, depth);
    else node = this.#scalar(source, path);
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    return node;
  }

  #alias(alias: Alias.Parsed, path: Path, depth: number): Node {
    const [offset] = alias.range;
    const target = this.#anchors.get(alias.source);
    if (target === undefined) {
      const hint = this.#report.didYouMean(alias.source, this.#anchors.keys());
      this.#report.add(
        'unknown-anchor',
        offset,
        path,
        `there is no anchor &${cut(alias.source, 60)} before this alias${hint}`,
      );
      return nothing(offset);
    }
    if (target === null) {
      this.#report.add(
        'alias-cycle',
        offset,
        path,
        `the alias *${cut(alias.source, 60)} is inside the value that it names`,
      );
      return nothing(offset);
    }
    this.#aliased += target.size;
    this.#aliasedCharacters += target.characters;
    if (this.#aliased > MAX_ALIASED) {
      return this.#refuse('alias-expansion', offset, path, `aliases unfold to more than ${MAX_ALIASED} values`);
    }
    if (this.#aliasedCharacters > MAX_ALIASED_CHARACTERS) {
      const message = `aliases unfold to more than ${MAX_ALIASED_CHARACTERS} characters; write a long value once, and pass it on as data`;
      return this.#refuse('alias-expansion', offset, path, message);
    }
    if (depth + target.height - 1 > MAX_DEPTH) {
      return this.#refuse('too-deep', offset, path, `nested deeper than ${MAX_DEPTH} levels by this alias`);
    }
    return target;
  }

  /** Reports a fault that makes the whole definition unusable, only the first time that it occurs. */
  #refuse(code: 'alias-expansion' | 'too-deep', offset: number, path: Path, message: string): Node {
    if (!this.#refused) this.#report.add(code, offset, path, message);
    this.#refused = true;
    return nothing(offset);
  }

  #list(source: YAMLSeq.Parsed, path: Path, depth: number): Node {
    const items: Node[] = [];
    const unfolded = { size: 1, characters: 0, height: 1 };
    for (const [i, item] of source.items.entries()) {
      const node = this.#node(item as ParsedNode, step(path, i), depth + 1);
      items.push(node);
      add(unfolded, node);
    }
    return { kind: 'list', offset: source.range[0], end: source.range[1], items, ...unfolded };
  }

  #map(source: YAMLMap.Parsed, path: Path, depth: number): MapNode {
    const entries = new Map<string, MapEntry>();
    const merged: MapNode[] = [];
    for (const pair of source.items as Pair<ParsedNode, ParsedNode | null>[]) {
      const keyOffset = pair.key.range[0];
      const key = this.#key(pair.key, path);
      if (key === null) continue;
      const at = step(path, key);
      const value = pair.value === null ? nothing(pair.key.range[1]) : this.#node(pair.value, at, depth + 1);
      if (isMergeKey(pair.key)) {
        merged.push(...this.#merge(value, at, isAlias(pair.value)));
      } else if (entries.has(key)) {
        const first = this.#report.line((entries.get(key) as MapEntry).keyOffset);
        this.#report.add(
          'duplicate-key',
          keyOffset,
          at,
          `the key ${quote(key)} is there twice, first on line ${first}`,
        );
      } else {
        entries.set(key, { key, keyOffset, value });
      }
    }
    for (const map of merged) {
      for (const entry of map.entries.values()) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    }
    const unfolded = { size: 1, characters: 0, height: 1 };
    for (const { key, value } of entries.values()) {
      unfolded.characters += key.length;
      add(unfolded, value);
    }
    return { kind: 'map', offset: source.range[0], end: source.range[1], entries, ...unfolded };
  }

  /** The mappings of a merge key, in their order. An earlier one wins over later ones, as in YAML 1.1. */
  #merge(value: Node, path: Path, isByAlias: boolean): readonly MapNode[] {
    // An alias without an anchor has been reported.
    if (isByAlias && isNull(value)) return [];
    const maps = value.kind === 'list' ? value.items : [value];
    if (maps.every((map) => map.kind === 'map')) return maps;
    this.#report.add(
      'bad-merge',
      value.offset,
      path,
      `"<<" merges a mapping or a list of mappings, but this is ${describe(value)}`,
    );
    return [];
  }

  /** The key as a text; null when it is none. `true`, `1` and `1.50` are the texts that are written. */
  #key(source: ParsedNode, path: Path): string | null {
    if (isScalar(source)) {
      const { anchor } = source;
      const written = typeof source.value === 'string' ? source.value : source.source;
      const key = this.#wellFormed(written, source.range[0], path);
      if (anchor !== undefined) this.#anchors.set(anchor, this.#scalar(source, path));
      if (source.value !== null && source.value !== undefined) return key;
      this.#report.add(
        'bad-key',
        source.range[0],
        path,
        'a key is missing here; a key that reads null needs quotation marks',
      );
      return null;
    }
    if (isAlias(source)) {
      const node = this.#alias(source, path, 1);
      if (node.kind === 'scalar' && typeof node.value === 'string') return node.value;
    }
    this.#report.add('bad-key', source.range[0], path, 'a key must be a text, not a list or a mapping');
    return null;
  }

  #scalar(source: Scalar.Parsed, path: Path): ScalarNode {
    const [offset, end] = source.range;
    const { value } = source;
    const scalar = { ...nothing(offset), end, characters: end - offset };
    if (this.#references.has(offset)) return { ...scalar, value: functionArn(String(value)) };
    if (typeof value === 'number') return { ...scalar, value: this.#number(value, source, path) };
    if (typeof value === 'string') return { ...scalar, value: this.#wellFormed(value, offset, path) };
    if (typeof value === 'boolean') return { ...scalar, value };
    return scalar;
  }

  /** The text; half of a surrogate pair, which only an escape can bring in, is a fault (rules.md 4.8). */
  #wellFormed(text: string, offset: number, path: Path): string {
    const place = halfPairIn(text);
    if (place === null) return text;
    this.#report.add(
      'control-character',
      offset,
      path,
      `the character ${place} of this text is half of a surrogate pair; the text is not valid Unicode`,
    );
    return text.toWellFormed();
  }

  #number(value: number, { source, range }: Scalar.Parsed, path: Path): number | LongNumber | null {
    const exact = exactNumber(value, source);
    if (exact !== null) return exact;
    this.#report.add(
      'bad-value',
      range[0],
      path,
      `${source.slice(0, 40)} is no number that JSON can hold; write it in quotation marks if it is a text`,
    );
    return null;
  }
}

/** The ARN that the Fun tool makes of `service/function`. */
function functionArn(reference: string): string {
  const [service, name] = reference.split('/');
  return `acs:fc:::services/${service}/functions/${name}`;
}

/** The number with all its digits (rules.md 9.6); null when JSON cannot hold it. */
function exactNumber(value: number, source: string): number | LongNumber | null {
  if (Number.isSafeInteger(value)) return value;
  const decimal = /^[-+]?0*(\d+)$/.exec(source);
  if (decimal !== null) return longNumber(`${source.startsWith('-') ? '-' : ''}${decimal[1]}`);
  if (!Number.isFinite(value))
    return /^-?(?:0|[1-9]\d*)(?:\.\d+)?[eE][-+]?\d+$/.test(source) ? longNumber(source) : null;
  // Hexadecimal and octal: finite, so the digits are few.
  return /^0[xo]/.test(source) ? longNumber(BigInt(source).toString()) : value;
}

function isMergeKey(key: ParsedNode): boolean {
  return isScalar(key) && key.type === 'PLAIN' && key.value === '<<';
}

function nothing(offset: number): ScalarNode {
  return { kind: 'scalar', offset, end: offset, size: 1, characters: 0, height: 1, value: null };
}

/** Adds an inner node to the sizes of the one that holds it. */
function add(unfolded: { size: number; characters: number; height: number }, node: Node): void {
  unfolded.size += node.size;
  unfolded.characters += node.characters;
  unfolded.height = Math.max(unfolded.height, node.height + 1);
}
