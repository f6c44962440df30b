/**
 * Regular expressions for `regexMatchString`, on an engine whose time is linear in the text (decisions.md 2.6).
 *
 * What is bounded: the length of a pattern, the size of its program and of its character classes, the time (fuel for making
 * the pattern and for text length × program size, the engine's worst case), and the memory of all compiled patterns
 * together, since the engine remembers states per pattern. Compiled patterns are kept in one cache that forgets the least
 * recently used; whether a pattern is found there changes no result and no fuel.
 */
import { RE2JS, RE2JSException } from 're2js';
import type { CheckingWork } from '../compiled.ts';
import type { EvaluationScope } from '../evaluation.ts';
import { EvaluationError, spend } from '../evaluation.ts';
import { clip } from '../fault-list.ts';
import { preview } from '../preview.ts';
import { unfoldedSize } from './pattern-size.ts';

const MAX_PATTERN_LENGTH = 1000;
const MAX_PROGRAM_SIZE = 2000;
/** Bounds of character ranges over the whole program: `\pL` alone has 1,400, and repeating it repeats them. */
const MAX_RANGE_BOUNDS = 200_000;
const MAX_CACHED = 256;
/** What the engine may remember of one pattern between texts; it forgets and goes on when that is full. */
const STATE_BYTES = 128 * 1024;

interface Pattern {
  readonly engine: RE2JS;
  readonly programSize: number;
  /** Fuel for making it, asked each time so that the cache makes no difference. */
  readonly fuel: number;
}

/** By pattern text, the least recently used first. */
const cache = new Map<string, Pattern>();

/** Whether `pattern` matches anywhere in `text`. @throws {EvaluationError} when it is no pattern, or too much work. */
export function matchesPattern(scope: EvaluationScope, text: string, pattern: string): boolean {
  spend(scope, 16 + pattern.length * 8);
  const { engine, programSize, fuel } = cachedPattern(pattern);
  spend(scope, fuel + Math.ceil((text.length * programSize) / 8));
  return engine.test(text);
}

/** Checks a pattern and takes what that costs from `work`. @throws {EvaluationError} when it is no pattern or too large. */
export function checkPattern(pattern: string, work: CheckingWork): void {
  work.fuel -= (100 + pattern.length) * 16;
  try {
    work.fuel -= compilePattern(pattern).programSize * 16;
  } catch (error) {
    // How far a refused pattern was unfolded is not known.
    work.fuel -= MAX_PROGRAM_SIZE * 16;
    throw error;
  }
}

function cachedPattern(text: string): Pattern {
  const cached = cache.get(text);
  if (cached !== undefined) {
    cache.delete(text);
    cache.set(text, cached);
    return cached;
  }
  const compiled = compilePattern(text);
  // The engine makes its table of states here, so that patterns that are only checked do without.
  const { dfa } = compiled.engine.re2();
  dfa.stateBudget = STATE_BYTES;
  dfa.memBudget = STATE_BYTES;
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
  if (unfoldedSize(text) > MAX_PROGRAM_SIZE * 2) refuseRepetition(text);
  const engine = parsePattern(text);
  const programSize = engine.programSize();
  let rangeBounds = 0;
  for (const { runes } of engine.re2().prog.inst) rangeBounds += runes.length;
  if (programSize > MAX_PROGRAM_SIZE || rangeBounds > MAX_RANGE_BOUNDS) refuseRepetition(text);
  return { engine, programSize, fuel: programSize * 24 + (rangeBounds >> 3) };
}

function refuseRepetition(text: string): never {
  throw new EvaluationError(`regexMatchString takes no pattern that repeats so much: ${preview(text)}`);
}

function parsePattern(text: string): RE2JS {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = clip(error.message.replace(/^error parsing regexp: /, ''), 100);
    throw new EvaluationError(
      `regexMatchString needs a regular expression (RE2 syntax), but met ${preview(text)}: ${reason}`,
    );
  }
}
