/**
 * The compiler, loaded with the first definition: reading YAML takes much of a server's start and of its idle memory. This is
 * the one file of the room whose result is a promise.
 */
import type { CompileDefinition } from './compilation.ts';

export const compileLazily: CompileDefinition = (text, options) =>
  import('./compile.ts').then(({ compileDefinition }) => compileDefinition(text, options));
