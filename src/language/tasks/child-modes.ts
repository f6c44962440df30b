/** The actions that start a flow of this engine. The interpreter and the runtime read the mode from the plan. */
import type { ChildMode } from '../plan.ts';

const CHILD_MODES: ReadonlyMap<string, ChildMode> = new Map([
  ['fnf:startexecution', 'Standard'],
  ['fnf:startsyncexecution', 'Express'],
]);

/** The mode of the flow that an action starts; null for an action that calls a service. The case of the name is free. */
export function childModeOf(action: string): ChildMode | null {
  return CHILD_MODES.get(action.toLowerCase()) ?? null;
}
