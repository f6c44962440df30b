/**
 * Addresses of the screens, in the fragment of the URL: `#/flows/orders?tab=runs`. A fragment needs nothing from the server, so the
 * console works below any path. All that a person can choose on a screen and may want to send to another belongs into the address.
 */
import { computed, signal } from '@preact/signals';

export interface Route {
  /** The parts of the path, decoded: `['flows', 'orders']`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

const fragment = signal(typeof location === 'undefined' ? '' : location.hash);

if (typeof window !== 'undefined') {
  window.addEventListener('hashchange', () => {
    fragment.value = location.hash;
  });
}

export const route = computed<Route>(() => parseRoute(fragment.value));

/** Reads a fragment. Anything is a route: what leads nowhere is shown as such. */
export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#/, '');
  const question = text.indexOf('?');
  const path = question === -1 ? text : text.slice(0, question);
  const query = new URLSearchParams(question === -1 ? '' : text.slice(question + 1));
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decoded),
    query,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

type Query = Readonly<Record<string, string | number | null | undefined>>;

/** The address of a screen. Members of the query that are empty, null or undefined are left out. */
export function href(path: readonly string[], query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

/** Goes to a screen. `replace`: Back does not return to the present one. */
export function navigate(path: readonly string[], query: Query = {}, { replace = false } = {}): void {
  go(href(path, query), replace);
}

/** Changes members of the query of the present screen; null or empty removes one. Filters use it, so that Back restores them. */
export function setQuery(changes: Query, { replace = false } = {}): void {
  const { path, query } = route.peek();
  go(href(path, { ...Object.fromEntries(query), ...changes }), replace);
}

function go(address: string, replace: boolean): void {
  if (address === location.hash) return;
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  fragment.value = address;
}

if (typeof window !== 'undefined') {
  window.addEventListener('popstate', () => {
    fragment.value = location.hash;
  });
}

/** The addresses of the screens, in one place. */
export const to = {
  flows: (query: Query = {}) => href(['flows'], query),
  newFlow: (query: Query = {}) => href(['new-flow'], query),
  flow: (name: string, query: Query = {}) => href(['flows', name], query),
  executions: (query: Query = {}) => href(['executions'], query),
  execution: (flow: string, name: string, query: Query = {}) => href(['flows', flow, 'executions', name], query),
  mapRun: (flow: string, execution: string, name: string, query: Query = {}) =>
    href(['flows', flow, 'executions', execution, 'map-runs', name], query),
  messages: (query: Query = {}) => href(['messages'], query),
  schedules: (query: Query = {}) => href(['schedules'], query),
  system: (query: Query = {}) => href(['system'], query),
};
