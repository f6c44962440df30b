/** The error that callers of an execution get after a defect of this server has ended it. */
import { reasonOf } from '../base/text.ts';

/** A defect has ended an execution in memory, after it began. The message is that of the defect, which is the cause. */
export class RunBroke extends Error {
  override readonly name = 'RunBroke';
  /** The state at work; empty when it is not known. */
  readonly state: string;

  constructor(error: unknown, state: string) {
    super(reasonOf(error), { cause: error });
    this.state = state;
  }
}
