/**
 * Collects the faults of one definition and returns them as diagnostics: in the order of the text, the first 100 and then one
 * that counts the rest (rules.md 6.3). Errors have precedence over warnings for the 100 places, so that a refused flow
 * always shows an error. Memory is bounded for any number of faults.
 */
import type { Diagnostic, Place } from '../../base/diagnostic.ts';
import { nearest } from '../../base/suggest.ts';
import { EXPRESSION_FAULTS } from '../../expression/fault.ts';
import type { FaultCode } from './faults.ts';
import { LANGUAGE_FAULTS } from './faults.ts';
import type { Path } from './path.ts';
import { pathText } from './path.ts';

/** Diagnostics shown; one more counts the rest. */
const MAX_DIAGNOSTICS = 100;
const COMPACT_ABOVE = MAX_DIAGNOSTICS * 20;
/** Fuel for checking the literal patterns and constant parts of one expression: some ten milliseconds. */
const EXPRESSION_FUEL = 100_000;

/** The work of checking one definition, beyond reading it. */
export interface Budget {
  /** Fuel for checking the literal patterns and constant parts of all expressions together. */
  readonly fuel: number;
  /** Cells of edit-distance tables that suggestions may fill. */
  readonly cells: number;
}

/** A quarter of a second of expressions, some tens of milliseconds of suggestions. */
export const FULL_BUDGET: Budget = { fuel: 2_000_000, cells: 5_000_000 };

interface Entry {
  readonly severity: 'error' | 'warning';
  readonly code: FaultCode;
  readonly offset: number;
  readonly path: Path;
  readonly message: string;
}

export class Report {
  readonly text: string;
  /** Statuses that `HTTP:Request` turns into errors here: `404`, `5xx`. */
  httpErrorStatuses: readonly string[] = [];
  readonly #lineStarts: number[] = [0];
  #fuel: number;
  #cells: number;
  #entries: Entry[] = [];
  #errors = 0;
  #warnings = 0;

  constructor(text: string, { fuel, cells }: Budget = FULL_BUDGET) {
    this.text = text;
    this.#fuel = fuel;
    this.#cells = cells;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  /** True when a fault is an error. */
  get failed(): boolean {
    return this.#errors > 0;
  }

  /** True when the budget was too small: with a larger one, there may be more faults, or better messages. */
  get overspent(): boolean {
    return this.#fuel < 0 || this.#cells <= 0;
  }

  /**
   * Fuel for checking one expression; `checked` takes what was used. Without fuel, a faulty constant part fails when the
   * expression runs.
   */
  checkingWork(): { fuel: number } {
    return { fuel: Math.min(this.#fuel, EXPRESSION_FUEL) };
  }

  checked(usedFuel: number): void {
    if (this.#fuel >= 0) this.#fuel -= usedFuel;
  }

  /** Adds a fault at an offset of the text. `message` is one sentence without a full stop. */
  add(code: FaultCode, offset: number, path: Path, message: string): void {
    const severity = severityOf(code);
    if (severity === 'error') this.#errors++;
    else this.#warnings++;
    this.#entries.push({ severity, code, offset, path, message });
    if (this.#entries.length > COMPACT_ABOVE) this.#entries = firstEntries(this.#entries);
  }

  /** ` (did you mean "Next"?)` when a candidate is close to the written text, otherwise an empty text. */
  didYouMean(written: string, candidates: Iterable<string>): string {
    const found = nearest(written, this.#affordable(written, candidates));
    return found === null ? '' : ` (did you mean ${JSON.stringify(found)}?)`;
  }

  /** The candidates of about the right length, as long as the budget of the whole compilation lasts. */
  *#affordable(written: string, candidates: Iterable<string>): Generator<string> {
    const slack = Math.max(2, Math.floor(written.length / 3));
    for (const candidate of candidates) {
      if (this.#cells-- <= 0) return;
      if (Math.abs(candidate.length - written.length) > slack) continue;
      this.#cells -= candidate.length * written.length;
      yield candidate;
    }
  }

  place(offset: number, path: Path): Place {
    return { ...this.#position(offset), path: pathText(path) };
  }

  /** The line of an offset, from 1, for messages that point at a second place. */
  line(offset: number): number {
    return this.#position(offset).line;
  }

  /** The part of the definition's text between two offsets. */
  source(start: number, end: number): string {
    return this.text.slice(start, end);
  }

  diagnostics(): Diagnostic[] {
    const shown = firstEntries(this.#entries);
    const diagnostics: Diagnostic[] = shown.map(({ severity, code, offset, path, message }) => ({
      severity,
      code,
      ...this.place(offset, path),
      message,
    }));
    const hidden = this.#errors + this.#warnings - shown.length;
    if (hidden > 0) diagnostics.push(this.#rest(shown, hidden));
    return diagnostics;
  }

  #rest(shown: readonly Entry[], hidden: number): Diagnostic {
    const errors = this.#errors - shown.filter(({ severity }) => severity === 'error').length;
    const code = errors > 0 ? 'more-faults' : 'more-warnings';
    const message = `${hidden} more ${hidden === 1 ? 'diagnostic is' : 'diagnostics are'} not shown (errors: ${errors}, warnings: ${hidden - errors})`;
    return { severity: severityOf(code), code, ...this.place(this.text.length, null), message };
  }

  #position(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] as number) + 1 };
  }
}

function severityOf(code: FaultCode): 'error' | 'warning' {
  if (code in EXPRESSION_FAULTS) return code.startsWith('odd-') ? 'warning' : 'error';
  return LANGUAGE_FAULTS[code as keyof typeof LANGUAGE_FAULTS].severity;
}

/** In the order of the text; of more than a hundred, the errors first and then the warnings. */
function firstEntries(entries: readonly Entry[]): Entry[] {
  const inOrder = entries.toSorted((a, b) => a.offset - b.offset);
  if (inOrder.length <= MAX_DIAGNOSTICS) return inOrder;
  const errors = inOrder.filter(({ severity }) => severity === 'error').slice(0, MAX_DIAGNOSTICS);
  const warnings = inOrder.filter(({ severity }) => severity === 'warning').slice(0, MAX_DIAGNOSTICS - errors.length);
  return [...errors, ...warnings].sort((a, b) => a.offset - b.offset);
}
