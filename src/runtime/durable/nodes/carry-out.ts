/** Carries out the requests in mail, which other nodes have posted about executions of this one. */
import { assert } from '../../../base/assert.ts';
import { isJsonObject, memberOf, parseJson } from '../../../base/json.ts';
import type { JsonObject } from '../../../base/json.ts';
import type { MapRunChanges } from '../../driver/map-runs.ts';
import type { ExecutionStore } from '../../../store/executions.ts';
import type { Mail } from '../../../store/mail.ts';
import type { MapRuns } from '../map-runs/map-runs.ts';
import { Elsewhere } from '../run-table.ts';
import type { TaskReports } from '../task-reports.ts';
import { answerOf } from './mailbox.ts';

/** Resolves with the answer of a mail; null when the commit of its effect has it, or another node owns the execution and will answer. */
export type CarryOut = (mail: Mail) => Promise<string | null>;

export function mailCarrier(
  store: Pick<ExecutionStore, 'get'>,
  taskReports: Pick<TaskReports, 'reportByMail'>,
  mapRuns: Pick<MapRuns, 'updateHere'>,
): CarryOut {
  return async ({ id, execution, request }) => {
    const asked = parseJson(request);
    assert(isJsonObject(asked), 'mail is an object');
    if (memberOf(asked, 'do') === 'report') {
      return taskReports.reportByMail(id, String(memberOf(asked, 'token')), memberOf(asked, 'report') ?? null);
    }
    assert(memberOf(asked, 'do') === 'update-map-run', 'mail asks for what this version can do');
    const record = await store.get(execution);
    assert(record !== null, 'an execution with mail is in the store');
    const changes = changesOf(memberOf(asked, 'changes'));
    const updated = await mapRuns.updateHere(record, String(memberOf(asked, 'name')), changes);
    return updated instanceof Elsewhere ? null : answerOf(true);
  };
}

function changesOf(changes: unknown): MapRunChanges {
  assert(isJsonObject(changes as JsonObject), 'changes of a Map run are an object');
  return changes as MapRunChanges;
}
