/**
 * Texts that the browser stores for the person who is signed in: those of one key are not shown to another. This file holds
 * a text that the browser does not take, because its storage is full or forbidden, until the page is closed.
 */
import { session } from './session.ts';

/** The part of `Storage` that is used. */
export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

type Kind = 'localStorage' | 'sessionStorage';

/** Texts that the browser did not take, by kind and name. */
const held = new Map<string, string>();

/** `sessionStorage` ends with the tab of the browser. */
export function ownStorage(kind: Kind = 'localStorage'): TextStorage {
  const storage = browserStorage(kind);
  const key = session.peek()?.accessKeyId ?? '';
  const own = (name: string): string => (key === '' ? name : `${name}@${key}`);
  return {
    getItem: (name) => held.get(`${kind}/${own(name)}`) ?? storage?.getItem(own(name)) ?? null,
    setItem(name, text) {
      const place = `${kind}/${own(name)}`;
      try {
        if (storage === null) throw new Error('There is no storage.');
        storage.setItem(own(name), text);
        held.delete(place);
      } catch {
        held.set(place, text);
      }
    },
    removeItem(name) {
      held.delete(`${kind}/${own(name)}`);
      storage?.removeItem(own(name));
    },
  };
}

/** Null where the browser forbids it. */
function browserStorage(kind: Kind): Storage | null {
  try {
    return window[kind];
  } catch {
    return null;
  }
}
