/** The members of a query by which the store reads executions of a flow without their texts, and no children of Map runs. */
import type { ExecutionQuery } from '../store/executions.ts';

export const HEADS_ONLY = {
  ...{ namePrefix: '', version: null, alias: null, mapRun: null },
  ...{ metadataOnly: true, textUnits: 0 },
} as const satisfies Partial<ExecutionQuery>;
