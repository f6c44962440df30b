/** The rule of names, which flows, executions and environment variables follow (api.md 2). */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;

/** The rule as a message says it. */
export const NAME_RULE = '1 to 128 characters of A-Z, a-z, 0-9, "_" and "-", the first a letter or "_"';

/** True for a text that follows the rule. */
export function isName(text: string): boolean {
  return NAME.test(text);
}
