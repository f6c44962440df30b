/** The settings of a flow that a person can change, and a draft of them. The names are those of the API. */
import { environmentText } from '../environment.ts';
import type { Variable } from '../environment.ts';
import type { Flow } from '../flow-source.ts';

export interface Settings {
  readonly Description: string;
  readonly RoleArn: string;
  readonly Environment: readonly Variable[];
}

const NAMES = ['Description', 'RoleArn', 'Environment'] as const;
export type Setting = (typeof NAMES)[number];

export interface SettingsDraft {
  readonly settings: Settings;
  /** Those that the person began with. */
  readonly base: Settings;
}

export function settingsOf(flow: Pick<Flow, Setting>): Settings {
  return { Description: flow.Description, RoleArn: flow.RoleArn, Environment: flow.Environment.Variables };
}

/** A setting as a parameter of UpdateFlow. */
export function parameterOf(settings: Settings, name: Setting): string {
  return name === 'Environment' ? environmentText(settings.Environment) : settings[name];
}

export function differences(a: Settings, b: Settings): readonly Setting[] {
  return NAMES.filter((name) => parameterOf(a, name) !== parameterOf(b, name));
}

/** `settings` with some of `others`. */
export function withSettings(settings: Settings, others: Settings, names: readonly Setting[]): Settings {
  return { ...settings, ...Object.fromEntries(names.map((name) => [name, others[name]])) };
}

/** The draft over what the flow has now: what the person has not changed follows it, and so does what someone else has changed alike. */
export function following(draft: SettingsDraft, now: Settings): SettingsDraft {
  const { settings, base } = draft;
  const mine = differences(base, settings);
  const alike = differences(base, now).filter(
    (name) => !mine.includes(name) || parameterOf(now, name) === parameterOf(settings, name),
  );
  if (alike.length === 0) return draft;
  return { settings: withSettings(settings, now, alike), base: withSettings(base, now, alike) };
}

/** The settings that the person and someone else have changed to different values. */
export function conflicts(draft: SettingsDraft, now: Settings): readonly Setting[] {
  return differences(following(draft, now).base, now);
}
