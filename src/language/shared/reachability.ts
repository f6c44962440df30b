/** Warns of the states that no transition of their list leads to. */
import type { StateDraft } from './recipe.ts';
import type { StateNames } from './state-names.ts';
import type { Draft } from './state-drafts.ts';

/**
 * Reports every state that cannot be reached from `start`, at its name. A list with a name that leads nowhere is passed
 * over: the states that the name was meant for would all be reported as well.
 */
export function warnOfUnreachable(
  names: StateNames,
  drafts: readonly Draft<string>[],
  start: StateDraft,
  leadsTo: (state: StateDraft) => Iterable<StateDraft>,
  warn: (draft: Draft<string>) => void,
): void {
  if (names.dangling) return;
  const reached = new Set([start]);
  for (const state of reached) for (const target of leadsTo(state)) reached.add(target);
  for (const draft of drafts) {
    if (!reached.has(draft.state) && names.leadsTo(draft.state)) warn(draft);
  }
}
