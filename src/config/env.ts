/** The environment: reads texts and nothing else. */
import { editDistance } from '../base/suggest.ts';
import { TABLE } from './table.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the settings file. It has no key in the file. */
export const CONFIG_VARIABLE = 'MILLRACE_CONFIG';

export interface EnvironmentTexts {
  /** Path of the settings file; null: none. */
  readonly configFile: string | null;
  /** Variables of settings that are set and not empty. */
  readonly texts: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
}

/** Reads the variables of the settings. One that is a slip away from a known one is a fault. */
export function readEnvironment(env: Environment): EnvironmentTexts {
  const known = [CONFIG_VARIABLE];
  for (const { env: name } of Object.values(TABLE)) if (name !== null) known.push(name);
  const texts = new Map<string, string>();
  const faults: string[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('MILLRACE_') || text === undefined) continue;
    if (known.includes(name)) {
      if (text !== '') texts.set(name, text);
    } else {
      // Only a near miss: container platforms set variables such as MILLRACE_PORT for a service of that name.
      const meant = known.find((candidate) => editDistance(name, candidate) <= 2);
      if (meant !== undefined) faults.push(`${name} is no setting (did you mean ${meant}?)`);
    }
  }
  const configFile = texts.get(CONFIG_VARIABLE) ?? null;
  return { configFile, texts, faults };
}
