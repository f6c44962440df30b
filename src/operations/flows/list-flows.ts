/**
 * ListFlows (api.md 4.5, decisions.md 4.9): by name in byte order; NextToken is the first name of the next page and
 * absent on the last. A page may be shorter than Limit when its definitions are large, as NextToken then says.
 */
import { actionResource } from '../../api/actions.ts';
import { flowReply } from './flows.ts';
import type { Operation } from '../operation.ts';
import { optionalInteger } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

/** 1000 is sent by real clients, although newer pages end the range before it (api.md 4.5). */
const LIMIT = { min: 1, max: 1000, default: 60 } as const;
/** Definitions in one reply, in UTF-16 units: a thousand of a mebibyte each would not fit into memory. */
const PAGE_DEFINITION_UNITS = 8 * 1024 * 1024;

export const listFlows: Operation<OperationServices> = {
  action: 'ListFlows',
  resource: (parameters) => actionResource('ListFlows', parameters),
  async run({ flows }, { parameters }) {
    const page = await flows.list({
      fromName: parameters.get('NextToken') ?? '',
      limit: optionalInteger(parameters, 'Limit', LIMIT),
      definitionUnits: PAGE_DEFINITION_UNITS,
      resourceGroupId: parameters.get('ResourceGroupId') || null,
    });
    return {
      NextToken: page.nextName ?? undefined,
      Flows: page.flows.map((flow) => ({ ...flowReply(flow), ExecutionMode: flow.executionMode })),
    };
  },
};
