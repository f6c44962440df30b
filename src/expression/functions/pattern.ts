/**
 * Regular expressions for `regexMatchString`, on an engine whose time is linear in the text (decisions.md 2.6).
 *
 * What is bounded: the length of a pattern, the size of its program, the time (fuel for text length × program size, which is
 * the engine's worst case), and the memory of all compiled patterns together, since the engine remembers states per
 * pattern. Compiled patterns are kept in one cache that forgets the least recently used; whether a pattern is found there
 * changes no result and no fuel.
 */
import { RE2JS, RE2JSException } from 're2js';
import type { EvaluationScope } from '../evaluation.ts';
import { EvaluationError, spend } from '../evaluation.ts';
import { clip } from '../fault-list.ts';
import { preview } from '../preview.ts';

const MAX_PATTERN_LENGTH = 1000;
const MAX_PROGRAM_SIZE = 2000;
const MAX_CACHED = 256;
/** What the engine may remember of one pattern between texts; it forgets and goes on when that is full. */
const STATE_BYTES = 128 * 1024;

interface Pattern {
  readonly engine: RE2JS;
  readonly programSize: number;
}

/** By pattern text, the least recently used first. */
const cache = new Map<string, Pattern>();

/** Whether `pattern` matches anywhere in `text`. @throws {EvaluationError} when it is no pattern, or too much work. */
export function matchesPattern(scope: EvaluationScope, text: string, pattern: string): boolean {
  spend(scope, 16 + pattern.length * 8);
  const { engine, programSize } = patternOf(pattern);
  spend(scope, programSize * 8 + Math.ceil((text.length * programSize) / 8));
  return engine.test(text);
}

/** @throws {EvaluationError} when it is no pattern or too large. */
export function checkPattern(pattern: string): void {
  patternOf(pattern);
}

function patternOf(text: string): Pattern {
  const cached = cache.get(text);
  if (cached !== undefined) {
    cache.delete(text);
    cache.set(text, cached);
    return cached;
  }
  const compiled = compilePattern(text);
  if (cache.size >= MAX_CACHED) {
    for (const oldest of cache.keys()) {
      cache.delete(oldest);
      break;
    }
  }
  cache.set(text, compiled);
  return compiled;
}

function compilePattern(text: string): Pattern {
  if (text.length > MAX_PATTERN_LENGTH) {
    throw new EvaluationError(
      `regexMatchString takes patterns of at most ${MAX_PATTERN_LENGTH} characters, but met ${preview(text)}`,
    );
  }
  let engine: RE2JS;
  try {
    engine = RE2JS.compile(text);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = clip(error.message.replace(/^error parsing regexp: /, ''), 100);
    throw new EvaluationError(
      `regexMatchString needs a regular expression (RE2 syntax), but met ${preview(text)}: ${reason}`,
    );
  }
  const programSize = engine.programSize();
  if (programSize > MAX_PROGRAM_SIZE) {
    throw new EvaluationError(`regexMatchString takes no pattern that unfolds to so much: ${preview(text)}`);
  }
  const { dfa } = engine.re2();
  dfa.stateBudget = STATE_BYTES;
  dfa.memBudget = STATE_BYTES;
  return { engine, programSize };
}
