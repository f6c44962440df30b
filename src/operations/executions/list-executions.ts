/**
 * ListExecutions (api.md 4.18, decisions.md 4.9): newest first; NextToken is opaque and absent on the last page. A page may
 * be shorter than Limit, even empty, and yet have a token, when its texts are large or a filter passes over many.
 *
 * The bounds of the time are exclusive. Nothing has the status `Starting` here, since an execution runs as soon as it is
 * on disk, and nothing was started by a map run, since there are none yet: asking for either gives an empty page.
 */
import { actionResource } from '../../api/actions.ts';
import { MAX_EXECUTION_NAME } from '../../api/names.ts';
import type { JsonObject } from '../../base/json.ts';
import type { ExecutionView } from '../../runtime/executions.ts';
import { variablesReply } from '../flows/environment.ts';
import { executionReply } from './executions.ts';
import { existingFlow } from '../flows/flows.ts';
import type { Operation } from '../operation.ts';
import {
  boundedText,
  oneOf,
  optionalBoolean,
  optionalInteger,
  optionalTimeMs,
  qualifier,
  requiredName,
} from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

/** The documented ranges end at 99 and at 100; both are taken. */
const LIMIT = { min: 1, max: 100, default: 60 } as const;
/** Longest token, in characters. */
const MAX_TOKEN = 1024;
/** Definitions, inputs and outputs in one reply, in UTF-16 units: a hundred of a mebibyte each would not fit into memory. */
const PAGE_TEXT_UNITS = 8 * 1024 * 1024;
const STATUSES = ['Starting', 'Running', 'Stopped', 'Succeeded', 'Failed', 'TimedOut', ''] as const;

export const listExecutions: Operation<OperationServices> = {
  action: 'ListExecutions',
  resource: (parameters) => actionResource('ListExecutions', parameters),
  async run(services, { parameters }) {
    const flowName = requiredName(parameters, 'FlowName');
    const status = oneOf(parameters, 'Status', STATUSES, '');
    const startedAfterMs = optionalTimeMs(parameters, 'StartedTimeBegin');
    const startedBeforeMs = optionalTimeMs(parameters, 'StartedTimeEnd');
    const metadataOnly = optionalBoolean(parameters, 'MetadataOnly');
    const request = {
      flowName,
      // Executions start at whole milliseconds, so these bounds leave out what the exact ones would.
      startedAfterMs: startedAfterMs === null ? null : Math.floor(startedAfterMs),
      startedBeforeMs: startedBeforeMs === null ? null : Math.ceil(startedBeforeMs),
      namePrefix: boundedText(parameters, 'ExecutionNamePrefix', MAX_EXECUTION_NAME),
      qualifier: qualifier(parameters),
      nextToken: boundedText(parameters, 'NextToken', MAX_TOKEN),
      limit: optionalInteger(parameters, 'Limit', LIMIT),
      metadataOnly,
      textUnits: PAGE_TEXT_UNITS,
    };
    if (status === 'Starting' || boundedText(parameters, 'MapRunName', MAX_EXECUTION_NAME) !== '') {
      await existingFlow(services, flowName);
      return { Executions: [] };
    }
    const page = await services.executions.list({ ...request, status: status === '' ? null : status });
    return {
      NextToken: page.nextToken || undefined,
      Executions: page.executions.map((view) => itemReply(view, metadataOnly)),
    };
  },
};

/** An execution in the list; MetadataOnly leaves its texts out. */
function itemReply(view: ExecutionView, metadataOnly: boolean): JsonObject {
  const whole = executionReply(view);
  const { FlowDefinition, Output, Input, ...metadata } = whole;
  return { ...(metadataOnly ? metadata : whole), Environment: variablesReply(view.environment) };
}
