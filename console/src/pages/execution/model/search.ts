/** Which events of a history a person looks for. */
import { stateType } from './events.ts';
import type { StreamedEvent } from './events.ts';
import type { History } from './history.ts';

export interface EventFilter {
  /** Name of a state; empty for all. */
  readonly state: string;
  /** Type of event, as served; empty for all. */
  readonly type: string;
  /** Text in the name of the state, the type or the detail; empty for all. */
  readonly text: string;
  /** Only failures, timeouts, aborted states and warnings. */
  readonly isTrouble: boolean;
}

export const NO_FILTER: EventFilter = { state: '', type: '', text: '', isTrouble: false };

export function isFiltered({ state, type, text, isTrouble }: EventFilter): boolean {
  return state !== '' || type !== '' || text !== '' || isTrouble;
}

/** The events that a filter leaves, in their order; all of them, as they are, without a filter. */
export function eventsWith({ events }: History, filter: EventFilter): readonly StreamedEvent[] {
  return isFiltered(filter) ? events.filter(matcher(filter)) : events;
}

function matcher({ state, type, text, isTrouble }: EventFilter): (event: StreamedEvent) => boolean {
  const wanted = text.toLowerCase();
  return (event) => {
    if (state !== '' && event.step !== state) return false;
    if (type !== '' && event.type !== type) return false;
    if (isTrouble && !isTroubled(event)) return false;
    return wanted === '' || [event.step, event.type, event.detail].some((each) => each.toLowerCase().includes(wanted));
  };
}

/** A failure of any kind, or a warning. */
export function isTroubled({ type, warnings }: Pick<StreamedEvent, 'type' | 'warnings'>): boolean {
  return warnings !== undefined || /(?:Failed|TimedOut|Aborted|Stopped)$/.test(type);
}

/** The status that an event gives to the state that it is about, for its icon; null for one that gives none. */
export function statusOfEvent({ type }: Pick<StreamedEvent, 'type'>): string | null {
  const found = /(?:Succeeded|Failed|TimedOut|Aborted|Stopped)$/.exec(stateType(type));
  return found?.[0] ?? null;
}

/** Names of states and types of events in a history, for the choices of a filter. */
export function choicesOf({ events }: History): { readonly states: string[]; readonly types: string[] } {
  const states = new Set<string>();
  const types = new Set<string>();
  for (const { step, type } of events) {
    if (step !== '') states.add(step);
    types.add(type);
  }
  return { states: [...states], types: [...types] };
}
