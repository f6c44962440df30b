/**
 * Reads the fields of one mapping of a definition and reports their faults: missing, of the wrong type, out of range,
 * unknown. A field that holds nothing (`Retry:`) counts as absent, as it does for the vendor's parsers. Every method returns
 * null for a field that is absent or faulty, so that checking continues after a fault.
 */
import type { ListNode, MapNode, Node } from '../text/document.ts';
import { fieldBoolean, fieldNumber } from '../../expression/value.ts';
import { describe, isNull, quote, textOf } from '../text/document.ts';
import type { FaultCode } from '../text/faults.ts';
import type { Path, PathStep } from '../text/path.ts';
import { step } from '../text/path.ts';
import type { Report } from '../text/report.ts';

/** A value of the definition and its place. */
export interface Located<N extends Node = Node> {
  readonly node: N;
  readonly path: Path;
}

/** Bounds of a number, both included, and their words in a message. */
export interface Range {
  readonly min: number;
  readonly max: number;
  readonly says: string;
}

export interface Presence {
  /** An absent field is reported. */
  readonly required?: boolean;
}

export class FieldReader implements Located<MapNode> {
  readonly node: MapNode;
  readonly path: Path;
  readonly report: Report;
  /** The mapping in messages: `state "A"`, `the retry rule`. */
  readonly what: string;

  constructor(report: Report, located: Located<MapNode>, what: string) {
    this.report = report;
    this.node = located.node;
    this.path = located.path;
    this.what = what;
  }

  /** The same mapping under another name in messages. */
  called(what: string): FieldReader {
    return new FieldReader(this.report, this, what);
  }

  at(key: string): PathStep {
    return step(this.path, key);
  }

  /** The field, if it is there and holds a value. */
  find(key: string): Located | null {
    const entry = this.node.entries.get(key);
    return entry === undefined || isNull(entry.value) ? null : { node: entry.value, path: this.at(key) };
  }

  has(key: string): boolean {
    return this.find(key) !== null;
  }

  /** Reports a fault of this mapping as a whole. */
  fault(code: FaultCode, message: string): void {
    this.report.add(code, this.node.offset, this.path, message);
  }

  /** Reports a fault at a key that is known to be there. */
  faultAt(code: FaultCode, key: string, message: string): void {
    this.report.add(code, this.node.entries.get(key)?.keyOffset ?? this.node.offset, this.at(key), message);
  }

  /** Reports that a required field is missing, with the key that was perhaps meant for it. */
  missing(key: string, hint = ''): void {
    const entry = this.node.entries.get(key);
    if (entry !== undefined) {
      this.report.add(
        'missing-field',
        entry.keyOffset,
        this.at(key),
        `${this.what} needs "${key}", which has no value here${hint}`,
      );
      return;
    }
    const dynamic = this.node.entries.has(`${key}.$`) ? `; "${key}" has no form with ".$"` : this.#misspelt(key);
    this.fault('missing-field', `${this.what} needs "${key}"${dynamic}${hint}`);
  }

  #misspelt(key: string): string {
    for (const written of this.node.entries.keys()) {
      if (written.toLowerCase() === key.toLowerCase()) return `; "${written}" must be written "${key}"`;
    }
    return '';
  }

  wrongType({ node, path }: Located, expected: string): null {
    this.report.add(
      'wrong-type',
      node.offset,
      path,
      `${lastKey(path)} of ${this.what} must be ${expected}, but is ${describe(node)}`,
    );
    return null;
  }

  /** A text that is not empty. */
  text(key: string, { required = false }: Presence = {}): string | null {
    const field = this.find(key);
    if (field === null) {
      if (required) this.missing(key);
      return null;
    }
    const text = textOf(field.node);
    if (text === null) return this.wrongType(field, scalarHint(field.node));
    if (text === '' && required) this.missing(key);
    return text === '' ? null : text;
  }

  /** True or false, also as a text (rules.md 6.6). */
  flag(key: string): boolean | null {
    const field = this.find(key);
    if (field === null) return null;
    const flag = field.node.kind === 'scalar' ? fieldBoolean(field.node.value) : null;
    return flag ?? this.wrongType(field, 'true or false');
  }

  /** A number in a range, also as a text (rules.md 6.6); `whole` refuses fractions. */
  number(key: string, range: Range, options: Presence & { readonly whole?: boolean } = {}): number | null {
    const field = this.find(key);
    if (field === null) {
      if (options.required === true) this.missing(key);
      return null;
    }
    const value = field.node.kind === 'scalar' ? fieldNumber(field.node.value) : null;
    const kind = options.whole === false ? 'a number' : 'a whole number';
    if (value === null) return this.wrongType(field, kind);
    if (options.whole !== false && Number.isFinite(value) && !Number.isInteger(value))
      return this.wrongType(field, kind);
    if (value >= range.min && value <= range.max) return value;
    this.report.add(
      'out-of-range',
      field.node.offset,
      field.path,
      `${key} of ${this.what} must be ${range.says}, but is ${describe(field.node).replace('the number ', '')}`,
    );
    return null;
  }

  /** One of a few texts. */
  oneOf<T extends string>(key: string, allowed: readonly T[]): T | null {
    const field = this.find(key);
    if (field === null) return null;
    const text = textOf(field.node);
    if (text !== null && (allowed as readonly string[]).includes(text)) return text as T;
    const hint = text === null ? '' : this.report.didYouMean(text, allowed);
    this.report.add(
      'bad-field-value',
      field.node.offset,
      field.path,
      `${key} of ${this.what} must be ${list(allowed)}, but is ${describe(field.node)}${hint}`,
    );
    return null;
  }

  map(key: string, { required = false }: Presence = {}): Located<MapNode> | null {
    const field = this.find(key);
    if (field === null) {
      if (required) this.missing(key);
      return null;
    }
    return field.node.kind === 'map' ? { node: field.node, path: field.path } : this.wrongType(field, 'a mapping');
  }

  /** Reports a list without entries; one whose entries are all faulty has been reported by {@link maps}. */
  requireEntry(key: string, what: string): void {
    const field = this.find(key);
    if (field?.node.kind !== 'list' || field.node.items.length > 0) return;
    this.report.add('empty-list', field.node.offset, field.path, `${this.what} needs at least one ${what}`);
  }

  /** A reader for each mapping of a list. Other entries are reported and left out. `single`: one mapping counts as a list. */
  maps(
    key: string,
    what: (index: number) => string,
    options: Presence & { readonly single?: boolean } = {},
  ): FieldReader[] | null {
    const field = this.find(key);
    if (field === null) {
      if (options.required === true) this.missing(key);
      return null;
    }
    if (field.node.kind === 'map' && options.single === true) {
      return [new FieldReader(this.report, { node: field.node, path: field.path }, what(0))];
    }
    if (field.node.kind !== 'list') return this.wrongType(field, 'a list of mappings');
    return this.#entries({ node: field.node, path: field.path }, what);
  }

  #entries({ node, path }: Located<ListNode>, what: (index: number) => string): FieldReader[] {
    const readers: FieldReader[] = [];
    for (const [i, item] of node.items.entries()) {
      const at = step(path, i);
      if (item.kind === 'map') readers.push(new FieldReader(this.report, { node: item, path: at }, what(i)));
      else this.report.add('wrong-type', item.offset, at, `${what(i)} must be a mapping, but is ${describe(item)}`);
    }
    return readers;
  }

  /** A list of texts that are not empty. */
  texts(key: string): string[] | null {
    const field = this.find(key);
    if (field === null) {
      this.missing(key);
      return null;
    }
    if (field.node.kind !== 'list') return this.wrongType(field, 'a list of texts');
    if (field.node.items.length === 0) {
      this.report.add(
        'empty-list',
        field.node.offset,
        field.path,
        `${key} of ${this.what} must hold at least one text`,
      );
      return null;
    }
    const texts: string[] = [];
    for (const [i, item] of field.node.items.entries()) {
      const text = textOf(item);
      if (text !== null && text !== '') texts.push(text);
      else
        this.report.add(
          'wrong-type',
          item.offset,
          step(field.path, i),
          `each entry of ${key} must be a text, but this is ${describe(item)}`,
        );
    }
    return texts;
  }

  /** Warns of every unknown key, with the advice of `explain` or, if it has none, the nearest of `suggestions`. */
  close(
    known: ReadonlySet<string>,
    explain: (key: string) => string | null = () => null,
    suggestions: ReadonlySet<string> = known,
  ): void {
    for (const { key, keyOffset } of this.node.entries.values()) {
      if (known.has(key)) continue;
      let hint = explain(key);
      if (hint === null && key.endsWith('.$') && suggestions.has(key.slice(0, -2))) {
        hint = `: "${key.slice(0, -2)}" has no form with ".$"`;
      }
      hint ??= this.report.didYouMean(key, suggestions);
      this.report.add('unknown-key', keyOffset, this.at(key), `${this.what} has no field ${quote(key)}${hint}`);
    }
  }
}

function scalarHint(node: Node): string {
  return node.kind === 'scalar' ? 'a text (in quotation marks)' : 'a text';
}

function lastKey(path: Path): string {
  return path === null ? 'the definition' : String(path.key);
}

/** `a, b or c`. */
function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
