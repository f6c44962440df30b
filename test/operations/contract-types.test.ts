/**
 * The types that operations get from the contracts. The compiler checks the expectations: an expected error that does not occur is
 * an error of its own. At run time the tests only look at the operations that come out.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ApiError } from '../../src/api/error.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import type { ParametersOf, ReplyOf } from '../../src/operations/contract-types.ts';
import { createDecoder } from '../../src/operations/decode/decoder.ts';
import { defineOperation } from '../../src/operations/operation.ts';
import type { OperationServices } from '../../src/operations/services.ts';

const alias = { Name: 'a', Description: '', RoutingConfigurations: [{ Version: '1', Weight: 1 }], CreatedTime: '' };

const LIMITS = { inputBytes: 1, stateDataBytes: 1, errorCharacters: 1, causeCharacters: 1 };

describe('the types of an operation', () => {
  it('accept a reply with exactly the members of the contract', () => {
    const operation = defineOperation('DescribeFlowAlias', () => Promise.resolve({ Alias: alias }));
    assert.deepEqual([operation.action, operation.slow], ['DescribeFlowAlias', false]);
    assert.equal(defineOperation('DeleteFlow', () => Promise.resolve({})).action, 'DeleteFlow');
  });

  it('refuse a reply that lacks a member, at any depth, or has one of another type', () => {
    const { Description: _, ...incomplete } = alias;
    // @ts-expect-error Alias is missing
    defineOperation('DescribeFlowAlias', () => Promise.resolve({}));
    // @ts-expect-error Alias.Description is missing
    defineOperation('DescribeFlowAlias', () => Promise.resolve({ Alias: incomplete }));
    // @ts-expect-error a weight is a number here, and a text in ListFlowAliases
    defineOperation('ListFlowAliases', () => Promise.resolve({ Aliases: [alias] }));
    // @ts-expect-error there is no such status
    const reply: Pick<ReplyOf<'StartExecution'>, 'Status'> = { Status: 'Waiting' };
    assert.equal(reply.Status, 'Waiting');
  });

  it('refuse a reply with an undeclared member, at any depth', () => {
    // @ts-expect-error Owner is not declared
    defineOperation('DescribeFlowAlias', () => Promise.resolve({ Alias: alias, Owner: 'me' }));
    // @ts-expect-error Alias.Owner is not declared
    defineOperation('DescribeFlowAlias', () => Promise.resolve({ Alias: { ...alias, Owner: 'me' } }));
    const routes = [{ Version: '1', Weight: 1, Color: 'red' }];
    // @ts-expect-error Alias.RoutingConfigurations[].Color is not declared
    defineOperation('DescribeFlowAlias', () => Promise.resolve({ Alias: { ...alias, RoutingConfigurations: routes } }));
    // @ts-expect-error DeleteFlow replies no members
    defineOperation('DeleteFlow', () => Promise.resolve({ Name: 'f' }));
  });

  it('know the parameters, and which of them may be absent', () => {
    const read = (parameters: ParametersOf<'UpdateFlow'>) => {
      const name: string = parameters.Name;
      // @ts-expect-error it may be absent, which leaves the definition
      const definition: string = parameters.Definition;
      // @ts-expect-error UpdateFlow has no such parameter
      return [name, definition, parameters.ExecutionMode];
    };
    const decode = createDecoder('UpdateFlow');
    const decoded = decode(new Map([['Name', 'f']]), LIMITS);
    assert.deepEqual(read(decoded), ['f', undefined, undefined]);
    // @ts-expect-error ListFlows has no parameter that is required, but a limit with a default
    const limit: null = createDecoder('ListFlows')(new Map(), LIMITS).Limit;
    assert.equal(limit, 60);
  });
});

describe('the decoder of StartSyncExecution', () => {
  it('decodes as its contract says, for any parameters', async () => {
    const limits = { ...LIMITS, inputBytes: 50 };
    const byContract = createDecoder('StartSyncExecution');
    const texts = ['', 'f', '1', '01', 'LATEST', 'é', '{}', '{"a":1}', '[]', '{', `{"a":"${'x'.repeat(60)}"}`];
    const names = ['FlowName', 'ExecutionName', 'Input', 'Qualifier', 'Other'];
    const refusal = (error: unknown): string => {
      assert.ok(error instanceof ApiError, String(error));
      return `${error.code}: ${error.message}`;
    };
    let started: unknown = null;
    const sync = {
      start(request: unknown) {
        started = request;
        return Promise.reject(new Error('started'));
      },
    };
    const services = { sync, limits } as unknown as OperationServices;
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...texts)), async (given) => {
        const parameters = new Map(Object.entries(given));
        started = null;
        const ran = OPERATIONS.get('StartSyncExecution')?.run(services, { requestId: 'r', parameters, caller: null });
        const outcome = await ran?.catch((error: unknown) => (started === null ? refusal(error) : started));
        try {
          const { FlowName, ExecutionName, Input, Qualifier } = byContract(parameters, limits);
          const { text, value } = Input;
          assert.deepEqual(outcome, {
            flowName: FlowName,
            executionName: ExecutionName,
            input: value,
            inputText: text,
            qualifier: Qualifier,
            depth: 0,
            origin: { from: 'api' },
          });
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          assert.equal(outcome, refusal(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});
