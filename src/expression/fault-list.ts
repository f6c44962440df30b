/** Collects the faults of one expression up to a limit, after which further faults would not help the author. */
import { MAX_FAULTS } from './compiled.ts';
import type { ExpressionFault, ExpressionFaultCode } from './fault.ts';

/** Stops reading a text after a fault that makes the rest meaningless. It never leaves this folder. */
export class ReadingStopped extends Error {
  override readonly name = 'ReadingStopped';
}

export class FaultList {
  readonly faults: ExpressionFault[] = [];

  /** @throws {ReadingStopped} when the list is full. */
  add(code: ExpressionFaultCode, message: string, offset: number, length: number): void {
    if (this.faults.length >= MAX_FAULTS) throw new ReadingStopped();
    this.faults.push({ code, message, offset, length });
  }

  /** Adds a fault and stops reading, because the rest of the text is meaningless after it. */
  stop(code: ExpressionFaultCode, message: string, offset: number, length: number): never {
    this.add(code, message, offset, length);
    throw new ReadingStopped();
  }
}
