/** Checks the callback modes of a task, which each dialect writes under other names (rules.md 11.2). */
import type { TaskMode } from '../plan.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import type { KnownAction } from './action-catalog.ts';
import { knownAction } from './action-catalog.ts';

/** How a dialect writes the mode of a task. */
export interface ModeForm {
  /** Key of the mode: `TaskMode`, `pattern`. */
  readonly key: string;
  /** The word for a mode in a sentence. */
  readonly noun: string;
  nameOf(mode: TaskMode): string;
}

/**
 * Reports a callback mode that an Express flow cannot have, or that the action does not have. Returns the action for further
 * checks of its mode; null when the mode is at fault, or when `action` is null because the task calls nothing that is known.
 */
export function checkCallbackMode(
  task: FieldReader,
  { key, noun, nameOf }: ModeForm,
  mode: TaskMode,
  action: string | null,
  express: boolean,
): KnownAction | null {
  const offset = task.find(key)?.node.offset ?? task.node.offset;
  if (express) {
    const message = `${key} ${nameOf(mode)} waits for a callback, which an Express flow cannot do; only ${nameOf('RequestComplete')} works there`;
    task.report.add('callback-in-express', offset, task.at(key), message);
    return null;
  }
  if (action === null) return null;
  const known = knownAction(action);
  if (known.modes.includes(mode)) return known;
  const message = `${action} has no ${noun} ${nameOf(mode)}; it has ${known.modes.map(nameOf).join(' and ')}`;
  task.report.add('unsupported-mode', offset, task.at(key), message);
  return null;
}
