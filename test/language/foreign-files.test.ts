/** Files of other tools: the error says what the file is. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { compileDefinition } from '../../src/language/compile.ts';
import { DEFAULT_DEFINITION_LIMITS } from '../../src/language/limits.ts';

const FILES: readonly (readonly [text: string, says: RegExp])[] = [
  ['StartAt: A\nStates: {A: {Type: Pass, End: true}}', /Amazon States Language; "millrace convert FILE"/],
  ['AWSTemplateFormatVersion: "2010-09-09"\nResources: {}', /CloudFormation or SAM/],
  ['Transform: [AWS::Serverless-2016-10-31]\nResources: {}', /CloudFormation or SAM/],
  ['Resources: {M: {Type: AWS::StepFunctions::StateMachine}}', /CloudFormation or SAM/],
  [
    'ROSTemplateFormatVersion: "2015-09-01"\nTransform: Aliyun::Serverless-2018-04-03',
    /Resource Orchestration Service/,
  ],
  ['Resources: {F: {Type: ALIYUN::FNF::Flow}}', /Resource Orchestration Service/],
  ['service: s\nprovider: {name: aliyun}', /Serverless Framework/],
  ['edition: 3.0.0\nresources: {}', /Serverless Devs/],
  ['document: {dsl: 1.0.0}\ndo: []', /Serverless Workflow specification/],
  ['id: s\nspecVersion: "0.8"\nstart: A\nstates: []', /Serverless Workflow specification/],
];

for (const [text, says] of FILES) {
  it(`${JSON.stringify(text)} is met by its name`, () => {
    const options = { mode: 'Express', flowName: 'f', limits: DEFAULT_DEFINITION_LIMITS } as const;
    const [error] = compileDefinition(text, options).diagnostics;
    assert.equal(error?.code, 'unknown-dialect');
    assert.match(error?.message ?? '', says);
  });
}

it('a mapping of no known tool gets no such hint', () => {
  const options = { mode: 'Express', flowName: 'f', limits: DEFAULT_DEFINITION_LIMITS } as const;
  const [error] = compileDefinition('Resources: {a: {Type: 5}, b: 1}\njobs: {}', options).diagnostics;
  assert.doesNotMatch(error?.message ?? '', /this is a/);
});
