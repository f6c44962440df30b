/**
 * The rule of names, which flows, executions and environment variables follow (rules.md 4.2), and the texts that name a version or
 * an alias of a flow (rules.md 4.2).
 */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;

/** Longest name. */
export const MAX_NAME = 128;

/** The rule, for messages. */
export const NAME_RULE = '1 to 128 characters of A-Z, a-z, 0-9, "_" and "-", the first a letter or "_"';

/** True for a text that follows the rule. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** Longest name of an execution that can exist: a name, a colon and a UUID. */
export const MAX_EXECUTION_NAME = 165;

/**
 * True for a text that can be the name of an execution: a name, a UUID that the server made, or the name of an Express execution,
 * which ends in a colon and a UUID (rules.md 12.2). A wider pattern than those three, with the same safe characters.
 */
export function isExecutionName(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_-]{0,127}(?::[A-Za-z0-9-]{1,36})?$/.test(text);
}

/** The Qualifier of the current definition; no version and no alias has this name. */
export const LATEST = 'LATEST';

/** True for a Qualifier that means a version and never an alias. The version need not exist: `01` is no version's number. */
export function isNumeral(qualifier: string): boolean {
  return /^\d+$/.test(qualifier);
}

/** True for a version number as replies write it: from 1, without a sign or leading zeros. */
export function isVersionNumber(text: string): boolean {
  return text.length <= 15 && isNumeral(text) && text[0] !== '0';
}

/** True for a text that may name an alias: a name, so never a number, and not `LATEST`. */
export function isAliasName(text: string): boolean {
  return text !== LATEST && NAME.test(text);
}
