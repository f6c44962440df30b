/** Parts of the messages about wrong parameters. */
import { beginning } from '../../base/text.ts';
import { invalidArgument } from '../../api/error.ts';
import type { ApiError } from '../../api/error.ts';

/** A caller's text for a message: quoted, its control characters escaped, cut to a readable length. */
export function excerpt(text: string): string {
  return JSON.stringify(beginning(text, 64));
}

/** The error for a parameter that changes a value which cannot be empty. */
export function emptyFault(parameter: string): ApiError {
  return invalidArgument(`${parameter} is empty; omit it to leave it unchanged.`);
}
