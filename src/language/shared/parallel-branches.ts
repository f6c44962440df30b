/** Reads the branches of a Parallel, each of which is a scope. */
import type { CompileContext } from './context.ts';
import type { FieldReader } from './field-reader.ts';
import type { ScopeDraft } from './recipe.ts';

/** The branches under `key`, those that cannot run left out. `close` warns of the fields that a branch does not have. */
export function readBranches(
  context: CompileContext,
  parallel: FieldReader,
  key: string,
  limit: number,
  close: (branch: FieldReader) => void,
): ScopeDraft[] {
  const list = parallel.maps(key, (i) => `branch ${i} of ${parallel.what}`, { required: true }) ?? [];
  parallel.requireEntry(key, 'branch');
  const field = parallel.find(key);
  if (field?.node.kind === 'list' && field.node.items.length > limit) {
    const message = `${parallel.what} has ${field.node.items.length} branches; the limit is ${limit}`;
    parallel.report.add('out-of-range', field.node.offset, field.path, message);
  }
  return list.flatMap((branch) => {
    const scope = context.compileScope(branch);
    close(branch);
    return scope === null ? [] : [scope];
  });
}
