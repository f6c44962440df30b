/**
 * The files that a server reads at its start: the settings file and those of TLS. Its workers get their texts, so that one which starts
 * later runs with the same settings although a file was edited meanwhile.
 */
import { readText } from './load.ts';
import type { ReadText } from './load.ts';

/** Reads files of this machine, and retains their texts by path. */
export function retainingTexts(): { readonly read: ReadText; readonly texts: Record<string, string> } {
  const texts: Record<string, string> = {};
  return {
    texts,
    read(path) {
      const text = readText(path);
      texts[path] = text;
      return text;
    },
  };
}

/** Reads the texts that another process has retained. */
export function retainedTexts(texts: Readonly<Record<string, string>>): ReadText {
  return (path) => {
    const text = texts[path];
    if (text === undefined) throw new Error('the server has not read it at its start');
    return text;
  };
}
