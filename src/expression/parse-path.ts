/**
 * Parses the part of a path after its target: `.name`, `["name"]`, `[n]` and, if the dialect has it, `[*]`
 * (rules.md 9.2). The faults about other parts of JSONPath name them.
 */
import { beginning } from '../base/text.ts';
import type { Segment } from './ast.ts';
import { isPlainName } from './lexer.ts';
import type { TokenReader } from './token-reader.ts';

/** Reads all segments. `targetStart` is the beginning of the path's target. */
export function parseSegments(reader: TokenReader, targetStart: number): Segment[] {
  const segments: Segment[] = [];
  for (;;) {
    if (reader.isMark('.')) segments.push(parseNameSegment(reader));
    else if (reader.isMark('[')) segments.push(parseBracket(reader, targetStart));
    else if (reader.isMark('?.')) {
      reader.fault(
        'expression-path',
        '`?.` is not in the language: a path that leads nowhere is null, so "." is enough',
      );
      segments.push(parseNameSegment(reader));
    } else if (reader.isMark('..')) {
      reader.stop('expression-path', '`..` (search at any depth) is not in the language: write the whole path');
    } else break;
  }
  if (segments.length > 0 && reader.isMark('(')) {
    const path = beginning(reader.source.slice(targetStart, reader.token.start).trim(), 60);
    const advice = reader.functions ? ': write the function before its arguments, as in length($Input.a)' : '';
    reader.stop('expression-path', `${path} is a path and cannot be called${advice}`);
  }
  return segments;
}

function parseNameSegment(reader: TokenReader): Segment {
  const point = reader.token;
  const { name, start } = reader.advanceOverName();
  if (name === '') return parseMissingName(reader, point.start);
  if (!isPlainName(name)) {
    const what = name.includes('-')
      ? `a name with a dash is written ["${beginning(name, 60)}"], and arithmetic is not in the language`
      : `a name that begins with a digit is written ["${beginning(name, 60)}"], an index [${beginning(name, 60)}]`;
    reader.faults.add('expression-path', what, start, name.length);
  }
  return { kind: 'name', name };
}

/** Handles a point without a name after it. */
function parseMissingName(reader: TokenReader, pointStart: number): Segment {
  if (reader.isMark('*')) {
    if (reader.wildcard) reader.fault('expression-path', 'write [*] for every item');
    else refuseWildcard(reader);
    reader.advance();
    return { kind: 'all' };
  }
  if (reader.isMark('[')) {
    reader.faults.stop('expression-path', 'remove the point before the bracket', pointStart, 2);
  }
  if (reader.token.kind === 'text') {
    const name = reader.advance();
    reader.faults.add(
      'expression-path',
      `a name in quotes is written [${quoted(name.text)}]`,
      name.start,
      name.end - name.start,
    );
    return { kind: 'name', name: name.text };
  }
  return reader.faults.stop('expression-path', 'a name is missing after the point', pointStart, 1);
}

function refuseWildcard(reader: TokenReader): void {
  reader.fault(
    'expression-path',
    'wildcards are not in this dialect: take one item with [n], or let a Map state work on each item',
  );
}

function parseBracket(reader: TokenReader, targetStart: number): Segment {
  const bracket = reader.advance();
  const negative = reader.isMark('-');
  if (negative) reader.advance();
  const first = reader.token;
  let segment: Segment;
  if (first.kind === 'number') {
    const index = first.number;
    if (typeof index !== 'number' || !Number.isSafeInteger(index)) {
      reader.fault('expression-path', `an index is an integer, ${beginning(first.text, 40)} is not a possible one`);
    }
    reader.advance();
    segment = { kind: 'index', index: typeof index !== 'number' || index === 0 ? 0 : negative ? -index : index };
  } else if (first.kind === 'text' && !negative) {
    reader.advance();
    segment = { kind: 'name', name: first.text };
  } else if (reader.isMark('*') && !negative) {
    if (!reader.wildcard) refuseWildcard(reader);
    reader.advance();
    segment = { kind: 'all' };
  } else {
    return refuseBracket(reader, bracket.start, targetStart);
  }
  return reader.accept(']') ? segment : refuseBracket(reader, bracket.start, targetStart);
}

/** Adds a fault for brackets that contain neither a name nor a number, and skips them. */
function refuseBracket(reader: TokenReader, bracketStart: number, targetStart: number): Segment {
  const culprit = reader.token;
  skipToClosingBracket(reader, bracketStart);
  const end = reader.token.end;
  const inner = beginning(reader.source.slice(bracketStart + 1, reader.token.start).trim(), 60);
  reader.advance();
  const refuse = (message: string) => reader.faults.add('expression-path', message, bracketStart, end - bracketStart);
  if (inner === '') refuse('a name in quotes or a number is missing between the brackets');
  else if (culprit.text === ':' && culprit.kind === 'mark') refuse(`slices such as [${inner}] are not in the language`);
  else if (culprit.text === ',' && culprit.kind === 'mark') {
    refuse(`a list of names or indexes such as [${inner}] is not in the language: take them one at a time`);
  } else if (inner.startsWith('?')) refuse(`filters such as [${inner}] are not in the language`);
  else {
    const target = beginning(reader.source.slice(targetStart, bracketStart).trim(), 60);
    const advice = reader.functions ? `write get(${target}, ${inner})` : 'read it in a task';
    refuse(`an index or key that is itself an expression is not in the language: ${advice}`);
  }
  return { kind: 'index', index: 0 };
}

/** Advances to the `]` that closes the bracket. */
function skipToClosingBracket(reader: TokenReader, bracketStart: number): void {
  for (let open = 1; ; reader.advance()) {
    if (reader.token.kind === 'end') {
      reader.faults.stop('expression-path', 'the bracket that begins here is not closed', bracketStart, 1);
    }
    if (reader.isMark('[')) open++;
    else if (reader.isMark(']') && --open === 0) return;
  }
}

function quoted(text: string): string {
  return JSON.stringify(beginning(text, 60));
}
