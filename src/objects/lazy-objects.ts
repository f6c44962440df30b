/** Loads what reads and writes objects when the first distributed Map needs it: its HTTP client and its CSV parser are large. */
import type { Objects } from './ports.ts';
import type { ObjectsOptions } from './objects.ts';

export function loadObjectsLazily(options: ObjectsOptions): Objects {
  let loading: Promise<Objects> | null = null;
  const load = (): Promise<Objects> => {
    // Through the scheduler, so that virtual time waits for the load.
    loading ??= options.ports.scheduler.outside(createObjects(options));
    return loading;
  };
  return {
    openItems: async (spec, expected, signal) => (await load()).openItems(spec, expected, signal),
    openResults: async (spec, mapRunName, signal) => (await load()).openResults(spec, mapRunName, signal),
    async close() {
      if (loading !== null) await (await loading).close();
    },
  };
}

async function createObjects(options: ObjectsOptions): Promise<Objects> {
  const objects = await import('./objects.ts');
  return objects.createObjects(options);
}
