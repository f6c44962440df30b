/**
 * What a conversion has to say: notes, where the result says something else than the original or leaves something out, and
 * refusals, for what the state-machine language cannot say. Refusals do not end the reading: all of them are told at once.
 */
import type { Node } from '../language/text/document.ts';
import type { Report } from '../language/text/report.ts';

export interface Remark {
  /** 1-based; of the original. */
  readonly line: number;
  readonly column: number;
  /** One sentence without a full stop. */
  readonly message: string;
}

/** Remarks that are kept; a definition of a megabyte can have one on every line. */
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

  /** A note that would be the same at every place of the kind: only the first place is told. */
  noteOnce(at: Node | number, message: string): void {
    if (this.#once.has(message)) return;
    this.#once.add(message);
    this.note(at, message);
  }

  refuse(at: Node | number, message: string): void {
    this.#add(this.refusals, at, message);
  }

  /** The notes since the last call, for a comment above what they are about. */
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
