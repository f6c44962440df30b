/** Names of Map runs and of their children are random in a run, so cases and histories have words in their place. */
import type { Plan } from '../../src/language/plan.ts';

const RUN = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** `<execution>-<beginning of the name of the run>-<position>` */
const CHILD = /-[0-9a-f]{12}-(?=\d)/g;

/** Writes `<map-run>`, `<uuid>` and, in the name of a child, `<run>`. */
export function hideRuns(text: string): string {
  return text.replaceAll(UUID, '<uuid>').replaceAll(RUN, '<map-run>').replaceAll(CHILD, '-<run>-');
}

/** True for a plan with a distributed Map: other texts may have such digits of their own. */
export function hasMapRuns({ states }: Plan): boolean {
  return states.some((state) => state.type === 'Map' && state.distributed !== null);
}
