/** `Qualifier`: which definition of a flow a request asks for (rules.md 5.9). Pure. */
import { isNumeral, LATEST } from '../../api/names.ts';

export type Qualifier =
  | { readonly kind: 'current' }
  /** The current definition again, asked for by the name `LATEST`. */
  | { readonly kind: 'latest' }
  | { readonly kind: 'version'; readonly number: string }
  | { readonly kind: 'alias'; readonly name: string };

const CURRENT: Qualifier = { kind: 'current' };
const LATEST_DEFINITION: Qualifier = { kind: 'latest' };

/** Digits ask for a version, even those that are the number of none, such as `01`; any other text asks for an alias. */
export function parseQualifier(text: string): Qualifier {
  if (text === '') return CURRENT;
  if (text === LATEST) return LATEST_DEFINITION;
  return isNumeral(text) ? { kind: 'version', number: text } : { kind: 'alias', name: text };
}
