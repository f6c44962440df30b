/** Opens and closes the commands of an execution. */
import type { Command } from '../commands.ts';
import type { Execution } from '../execution.ts';
import type { Thread } from '../thread.ts';

/** Opens a command; the thread waits for it in `phase`. */
export function openCommand(
  execution: Execution,
  thread: Thread,
  phase: 'task' | 'timer' | 'retry' | 'map',
  command: Command,
): void {
  thread.activity = { phase, command: command.id };
  execution.opened.push(command.id);
  execution.commands.set(command.id, command);
}

/** Closes the command that the thread waits for, if it is open. The caller sets the thread's next activity. */
export function closeCommand(execution: Execution, thread: Thread): void {
  const id = thread.waitingFor;
  if (id !== 0 && execution.commands.delete(id)) execution.closed.push(id);
}
