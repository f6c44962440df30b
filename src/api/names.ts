/**
 * The rule of names, which flows, executions and environment variables follow (api.md 2), and what names a version or
 * an alias of a flow (decisions.md 4.8).
 */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;

/** The rule as a message says it. */
export const NAME_RULE = '1 to 128 characters of A-Z, a-z, 0-9, "_" and "-", the first a letter or "_"';

/** True for a text that follows the rule. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** Longest name of an execution that can exist: a name, a colon and a UUID. */
export const MAX_EXECUTION_NAME = 165;

/**
 * True for a text that an execution may be called: a name, or what this program makes itself, which is a UUID, or for
 * an Express execution a name with a UUID behind it (decisions.md 4.2). It is wider than those, and never wider than safe.
 */
export function isExecutionName(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_-]{0,127}(?::[A-Za-z0-9-]{1,36})?$/.test(text);
}

/** What asks for the current definition, as no version and no alias does. */
export const LATEST = 'LATEST';

/** True for a version number as replies write it: from 1, without a sign or leading zeros. */
export function isVersionNumber(text: string): boolean {
  return /^[1-9]\d{0,14}$/.test(text);
}

/** True for a text that may name an alias: a name, so never a number, and not `LATEST`. */
export function isAliasName(text: string): boolean {
  return text !== LATEST && NAME.test(text);
}
