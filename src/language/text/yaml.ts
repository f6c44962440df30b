/**
 * Reads YAML or JSON text into {@link Node}s. Only this file and `node-builder.ts` know the `yaml` library.
 *
 * YAML 1.2 core schema: an unquoted timestamp, `yes` and `on` are texts. Three rules are stricter than YAML: keys are texts,
 * keys are unique, and values are those of JSON. One is wider: `<<` merges, because the vendor's users write for parsers that
 * merge.
 *
 * No text makes it throw or take long. The lexer and the parser of the library run in linear time without recursion. Its
 * composer recurses, so nesting is measured on the parser's stack, token by token, before the composer runs. The number of
 * tokens is bounded because every token may be a fault.
 */
import { Composer, Lexer, Parser } from 'yaml';
import type { Document, ErrorCode } from 'yaml';
import { MAX_DEPTH } from '../../base/json.ts';
import { beginning, reasonOf } from '../../base/text.ts';
import { DEFINITION_CHARACTERS } from '../limits.ts';
import type { Node } from './document.ts';
import { quote } from './document.ts';
import { NodeBuilder } from './node-builder.ts';
import type { Report } from './report.ts';

const MAX_TOKENS = 1_000_000;
/** Faults of the parser after which further ones help no reader. */
const MAX_PARSER_FAULTS = 1_000;

/** Faults that do not change the structure, so that the rest of the definition can be checked. */
const HARMLESS: ReadonlySet<string> = new Set(['BAD_DQ_ESCAPE', 'KEY_OVER_1024_CHARS', 'TAG_RESOLVE_FAILED']);

/** Advice for the most likely cause, where YAML's own message has none. */
const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_SCALAR_START: '; put the value in quotation marks',
  BLOCK_AS_IMPLICIT_KEY: '; a text with ": " in it needs quotation marks around it',
  TAG_RESOLVE_FAILED: '; an expression that begins with "!" needs quotation marks around it',
  UNEXPECTED_TOKEN:
    '; a value with more text after its closing quotation mark or bracket needs quotation marks around the whole',
};

/** The root of the definition; null when faults in the report leave nothing to check. */
export function readYaml(text: string, report: Report): Node | null {
  if (!isReadable(text, report)) return null;
  const documents = withoutStackTraces(() => compose(text, report));
  if (documents === null) return null;
  const [document, second] = documents;
  if (document === undefined || isEmpty(document)) {
    if (document === undefined || reportErrors(document, text, report) !== null) {
      report.add(
        'empty-definition',
        0,
        null,
        'the definition is empty: a mapping with "Type: StateMachine" or "type: flow" is expected',
      );
    }
    return null;
  }
  const references = reportErrors(document, text, report);
  if (second !== undefined && !isEmpty(second)) {
    report.add(
      'yaml-documents',
      second.range[0],
      null,
      'a second YAML document begins here; a definition is one document',
    );
  }
  return references === null ? null : new NodeBuilder(report, references).build(document.contents);
}

/** Refuses texts that no parser should read. `text` has no byte order mark any more. */
function isReadable(text: string, report: Report): boolean {
  if (text.length > DEFINITION_CHARACTERS) {
    report.add(
      'definition-too-large',
      0,
      null,
      `the definition has ${text.length} characters; the limit is ${DEFINITION_CHARACTERS}`,
    );
    return false;
  }
  // Tab, line feed and carriage return are the control characters that YAML has outside of escapes.
  const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.exec(text);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    const hint = code === '0000' ? '; is the text UTF-16? It must be UTF-8' : '';
    report.add(
      'control-character',
      control.index,
      null,
      `a definition cannot have the control character U+${code}${hint}`,
    );
    return false;
  }
  if (!text.isWellFormed()) {
    const offset = text
      .toWellFormed()
      .split('')
      .findIndex((unit, i) => unit !== text[i]);
    report.add('control-character', offset, null, 'here is half of a surrogate pair; the text is not valid Unicode');
    return false;
  }
  return true;
}

/** The first two documents of the text; null when the text is refused before that. */
function compose(text: string, report: Report): Document.Parsed[] | null {
  const parser = new Parser();
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
  });
  const documents: Document.Parsed[] = [];
  let tokens = 0;
  let faults = 0;
  try {
    for (const lexeme of new Lexer().lex(text)) {
      for (const token of parser.next(lexeme)) {
        documents.push(...composer.next(token));
        if (token.type === 'error') faults++;
      }
      if (documents.length >= 2) return documents;
      if (faults > MAX_PARSER_FAULTS) break;
      if (parser.stack.length > MAX_DEPTH) {
        report.add('too-deep', parser.offset, null, `nested deeper than ${MAX_DEPTH} levels`);
        return null;
      }
      if (++tokens > MAX_TOKENS) {
        report.add(
          'definition-too-large',
          parser.offset,
          null,
          `the definition has more than ${MAX_TOKENS} tokens before this place`,
        );
        return null;
      }
    }
    for (const token of parser.end()) documents.push(...composer.next(token));
    documents.push(...composer.end(true, text.length));
    return documents;
  } catch (error) {
    // The library reports faults and does not throw them. If it throws all the same, the text is refused.
    report.add('yaml-syntax', parser.offset, null, `the text cannot be read: ${reasonOf(error)}`);
    return null;
  }
}

/**
 * `!Ref service/function`, a tag that the Fun tool expands before it uploads a flow (rules.md 10.15). Only classic flows have
 * it; the tool is older than the state-machine language.
 */
const REFERENCE = /!Ref[ \t]+(?=(["']?)[\w-]+\/[\w-]+\1[ \t]*(?:[\r\n,}\]]|#|$))/y;

/**
 * Reports the syntax faults of a document. Returns the offsets of the values of its references; null when the structure cannot
 * be relied on.
 */
function reportErrors(document: Document.Parsed, text: string, report: Report): ReadonlySet<number> | null {
  const references = new Set<number>();
  const isClassic = document.get('type') === 'flow';
  let sound = true;
  for (const { code, pos, message } of document.errors) {
    report.add('yaml-syntax', Math.max(0, pos[0]), null, sentence(message) + hintFor(code, message));
    if (!HARMLESS.has(code)) sound = false;
  }
  for (const { code, pos, message } of document.warnings) {
    if (code === 'TAG_RESOLVE_FAILED') {
      REFERENCE.lastIndex = pos[0];
      if (isClassic && REFERENCE.test(text)) {
        references.add(REFERENCE.lastIndex);
        continue;
      }
      const tag = message.replace(/^Unresolved tag: /, '');
      const advice = `the tag ${quote(tag)} has no meaning here; the value is read without it${hintForTag(tag, isClassic)}`;
      report.add('unknown-tag', pos[0], null, advice);
    }
  }
  return sound ? references : null;
}

function hintForTag(tag: string, isClassic: boolean): string {
  if (isClassic && tag === '!Ref') return '; a function is named as in "!Ref service/function"';
  return /[$(]/.test(tag) ? '; an expression that begins with "!" needs quotation marks around it' : '';
}

function hintFor(code: ErrorCode, message: string): string {
  if (code === 'UNEXPECTED_TOKEN' && !message.endsWith(' at node end')) return '';
  return HINTS[code] ?? '';
}

function sentence(message: string): string {
  const short = beginning(message, 200);
  return short.charAt(0).toLowerCase() + short.slice(1);
}

function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || (contents.range[0] === contents.range[1] && contents.anchor === undefined);
}

/**
 * Runs `work` without recording stack traces. The library makes an `Error` for every fault, and half a million stack
 * traces take ten times as long as the parsing itself.
 */
function withoutStackTraces<T>(work: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
