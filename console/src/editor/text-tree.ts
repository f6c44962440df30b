/**
 * A tolerant reading of a definition for the help while it is written: YAML and JSON as a tree of keys and values with their places,
 * even if much is wrong with the text. The compiler of the server judges the text; this only finds out where a cursor is. It knows
 * block and flow mappings, lists, quoted and block scalars, and skips anchors and tags.
 */

export type TextNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: 'map';
  readonly from: number;
  to: number;
  /** Written in braces. */
  readonly isFlow: boolean;
  readonly entries: Entry[];
}

export interface Entry {
  readonly key: ScalarNode;
  /** False for a word that no colon follows yet. */
  readonly hasColon: boolean;
  readonly value: TextNode | null;
}

export interface ListNode {
  readonly kind: 'list';
  readonly from: number;
  to: number;
  readonly items: (TextNode | null)[];
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly from: number;
  readonly to: number;
  /** Without quotes. */
  readonly text: string;
  /** `|`: a block scalar. */
  readonly quote: '' | '"' | "'" | '|';
}

/** Deeper texts are not read further: nothing that helps is down there, and the stack has an end. */
const DEEPEST = 150;

export function readTextTree(text: string): TextNode | null {
  return new TreeReader(text).document();
}

class TreeReader {
  readonly #text: string;
  readonly #starts: number[] = [0];
  /** The present line, and the column in it where the next node begins. */
  #line = 0;
  #column = 0;
  #depth = 0;
  /** Place in a flow collection. */
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  document(): TextNode | null {
    this.#column = 0;
    return this.#seek() < 0 ? null : this.#node();
  }

  #start(line: number): number {
    return this.#starts[line] ?? this.#text.length;
  }

  #lineText(): string {
    const end = this.#line + 1 < this.#starts.length ? this.#start(this.#line + 1) - 1 : this.#text.length;
    return this.#text.slice(this.#start(this.#line), end).replace(/\r$/, '');
  }

  /** Goes to the next content at or after the present place. Returns its column, -1 at the end of the text. */
  #seek(): number {
    for (; this.#line < this.#starts.length; this.#line++, this.#column = 0) {
      const line = this.#lineText();
      const rest = line.slice(this.#column);
      const spaces = /^\s*/.exec(rest)?.[0].length ?? 0;
      const isDirective = this.#column === 0 && /^(?:---|\.\.\.|%)/.test(line);
      if (spaces === rest.length || rest[spaces] === '#' || isDirective) continue;
      this.#column += spaces;
      return this.#column;
    }
    return -1;
  }

  #nextLine(): void {
    this.#line++;
    this.#column = 0;
  }

  #rest(): string {
    return this.#lineText().slice(this.#column);
  }

  #offset(): number {
    return this.#start(this.#line) + this.#column;
  }

  /** The node at the present place, which is the first of its own. */
  #node(): TextNode | null {
    if (this.#depth >= DEEPEST) {
      this.#nextLine();
      return null;
    }
    this.#depth++;
    try {
      const rest = this.#rest();
      if (/^[{[]/.test(rest)) return this.#flow();
      if (/^-(?:\s|$)/.test(rest)) return this.#list(this.#column);
      return this.#map(this.#column);
    } finally {
      this.#depth--;
    }
  }

  #list(column: number): ListNode {
    const list: ListNode = { kind: 'list', from: this.#offset(), to: this.#offset(), items: [] };
    for (let at = this.#seek(); at === column && /^-(?:\s|$)/.test(this.#rest()); at = this.#seek()) {
      const { length } = /^-\s*/.exec(this.#rest())?.[0] ?? '-';
      this.#column += length;
      const line = this.#line;
      const inner = this.#seek();
      const isHere = this.#line === line || inner > column;
      list.items.push(inner >= 0 && isHere ? this.#node() : null);
      list.to = this.#end();
    }
    return list;
  }

  /** Where the last node ended: the end of the line before the present place. */
  #end(): number {
    return this.#column > 0 ? this.#offset() : Math.max(0, this.#start(this.#line) - 1);
  }

  #map(column: number): TextNode {
    const from = this.#offset();
    const only = this.#loneScalar(column);
    if (only !== null) return only;
    const map: MapNode = { kind: 'map', from, to: from, isFlow: false, entries: [] };
    for (let at = this.#seek(); at >= column; at = this.#seek()) {
      // A line that is indented deeper than it should be belongs to nothing; its own keys may still be of use.
      if (at > column) this.#node();
      else if (/^-(?:\s|$)/.test(this.#rest())) break;
      else map.entries.push(this.#entry(column));
      map.to = this.#end();
    }
    return map;
  }

  /** A value on the line of its dash, or below its key, without a colon: a quoted text, a block scalar. */
  #loneScalar(column: number): ScalarNode | null {
    const rest = this.#rest();
    if (/^[|>]/.test(rest)) return this.#blockScalar(column - 1);
    if (!/^["']/.test(rest) || KEY.test(rest)) return null;
    return this.#quoted();
  }

  #entry(column: number): Entry {
    const rest = this.#rest();
    const from = this.#offset();
    const matched = KEY.exec(rest);
    if (matched === null) {
      const word = rest.replace(/\s+#.*$/, '').trimEnd();
      const key: ScalarNode = { kind: 'scalar', from, to: from + word.length, text: word, quote: '' };
      this.#nextLine();
      return { key, hasColon: false, value: null };
    }
    const [whole, written = ''] = matched;
    const key = scalarOf(written, from);
    this.#column += whole.length;
    return { key, hasColon: true, value: this.#value(column) };
  }

  /** The value of a key that is in this column; the present place is behind its colon. */
  #value(column: number): TextNode | null {
    const spaces = /^\s*(?:[&!]\S*\s*)*/.exec(this.#rest())?.[0].length ?? 0;
    this.#column += spaces;
    const rest = this.#rest();
    if (rest === '' || rest.startsWith('#')) {
      this.#nextLine();
      const next = this.#seek();
      const isInside = next > column || (next === column && /^-(?:\s|$)/.test(this.#rest()));
      return isInside ? this.#node() : null;
    }
    if (/^[{[]/.test(rest)) return this.#flow();
    if (/^[|>]/.test(rest)) return this.#blockScalar(column);
    if (/^["']/.test(rest)) return this.#quoted();
    return this.#plain(column);
  }

  #plain(column: number): ScalarNode {
    const from = this.#offset();
    let text = this.#rest()
      .replace(/\s+#.*$/, '')
      .trimEnd();
    const to = from + text.length;
    this.#nextLine();
    for (let at = this.#seek(); at > column; at = this.#seek()) {
      text += ` ${this.#rest().trim()}`;
      this.#nextLine();
    }
    return { kind: 'scalar', from, to, text, quote: '' };
  }

  #blockScalar(column: number): ScalarNode {
    const from = this.#offset();
    const lines: string[] = [];
    for (this.#nextLine(); this.#line < this.#starts.length; this.#nextLine()) {
      const line = this.#lineText();
      if (line.trim() !== '' && (/^ */.exec(line)?.[0].length ?? 0) <= column) break;
      lines.push(line);
    }
    const to = this.#line < this.#starts.length ? this.#start(this.#line) : this.#text.length;
    return { kind: 'scalar', from, to, text: lines.join('\n'), quote: '|' };
  }

  #quoted(): ScalarNode {
    this.#at = this.#offset();
    const scalar = this.#flowScalar();
    this.#goTo(this.#at);
    return scalar;
  }

  #flow(): TextNode | null {
    this.#at = this.#offset();
    const node = this.#flowNode();
    this.#goTo(this.#at);
    return node;
  }

  /** Goes to the line behind an offset. Only a comment may follow there. */
  #goTo(offset: number): void {
    let low = this.#line;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#start(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    this.#line = low + 1;
    this.#column = 0;
  }

  #flowSpace(): void {
    FLOW_SPACE.lastIndex = this.#at;
    this.#at += FLOW_SPACE.exec(this.#text)?.[0].length ?? 0;
  }

  #flowNode(): TextNode | null {
    this.#flowSpace();
    const first = this.#text[this.#at];
    if (first !== '{' && first !== '[') return this.#flowScalar();
    if (this.#depth >= DEEPEST) {
      this.#at = this.#text.length;
      return null;
    }
    this.#depth++;
    const node = first === '{' ? this.#flowMap() : this.#flowList();
    this.#depth--;
    return node;
  }

  #flowMap(): MapNode {
    const map: MapNode = { kind: 'map', from: this.#at, to: this.#at, isFlow: true, entries: [] };
    this.#at++;
    for (;;) {
      this.#flowSpace();
      const next = this.#text[this.#at];
      if (next === undefined || next === '}' || next === ']') break;
      if (next === ',' || next === ':' || next === '{' || next === '[') {
        if (next === '{' || next === '[') this.#flowNode();
        else this.#at++;
        continue;
      }
      const key = this.#flowScalar();
      this.#flowSpace();
      const hasColon = this.#text[this.#at] === ':';
      if (hasColon) this.#at++;
      this.#flowSpace();
      const isEmpty = !hasColon || /^[,}\]]?$/.test(this.#text[this.#at] ?? '');
      map.entries.push({ key, hasColon, value: isEmpty ? null : this.#flowNode() });
    }
    this.#at = Math.min(this.#text.length, this.#at + 1);
    map.to = this.#at;
    return map;
  }

  #flowList(): ListNode {
    const list: ListNode = { kind: 'list', from: this.#at, to: this.#at, items: [] };
    this.#at++;
    for (;;) {
      this.#flowSpace();
      const next = this.#text[this.#at];
      if (next === undefined || next === ']' || next === '}') break;
      if (next === ',' || next === ':') this.#at++;
      else list.items.push(this.#flowNode());
    }
    this.#at = Math.min(this.#text.length, this.#at + 1);
    list.to = this.#at;
    return list;
  }

  #flowScalar(): ScalarNode {
    const from = this.#at;
    const quote = this.#text[from];
    const pattern = quote === '"' ? DOUBLE : quote === "'" ? SINGLE : PLAIN;
    pattern.lastIndex = from;
    const written = pattern.exec(this.#text)?.[0] ?? '';
    // A character that begins no scalar is passed, so that reading comes to an end.
    this.#at += Math.max(1, written.length);
    return scalarOf(written, from);
  }
}

/** A key with its colon. */
const KEY = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#{[\]},"'][^#\n]*?|[^\s#{[\]},"'])\s*:(?=\s|$)/;
const FLOW_SPACE = /(?:\s|#[^\n]*)*/y;
/** A string ends at its quote; one that is not closed yet ends with its line. */
const DOUBLE = /"(?:[^"\\\n]|\\.)*(?:"|$|(?=\n))/my;
const SINGLE = /'(?:[^'\n]|'')*(?:'|$|(?=\n))/my;
const PLAIN = /(?:[^\s,[\]{}:#"']|:(?![\s,[\]{}]|$)|(?<=\S)[#"'])(?:[^,[\]{}:#\n]|:(?![\s,[\]{}]|$)|(?<=\S)#)*/my;

function scalarOf(written: string, from: number): ScalarNode {
  const trimmed = written.trimEnd();
  const to = from + trimmed.length;
  const quote = trimmed[0];
  if (quote !== '"' && quote !== "'") return { kind: 'scalar', from, to, text: trimmed, quote: '' };
  const isClosed = trimmed.length > 1 && trimmed.endsWith(quote);
  const inner = trimmed.slice(1, isClosed ? -1 : undefined);
  return { kind: 'scalar', from, to, text: unescaped(inner, quote), quote };
}

function unescaped(inner: string, quote: string): string {
  if (quote === "'") return inner.replaceAll("''", "'");
  if (!inner.includes('\\')) return inner;
  try {
    return String(JSON.parse(`"${inner}"`));
  } catch {
    return inner;
  }
}
