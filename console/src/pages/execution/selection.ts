/** The choices of a person on the screen of an execution, as members of its address. */
import { href, route, setQuery } from '../../app/router.ts';
import type { Outcome } from './model/history.ts';

export type ExecutionTab = 'timeline' | 'graph' | 'events' | 'data' | 'definition';

/** The chosen event; 0 for none. */
export function chosenEvent(): number {
  const id = Number(route.value.query.get('e') ?? 0);
  return Number.isSafeInteger(id) && id > 0 ? id : 0;
}

/** Chooses an event. `isStep`: the choice moves on by a key, so Back does not return to each. */
export function chooseEvent(
  id: number,
  { isStep = false, tab }: { readonly isStep?: boolean; readonly tab?: ExecutionTab } = {},
): void {
  const place = tab === undefined ? {} : { tab: tab === 'timeline' ? null : tab };
  setQuery({ e: id === 0 ? null : id, ...place }, { replace: isStep });
}

/** The stretch of time in view, milliseconds since the beginning; null for all of it. */
export function chosenZoom(): { readonly from: number; readonly until: number } | null {
  const found = /^(\d+)-(\d+)$/.exec(route.value.query.get('zoom') ?? '');
  if (found === null) return null;
  const [from, until] = [Number(found[1]), Number(found[2])];
  return until > from ? { from, until } : null;
}

export function chooseZoom(zoom: { readonly from: number; readonly until: number } | null): void {
  const text = zoom === null ? null : `${Math.max(0, Math.floor(zoom.from))}-${Math.ceil(zoom.until)}`;
  setQuery({ zoom: text }, { replace: true });
}

/** Keys in a member of the address, separated by underscores. */
export function keysOf(member: 'open' | 'shut'): ReadonlySet<string> {
  const text = route.value.query.get(member) ?? '';
  return new Set(text === '' ? [] : text.split('_'));
}

/** Opens or closes a row of the timeline. */
export function chooseOpen(key: string, isOpen: boolean): void {
  const open = new Set(keysOf('open'));
  const shut = new Set(keysOf('shut'));
  open.delete(key);
  shut.delete(key);
  (isOpen ? open : shut).add(key);
  setQuery({ open: [...open].join('_'), shut: [...shut].join('_') }, { replace: true });
}

const OUTCOMES: readonly string[] = ['Running', 'Succeeded', 'Failed', 'TimedOut', 'Aborted'];

/** Of the lines inside visits, by the ids of the visits: only those of a status. */
export function chosenOnly(): ReadonlyMap<number, Outcome> {
  const found = new Map<number, Outcome>();
  for (const part of (route.value.query.get('only') ?? '').split('_')) {
    const [id = '', status = ''] = part.split(':');
    if (OUTCOMES.includes(status)) found.set(Number(id), status as Outcome);
  }
  return found;
}

/** Shows only the lines of a status inside a visit, and opens it; null: all of them. */
export function chooseOnly(visit: number, status: Outcome | null): void {
  const only = new Map(chosenOnly());
  if (status === null) only.delete(visit);
  else only.set(visit, status);
  const open = new Set(keysOf('open')).add(`v${visit}`);
  const shut = new Set(keysOf('shut'));
  shut.delete(`v${visit}`);
  setQuery({
    only: [...only].map(([id, each]) => `${id}:${each}`).join('_'),
    open: [...open].join('_'),
    shut: [...shut].join('_'),
  });
}

/** The address of this screen with other choices. */
export function here(changes: Readonly<Record<string, string | number | null>>): string {
  const { path, query } = route.value;
  return href(path, { ...Object.fromEntries(query), ...changes });
}
