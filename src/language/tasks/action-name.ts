/** Checks the name of an action against the catalog: `<Product>:<Operation>` in both dialects. */
import type { KnownAction } from './action-catalog.ts';
import { knownAction, knownActions } from './action-catalog.ts';
import { quote } from '../text/document.ts';
import type { FieldReader } from '../shared/field-reader.ts';
import { unbuiltReason } from './unbuilt-actions.ts';

const ACTION_SHAPE = /^[A-Za-z][A-Za-z0-9-]{0,62}:[A-Za-z]\w{0,127}$/;

/**
 * The catalog's entry for the action in `field` of a task; null for an impossible name, which is reported. Classic flows, which
 * call the field `action`, write products in lower case, so the case of the name is no reason for a warning there.
 */
export function findAction(task: FieldReader, field: 'Action' | 'action', name: string): KnownAction | null {
  if (!ACTION_SHAPE.test(name)) {
    const hint = task.report.didYouMean(name, knownActions());
    return badAction(
      task,
      field,
      `${field} of ${task.what} must be "<Product>:<Operation>" such as "HTTP:Request", but is ${quote(name)}${hint}`,
    );
  }
  if (/^hsf:/i.test(name)) {
    task.faultAt(
      'hsf-action',
      field,
      `${quote(name)} calls Alibaba's internal RPC (HSF), which cannot be reached from here; offer the service over HTTP and call it with "HTTP:Request"`,
    );
    return null;
  }
  const known = knownAction(name);
  if (known.onlyOperations !== null) {
    return badAction(
      task,
      field,
      `there is no action ${quote(name)}; there is ${known.onlyOperations.map(quote).join(', ')}`,
    );
  }
  if (field === 'Action' && known.spelling !== null && known.spelling !== name) {
    task.faultAt('odd-action', field, `${quote(name)} is read as ${quote(known.spelling)}, as the vendor writes it`);
  }
  const reason = unbuiltReason(name);
  if (reason !== null) task.faultAt('unbuilt-action', field, `${quote(name)} will fail: ${reason}`);
  return known;
}

function badAction(task: FieldReader, field: string, message: string): null {
  const found = task.find(field);
  if (found !== null) task.report.add('bad-action', found.node.offset, found.path, message);
  return null;
}
