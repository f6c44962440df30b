/**
 * Who may call while authentication is off. A page of any site could make a developer's browser call the server on the same
 * machine. Browsers mark most requests of pages, but not all. The owner of a name can also point it to this machine; requests of a
 * page under that name are then of the same origin. So the server looks for the marks, and at the name by which it was called.
 */
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../base/loopback.ts';

/**
 * Whether a browser sent the request for a page, or because someone opened its address. `Sec-Fetch-Mode` alone is no mark:
 * `fetch` of Node sends it too. Browsers without `Sec-Fetch-*` send `Origin` with a POST and `Referer` with an image or a link.
 */
export function comesFromBrowser({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const site = headers['sec-fetch-site'];
  return (
    headers.origin !== undefined ||
    headers.referer !== undefined ||
    headers['sec-fetch-mode'] === 'navigate' ||
    (site !== undefined && site !== 'none')
  );
}

/** The names by which a server without authentication can be called. */
export class LocalNames {
  readonly #names: ReadonlySet<string>;

  /** `names` are those of the setting `http.hosts`: names that a hosts file or a private DNS points to this machine. */
  constructor(names: readonly string[]) {
    this.#names = new Set(names.map((name) => name.toLowerCase()));
  }

  /**
   * Whether a host, with or without port, is `localhost`, a name below it, a loopback address, or a name of the setting. Programs
   * can send no host; browsers always send one.
   */
  has(host: string): boolean {
    if (host === '') return true;
    const [, bracketed, plain = ''] = /^(?:\[([\da-f:.]+)\]|([^:]*))(?::\d*)?$/i.exec(host) ?? [];
    if (bracketed !== undefined) return isLoopback(bracketed);
    const name = plain.toLowerCase().replace(/\.$/, '');
    return isLoopback(name) || name.endsWith('.localhost') || this.#names.has(name);
  }
}
