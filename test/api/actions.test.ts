/** The table of actions: complete, held to the operations, and what a policy is checked against. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACTIONS, actionEntry, actionResource } from '../../src/api/actions.ts';
import type { ActionName } from '../../src/api/actions.ts';
import type { Contract } from '../../src/api/contract/contract.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import { tableUnder } from '../support/markdown.ts';

describe('actions', () => {
  it('are the 29 documented ones and the extensions of docs/extensions.md', () => {
    const entries = Object.entries(ACTIONS) as readonly [string, Contract][];
    assert.equal(entries.filter(([, entry]) => entry.extension !== true).length, 29);
    const extensions = entries.filter(([, entry]) => entry.extension === true).map(([action]) => action);
    assert.deepEqual(
      tableUnder('extensions.md', '## The actions').map(([action]) => action),
      extensions.map((action) => `\`${action}\``),
    );
  });

  it('are those for which there is an operation', () => {
    assert.deepEqual(Object.keys(ACTIONS).sort(), [...OPERATIONS.keys()].sort());
    for (const [action, operation] of OPERATIONS) assert.equal(operation.action, action);
  });

  it('are found by their exact name only', () => {
    assert.equal(actionEntry('StartSyncExecution')?.method, 'POST');
    assert.equal(actionEntry('DescribeMapRun')?.method, 'GET');
    for (const name of ['startSyncExecution', '', 'constructor', '__proto__', 'Nothing'])
      assert.equal(actionEntry(name), undefined);
  });

  it('name what a policy is checked against', () => {
    const parameters = new Map([
      ['Name', 'by-name'],
      ['FlowName', 'by-flow-name'],
    ]);
    const expected: Partial<Record<ActionName, string>> = {
      CreateFlow: 'flow/*',
      ListFlows: 'flow/*',
      DescribeFlow: 'flow/by-name',
      UpdateFlow: 'flow/by-name',
      DeleteFlow: 'flow/by-name',
      StartSyncExecution: 'flow/by-flow-name',
      CreateFlowAlias: 'flow/by-flow-name',
      ReportTaskFailed: 'flow/*',
      GetExecutionHistory: 'flow/by-flow-name',
      DescribeExecutionWaits: 'flow/by-flow-name',
      RedriveExecution: 'flow/by-flow-name',
      ListMessages: 'flow/*',
      ListNodes: 'flow/*',
      SearchExecutions: 'flow/*',
      SummarizeFlows: 'flow/*',
      DescribeSystem: 'flow/*',
      DescribeRegions: '*',
      CheckDefinition: '*',
    };
    for (const [action, resource] of Object.entries(expected)) {
      assert.equal(actionResource(action as ActionName, parameters), resource, action);
    }
    assert.equal(actionResource('DescribeFlow', new Map()), 'flow/');
  });
});
