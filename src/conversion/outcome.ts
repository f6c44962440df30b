/**
 * The remarks of a conversion. A note says what differs from the original or is left out. A refusal says what has no
 * equivalent in the state-machine language. The conversion continues after a refusal, to report all of them at once.
 */
import type { Node } from '../language/text/document.ts';
import type { Report } from '../language/text/report.ts';

export interface Remark {
  /** Line of the original, from 1. */
  readonly line: number;
  readonly column: number;
  /** One sentence without a full stop. */
  readonly message: string;
}

/** Most remarks of each kind: a definition of one megabyte could have one for every line. */
const REMARKS_MAX = 100;

export class Outcome {
  readonly notes: Remark[] = [];
  readonly refusals: Remark[] = [];
  readonly #report: Report;
  readonly #once = new Set<string>();
  #commented = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  note(at: Node | number, message: string): void {
    this.#add(this.notes, at, message);
  }

  /** Adds a note that applies to many places, for the first of them only. */
  noteOnce(at: Node | number, message: string): void {
    if (this.#once.has(message)) return;
    this.#once.add(message);
    this.note(at, message);
  }

  refuse(at: Node | number, message: string): void {
    this.#add(this.refusals, at, message);
  }

  /** Returns the notes since the last call, for a comment above their state. */
  takeComments(): string[] {
    const fresh = this.notes.slice(this.#commented);
    this.#commented = this.notes.length;
    return fresh.map(({ line, message }) => `line ${line}: ${message}`);
  }

  inOrder(remarks: readonly Remark[]): Remark[] {
    return remarks.toSorted((a, b) => a.line - b.line || a.column - b.column);
  }

  #add(remarks: Remark[], at: Node | number, message: string): void {
    if (remarks.length >= REMARKS_MAX) return;
    const { line, column } = this.#report.place(offsetOf(at), null);
    if (remarks.some((other) => other.line === line && other.message === message)) return;
    remarks.push({ line, column, message });
  }
}

function offsetOf(at: Node | number): number {
  return typeof at === 'number' ? at : at.offset;
}
