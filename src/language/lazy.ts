/**
 * The compiler, loaded with the first definition: reading YAML takes much of a server's start and of its idle memory. This is
 * the one file of the room whose result is a promise.
 */
import type { Scheduler } from '../base/scheduler.ts';
import type { CompileDefinition } from './compilation.ts';

/** A compiler that its first call loads. The scheduler knows of the load, so virtual time waits for it. */
export function lazyCompiler(scheduler: Pick<Scheduler, 'outside'>): CompileDefinition {
  let loaded: CompileDefinition | null = null;
  return (text, options) => {
    if (loaded !== null) return loaded(text, options);
    return scheduler.outside(import('./compile.ts')).then(({ compileDefinition }) => {
      loaded = compileDefinition;
      return compileDefinition(text, options);
    });
  };
}
