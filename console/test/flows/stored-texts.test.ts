/** Texts that the pages of a flow store in the browser, and the form of environment variables. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NEW_FLOW, newFlowDraft, readDraft, readNewFlow, writeDraft } from '../../src/pages/flow/draft.ts';
import { environmentText, parseVariables, variableFaults, withPasted } from '../../src/pages/flow/environment.ts';
import { deleteInput, readInputs, rememberInput, saveInput } from '../../src/pages/flow/saved-inputs.ts';
import type { TextStorage } from '../../src/app/own-storage.ts';

function storage(limit = Number.POSITIVE_INFINITY): TextStorage {
  const texts = new Map<string, string>();
  return {
    getItem: (name) => texts.get(name) ?? null,
    setItem(name, text) {
      if (text.length > limit) throw new DOMException('full', 'QuotaExceededError');
      texts.set(name, text);
    },
    removeItem: (name) => void texts.delete(name),
  };
}

test('inputs are saved by name, replaced in their place and deleted, without a change of a digit', () => {
  const store = storage();
  const text = '{"id": 1234567890123456789, "x": 1.0}';
  saveInput(store, 'a', { name: 'one', text });
  saveInput(store, 'a', { name: 'two', text: '{}' });
  saveInput(store, 'a', { name: 'one', text: `${text} ` });
  rememberInput(store, 'a', text);
  assert.deepEqual(readInputs(store, 'a'), {
    saved: [
      { name: 'one', text: `${text} ` },
      { name: 'two', text: '{}' },
    ],
    last: text,
  });
  deleteInput(store, 'a', 'one');
  assert.deepEqual(readInputs(store, 'a').saved, [{ name: 'two', text: '{}' }]);
  assert.deepEqual(readInputs(store, 'b'), { saved: [], last: null });
});

test('a storage that is full, missing or written by others is no fault', () => {
  assert.deepEqual(readInputs(null, 'a'), { saved: [], last: null });
  assert.equal(saveInput(storage(10), 'a', { name: 'one', text: '{}' }).saved.length, 1);
  const store = storage();
  for (const foreign of ['{', 'null', '7', '{"saved":7}', '{"saved":[null,{"name":1}],"last":2}']) {
    store.setItem('millrace-inputs/a', foreign);
    assert.deepEqual(readInputs(store, 'a'), { saved: [], last: null });
    store.setItem('millrace-draft/a', foreign);
    assert.equal(readDraft(store, 'a'), null);
  }
  writeDraft(storage(10), 'a', { text: 'x'.repeat(20), base: '' });
});

test('a draft that is the definition again is none', () => {
  const store = storage();
  const draft = { text: 'b', base: 'a' };
  writeDraft(store, 'a', draft);
  assert.deepEqual(readDraft(store, 'a'), draft);
  writeDraft(store, 'a', { ...draft, text: 'a' });
  assert.equal(readDraft(store, 'a'), null);
});

test('the draft of a new flow has all of it, and a text of another form is none', () => {
  const store = storage();
  const given = { name: 'a', mode: 'Express', description: '', text: 'Name: a' } as const;
  const flow = { ...given, description: 'About it' };
  writeDraft(store, NEW_FLOW, newFlowDraft({ flow, given }));
  assert.deepEqual(readNewFlow(store), { flow, given });
  writeDraft(store, NEW_FLOW, newFlowDraft({ flow: given, given }));
  assert.equal(readNewFlow(store), null);
  writeDraft(store, NEW_FLOW, { text: 'Name: a', base: '' });
  assert.equal(readNewFlow(store), null);
  for (const text of ['{"Type":"StateMachine","Name":"a"}', '"text"', 'null']) {
    writeDraft(store, NEW_FLOW, { text, base: 'null' });
    assert.equal(readNewFlow(store), null, text);
  }
  writeDraft(store, NEW_FLOW, { text: JSON.stringify(flow), base: '{"Name":"a"}' });
  assert.equal(readNewFlow(store), null);
});

test('variables have names by the rule, each once', () => {
  const row = (Name: string, Value: string) => ({ Name, Value, Description: '' });
  const rows = [
    row('A', '007'),
    row('b c', '1'),
    row('', ''),
    row('D', '1'),
    row('D', '2'),
    row('E', ''),
    row('', 'x'),
  ];
  assert.deepEqual(variableFaults(rows), [null, 'name', null, 'duplicate', 'duplicate', null, 'name']);
  const kept = [row('Z', '1234567890123456789'), row('', ''), { ...row('__proto__', ' '), Description: 'd' }];
  assert.equal(
    environmentText(kept),
    '{"Variables":[{"Name":"Z","Value":"1234567890123456789"},{"Name":"__proto__","Value":" ","Description":"d"}]}',
  );
  assert.equal(environmentText([row('', '')]), '');
});

test('lines of a file become variables', () => {
  assert.deepEqual(
    parseVariables('# a file\nexport A=1\n\nB_C = "x = y" \nD=')?.map(({ Name, Value }) => [Name, Value]),
    [
      ['A', '1'],
      ['B_C', 'x = y'],
      ['D', ''],
    ],
  );
  assert.equal(parseVariables('no form'), null);
});

test('pasted variables take the place of their names, and no other row goes', () => {
  const row = (Name: string, Value: string, Description = '') => ({ Name, Value, Description });
  assert.deepEqual(
    withPasted([row('A', '1', 'about'), row('', 'not named yet'), row('B', '2')], [row('C', '3'), row('A', '9')]),
    [row('A', '9', 'about'), row('', 'not named yet'), row('B', '2'), row('C', '3')],
  );
});
