/**
 * `npm test` loads this file first. Every test file is a process of its own, and so is every server that a test starts. With a
 * cache on disk one of them strips the types of a module and compiles it, and the others read the result.
 */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../node_modules/.cache/compile');
enableCompileCache(folder);
// The processes that this one starts use the cache from their first module on.
process.env['NODE_COMPILE_CACHE'] ??= folder;
