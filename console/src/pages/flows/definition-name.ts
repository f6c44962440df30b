/** The name inside a definition: found, and changed with the name of the flow that is created from it. */

/** At the beginning of a line in YAML; in JSON with the indentation of the first key. */
function nameLine(definition: string): RegExp {
  const indent = /^\s*\{\s*?\n([ \t]+)"/.exec(definition)?.[1];
  return indent === undefined
    ? /^(?<key>Name|name)(?<colon>:[ \t]+)(?<value>[^#\n]*?)(?<rest>[ \t]*(?:#.*)?)$/m
    : new RegExp(
        String.raw`^${indent}"(?<key>Name|name)"(?<colon>\s*:\s*)(?<value>"(?:[^"\\]|\\.)*")(?<rest>,?[ \t]*)$`,
        'm',
      );
}

/** The name in a definition; null if it has none, or in another form than people write it. */
export function definitionName(definition: string): string | null {
  const value = nameLine(definition).exec(definition)?.groups?.['value'];
  if (value === undefined) return null;
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
}

/** The definition with another name inside it; the same text if it has no name that can be found. */
export function renamed(definition: string, name: string): string {
  const found = nameLine(definition).exec(definition);
  const { value, rest } = found?.groups ?? {};
  if (found === null || value === undefined || rest === undefined) return definition;
  const end = found.index + found[0].length - rest.length;
  const quote = /^["']/.exec(value)?.[0] ?? '';
  return `${definition.slice(0, end - value.length)}${quote}${name}${quote}${definition.slice(end)}`;
}

/** A name by the rule of names, made from the name of a file; empty if nothing of it can be used. */
export function nameOfFile(file: string): string {
  const stem = file.replace(/^.*[/\\]/, '').replace(/(?:\.(?:ya?ml|json|asl|txt))+$/i, '');
  return stem
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z_]+|-+$/g, '')
    .slice(0, 128);
}

/** True for a text in Amazon States Language, whose states are a mapping; here they are a list. */
export function isStatesLanguage(text: string): boolean {
  if (/["']?Type["']?\s*:\s*["']?StateMachine\b/.test(text)) return false;
  return /"StartAt"\s*:/.test(text) && /"States"\s*:\s*\{/.test(text);
}
