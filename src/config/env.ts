/** Reads the variables of the settings from the environment, as texts. */
import { editDistance } from '../base/suggest.ts';
import { TABLE } from './table.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that names the settings file. The file has no key for it. */
export const CONFIG_VARIABLE = 'MILLRACE_CONFIG';

export interface EnvironmentTexts {
  /** Path of the settings file; null: none. */
  readonly configFile: string | null;
  /** By variable, the texts that are not empty. */
  readonly texts: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
}

/** Reads the variables of the settings. A variable with a typing error in its name is a fault. */
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
      // Other names are not faults: container platforms set MILLRACE_PORT and others for a service named millrace.
      const meant = known.find((candidate) => editDistance(name, candidate) <= 2);
      if (meant !== undefined) faults.push(`${name} is not a setting (did you mean ${meant}?)`);
    }
  }
  const configFile = texts.get(CONFIG_VARIABLE) ?? null;
  return { configFile, texts, faults };
}
