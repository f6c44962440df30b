/** The name inside a definition follows the name of the flow. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXAMPLES } from '../../src/pages/flows/examples.ts';
import { definitionName, isStatesLanguage, nameOfFile, renamed } from '../../src/pages/flows/definition-name.ts';

test('the name of every example is found and changed, and nothing else', () => {
  for (const { name, definition } of EXAMPLES) {
    assert.equal(definitionName(definition), name);
    const changed = renamed(definition, 'other');
    assert.equal(definitionName(changed), 'other');
    assert.equal(renamed(changed, name), definition);
  }
});

test('names in quotes, beside comments and in JSON', () => {
  assert.equal(renamed('Name: "a" # here\nStartAt: x', 'b'), 'Name: "b" # here\nStartAt: x');
  assert.equal(renamed('name: a\ntype: flow', 'b'), 'name: b\ntype: flow');
  const json = JSON.stringify({ Type: 'StateMachine', Name: 'a', States: [{ Name: 'a' }] }, null, 2);
  assert.equal(renamed(json, 'b'), json.replace('"Name": "a"', '"Name": "b"'));
  assert.equal(definitionName(json), 'a');
});

test('a text without a name does not change', () => {
  for (const text of ['', 'States:\n  - Name: a', '{"Name":"a"}', '[]']) assert.equal(renamed(text, 'b'), text);
  assert.equal(definitionName('States:\n  - Name: a'), null);
});

test('the name of a file becomes a name', () => {
  for (const [file, name] of [
    ['orders.yaml', 'orders'],
    ['C:\\flows\\My Flow (2).asl.json', 'My-Flow-2'],
    ['../2026 report.yml', 'report'],
    ['订单.yaml', ''],
    ['über.json', 'u-ber'],
  ] as const) {
    assert.equal(nameOfFile(file), name);
  }
});

test('Amazon States Language is recognised', () => {
  assert.equal(isStatesLanguage('{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'), true);
  assert.equal(isStatesLanguage(EXAMPLES[0]?.definition ?? ''), false);
  assert.equal(isStatesLanguage('{"Type": "StateMachine", "StartAt": "A", "States": [{"Name": "A"}]}'), false);
});
