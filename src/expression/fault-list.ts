/** Collects the faults of one expression up to a limit, past which reading on would only repeat them. */
import { MAX_FAULTS } from './compiled.ts';
import type { ExpressionFault, ExpressionFaultCode } from './fault.ts';

/** Ends the reading of a text in which nothing more can be made out; never leaves this folder. */
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

  /** Adds a fault after which the rest of the text means nothing. */
  stop(code: ExpressionFaultCode, message: string, offset: number, length: number): never {
    this.add(code, message, offset, length);
    throw new ReadingStopped();
  }
}

/** A piece of caller's text inside a message: cut to `limit` UTF-16 units, never inside a surrogate pair. */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit)}…`;
}
