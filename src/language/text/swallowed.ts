/**
 * Finds the parts of an expression that YAML takes for itself (rules.md 6.7): a tag or an anchor in front of it, a comment or a comma
 * behind it, a line break inside a text of it. The expression that is left may be valid and mean something else, so the reader has to
 * know. It works on the source around a value, because nothing of this is left in the value.
 */
import { beginning } from '../../base/text.ts';
import type { ScalarNode } from './document.ts';
import { quote } from './document.ts';
import type { Report } from './report.ts';

export interface SwallowedPart {
  readonly offset: number;
  readonly message: string;
}

/** How much of the source before and behind a value is looked at. */
const AROUND = 400;
const ADVICE = 'put quotation marks around the whole expression';

/** The part that YAML took from the expression in `node`; null for none. `text` is the value of the node. */
export function swallowedPart(report: Report, node: ScalarNode, text: string): SwallowedPart | null {
  const source = report.source(node.offset, node.end);
  return before(report, node, text) ?? behind(report, node, source, text) ?? inside(node, source);
}

/**
 * A tag or an anchor. Tags of YAML itself, such as `!!str`, say what the value is, and an anchor in letters, such as `&name`, names it:
 * they take nothing away.
 */
function before(report: Report, { offset }: ScalarNode, text: string): SwallowedPart | null {
  const start = Math.max(0, offset - AROUND);
  const line = report.source(start, offset).replace(/(?<=[ \t])#[^\r\n]*/g, (comment) => ' '.repeat(comment.length));
  const properties = /(?:^|[\s:,[{-])((?:[!&]\S*\s+)*[!&]\S*)\s*$/.exec(line)?.[1] ?? '';
  const found = properties.split(/\s+/).find((property) => /^(?:!(?!!)|&(?![\w-]+$))/.test(property));
  if (found === undefined || found === '') return null;
  const kind = found.startsWith('!') ? 'a tag' : 'an anchor';
  const message = `YAML reads ${quote(found)} as ${kind} and not as a part of the expression; what is left is ${quote(text)}. If it belongs to the expression, ${ADVICE}`;
  return { offset: offset - (line.length - line.lastIndexOf(found)), message };
}

/** A comment behind a text without quotation marks, or the comma that ends it inside brackets. */
function behind(report: Report, { end }: ScalarNode, source: string, text: string): SwallowedPart | null {
  if (/^["'|>]/.test(source)) return null;
  const rest = /^[^\r\n]*/.exec(report.source(end, end + AROUND))?.[0] ?? '';
  const isCut = !isWhole(text);
  const comment = /^[ \t]+(#.*)$/.exec(rest)?.[1];
  if (comment !== undefined && (isCut || continues(comment))) {
    const message = `YAML reads ${quote(beginning(comment, 40))} as a comment; the expression that is left is ${quote(text)}. If it belongs to the expression, ${ADVICE}`;
    return { offset: end, message };
  }
  if (!isCut || !/^\s*[,}\]]/.test(rest)) return null;
  const message = `inside { } and [ ] YAML ends a text at ${quote(rest.trim().charAt(0))}; the expression that is left is ${quote(text)}. Put quotation marks around the whole expression`;
  return { offset: end, message };
}

/** A comment that looks like the rest of an expression: an operator, a closing mark, or no blank behind the `#`. */
function continues(comment: string): boolean {
  return /^#(?:\S|\s*(?:&&|\|\||[=!<>]=?|[)\],]))/.test(comment) && !/^#{2,}/.test(comment);
}

/** True if every quotation mark, parenthesis and bracket of an expression is closed. */
function isWhole(text: string): boolean {
  let open = 0;
  let mark = '';
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (mark !== '') {
      if (character === '\\' && mark !== '`') i++;
      else if (character === mark) mark = '';
    } else if (/["'`]/.test(character)) mark = character;
    else if (/[([]/.test(character)) open++;
    else if (/[)\]]/.test(character)) open--;
  }
  return mark === '' && open <= 0;
}

/** A line break inside a text of the expression, which YAML folds into one blank together with the indentation. */
function inside({ offset }: ScalarNode, source: string): SwallowedPart | null {
  // A literal block, `|`, leaves line breaks as they are.
  if (!/[\r\n]/.test(source) || source.startsWith('|')) return null;
  const outer = /^["']/.exec(source)?.[0] ?? '';
  const header = source.startsWith('>') ? (/^.*(?:\r\n|\r|\n)/.exec(source)?.[0].length ?? 0) : outer.length;
  let mark = '';
  for (let i = header; i < source.length - outer.length; i++) {
    const character = source.charAt(i);
    // In a YAML text in single quotation marks, two of them are one.
    if (outer === "'" && source.startsWith("''", i)) i++;
    if (character === '\\') i += outer === '"' && /["\\]/.test(source.charAt(i + 1)) ? 0 : 1;
    else if (mark !== '' && /[\r\n]/.test(character)) {
      const message = `YAML folds the line break inside this text of the expression, and the blanks around it, into one blank. Write the text on one line, or the expression as a block that begins with |`;
      return { offset: offset + i, message };
    } else if (mark === '' && /["'`]/.test(character)) mark = character;
    else if (character === mark) mark = '';
  }
  return null;
}
