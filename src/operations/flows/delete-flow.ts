/** DeleteFlow (rules.md 5.5). Running executions stop after the step they are in; none starts after the reply. */
import { apiError } from '../../api/error.ts';
import { defineOperation } from '../operation.ts';

export const deleteFlow = defineOperation('DeleteFlow', async ({ flows, changes }, { Name: name }) => {
  const id = await flows.delete(name);
  if (id === null) throw apiError('FlowNotExists', name);
  await changes.deleted(name, id);
  return {};
});
