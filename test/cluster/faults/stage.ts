/** A row of the table of faults: it gets a stage, plays on it, and returns figures. */
import type { CleanUp } from '../../../src/testing/clean-up.ts';
import type { Random } from '../../simulation/random.ts';

export interface Stage {
  /** Everything that the row has started ends with it. */
  readonly t: CleanUp;
  readonly random: Random;
  /** How long faults follow one another. */
  readonly forMs: number;
  /** Something that must not be, as a sentence. */
  violation(sentence: string): void;
}

export interface Row {
  readonly name: string;
  /** Resolves with figures. */
  play(stage: Stage): Promise<string>;
}

/** The row cannot be played on this machine; the message says why. */
export class CannotPlay extends Error {
  override readonly name = 'CannotPlay';
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
