/** Makes the findings of the checks. */
import type { RepairableFinding } from '../../store-file.ts';

type Sentences = Pick<RepairableFinding, 'what' | 'means'>;

/** A fault that a repair corrects. */
export function repairable(said: Sentences & { readonly repair: string; readonly run: () => void }): RepairableFinding {
  return { level: 'fault', ...said, advice: null };
}

/** A fault that only a person can correct. */
export function fault(said: Sentences & { readonly advice: string }): RepairableFinding {
  return { level: 'fault', ...said, repair: null, run: null };
}

/** `1 row`, `2 rows`. */
export function amount(number: number, what: string, several = `${what}s`): string {
  return `${number} ${number === 1 ? what : several}`;
}

/** A size that people read: `3.2 MiB`. */
export function sizeOf(bytes: number): string {
  if (bytes < 1024) return amount(bytes, 'byte');
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** How many things of a kind a finding names. */
const NAMED = 5;

/** The first names of a list, and how many there are more. */
export function some(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(', ');
  return names.length <= NAMED ? shown : `${shown} and ${names.length - NAMED} more`;
}
