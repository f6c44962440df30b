/** All definitions with faults. */
import { FAULTY_CLASSIC_FLOWS } from './classic.ts';
import type { FaultyDefinition } from './faulty-definition.ts';
import { FAULTY_FLOWS } from './flows.ts';
import { FAULTY_STATES } from './states.ts';
import { FAULTY_TASKS } from './tasks.ts';
import { FAULTY_TEXTS } from './texts.ts';

export const FAULTY_DEFINITIONS: readonly FaultyDefinition[] = [
  ...FAULTY_TEXTS,
  ...FAULTY_FLOWS,
  ...FAULTY_STATES,
  ...FAULTY_TASKS,
  ...FAULTY_CLASSIC_FLOWS,
];
