/** One setting: its entry in the table of settings. */
import type { Kind } from './kinds.ts';

export interface TableEntry<T> {
  /** Environment variable, which has precedence over the file; null: none. */
  readonly env: string | null;
  readonly kind: Kind<T>;
  /** The value as a file would have it; null: none. */
  readonly default: unknown;
  /** Default with `limits: cloud`, if it differs. */
  readonly cloud?: unknown;
  /** The text in docs/settings.md. */
  readonly meaning: string;
}

/** An entry of the table; `cloud` only where it differs from `fallback`. */
export function setting<T>(
  env: string | null,
  kind: Kind<T>,
  fallback: unknown,
  meaning: string,
  cloud?: unknown,
): TableEntry<T> {
  return { env, kind, default: fallback, meaning, ...(cloud !== undefined && { cloud }) };
}
