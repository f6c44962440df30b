/**
 * Regular expressions for `regexMatchString`, with an engine whose time is linear in the text (rules.md 9.9).
 *
 * Limits apply to the length of a pattern, to the size of its program and its character classes, to the time (fuel for
 * making the pattern and for text length × program size, the engine's worst case), and to the memory of all compiled
 * patterns, because the engine stores states for each of them. A cache holds the compiled patterns that were used last. It
 * changes neither results nor fuel.
 */
import { beginning } from '../../base/text.ts';
import { RE2JS, RE2JSException } from 're2js';
import type { CheckingWork } from '../compiled.ts';
import type { EvaluationScope } from '../evaluation.ts';
import { EvaluationError, spend } from '../evaluation.ts';
import { preview } from '../preview.ts';
import { unfoldedSize } from './pattern-size.ts';

const MAX_PATTERN_LENGTH = 1000;
const MAX_PROGRAM_SIZE = 2000;
/** Most bounds of character ranges in a program. One `\pL` has 1,400, and each repetition has them again. */
const MAX_RANGE_BOUNDS = 200_000;
const MAX_CACHED = 256;
/** Memory of the engine for the states of one pattern. When it is full, the engine clears it and continues. */
const STATE_BYTES = 128 * 1024;

interface Pattern {
  readonly engine: RE2JS;
  readonly programSize: number;
  /** Fuel for making the pattern. Each match takes it, so that the cache makes no difference. */
  readonly fuel: number;
}

/** By pattern text, the least recently used first. */
const cache = new Map<string, Pattern>();

/** Returns whether `pattern` matches anywhere in `text`. @throws {EvaluationError} for a wrong pattern or too much work. */
export function matchesPattern(scope: EvaluationScope, text: string, pattern: string): boolean {
  spend(scope, 16 + pattern.length * 8);
  const { engine, programSize, fuel } = cachedPattern(pattern);
  spend(scope, fuel + Math.ceil((text.length * programSize) / 8));
  return engine.test(text);
}

/** Checks a pattern, and takes the fuel for it from `work`. @throws {EvaluationError} for a wrong or too large pattern. */
export function checkPattern(pattern: string, work: CheckingWork): void {
  work.fuel -= (100 + pattern.length) * 16;
  try {
    work.fuel -= compilePattern(pattern).programSize * 16;
  } catch (error) {
    // The engine may have expanded a refused pattern to any size below the limit.
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
  // Reading `dfa` makes the engine allocate its table of states, which patterns that are only checked do not need.
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
  throw new EvaluationError(`regexMatchString needs a pattern with fewer repetitions, but met ${preview(text)}`);
}

function parsePattern(text: string): RE2JS {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = beginning(error.message.replace(/^error parsing regexp: /, ''), 100);
    throw new EvaluationError(
      `regexMatchString needs a regular expression (RE2 syntax), but met ${preview(text)}: ${reason}`,
    );
  }
}
