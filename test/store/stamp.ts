/** Contents of a flow that all carry one number, so that a mixture of two writes shows. */
import type { FlowRecord } from '../../src/store/flows.ts';

/** Large enough to lie on several pages of the file. */
export function stamped(n: number): Pick<FlowRecord, 'definition' | 'description' | 'environment'> {
  return {
    definition: `${n};`.repeat(8000),
    description: String(n),
    environment: [{ name: 'n', value: String(n), description: '' }],
  };
}
