/** The screen of an execution that runs: it changes as the execution does. */
import { test } from 'node:test';
import { createFlow, startConsole, startExecution, tokenIn } from '../support/console-server.ts';
import { WHERE_IT_RUNS, assertComes, openConsole } from '../support/browser.ts';

/** Two branches, one of which waits for the callback of a task. */
const BRANCHES = {
  StartAt: 'Both',
  States: [
    {
      Type: 'Parallel',
      Name: 'Both',
      Branches: [
        { StartAt: 'Quick', States: [{ Type: 'Pass', Name: 'Quick', End: true }] },
        {
          StartAt: 'Ask',
          States: [
            {
              Type: 'Task',
              Name: 'Ask',
              Action: 'MNS:SendMessage',
              TaskMode: 'WaitForCustomCallback',
              Parameters: {
                resourceArn: 'acs:mns:::/queues/asked/messages',
                message: { 'token.$': '$Context.Current.TaskToken' },
              },
              End: true,
            },
          ],
        },
      ],
      End: true,
    },
  ],
};

test('the numbers of branches by their status change as branches end', WHERE_IT_RUNS, async (t) => {
  const server = await startConsole(t);
  await createFlow(server, 'both', BRANCHES);
  await startExecution(server, 'both', { name: 'one' });
  const { page } = await openConsole(t, server, { at: '#/flows/both/executions/one' });
  const counts = page.locator('.timeline .counts').first();
  await assertComes(() => counts.locator('.count').allInnerTexts(), ['1', '1']);
  await server.call('ReportTaskSucceeded', { TaskToken: await tokenIn(server, 'asked'), Output: '{}' });
  await assertComes(() => counts.locator('.count').allInnerTexts(), ['2']);
});
