/** docs/api/ is current, and its sample calls are calls that the server accepts. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ACTIONS } from '../../src/api/actions.ts';
import type { ActionName } from '../../src/api/actions.ts';
import type { Contract } from '../../src/api/contract/contract.ts';
import { createDecoder } from '../../src/operations/decode/decoder.ts';
import { apiPages, PAGES_FOLDER } from './api-pages.ts';

const contracts = Object.entries(ACTIONS as Readonly<Record<string, Contract>>);

describe('docs/api', () => {
  it('has a page for every action and an index that lists them', () => {
    const pages = apiPages();
    assert.deepEqual([...pages.keys()].sort(), ['README.md', ...contracts.map(([action]) => `${action}.md`)].sort());
    for (const [action] of contracts) assert.ok(pages.get('README.md')?.includes(`[${action}](${action}.md)`), action);
  });

  it('is current', () => {
    const pages = apiPages();
    assert.deepEqual(readdirSync(PAGES_FOLDER).sort(), [...pages.keys()].sort());
    for (const [name, text] of pages) {
      const isCurrent = readFileSync(join(PAGES_FOLDER, name), 'utf8') === text;
      assert.ok(isCurrent, `docs/api/${name} is out of date; run: npx node test/api/write-api-pages.ts`);
    }
  });

  it('says at the top of a page that the action is an extension', () => {
    for (const [action, { extension }] of contracts) {
      const top = apiPages().get(`${action}.md`)?.split('\n## ')[0] ?? '';
      assert.equal(top.includes('An extension'), extension === true, action);
    }
  });
});

const LIMITS = { inputBytes: 1000, stateDataBytes: 1000, errorCharacters: 100, causeCharacters: 100 };

describe('the samples of a contract', () => {
  for (const [action, { parameters }] of contracts) {
    it(`of ${action} are parameters that its decoder accepts, required ones among them`, () => {
      const samples = Object.entries(parameters).flatMap(([name, { sample }]) =>
        sample === undefined ? [] : [[name, sample] as const],
      );
      createDecoder(action as ActionName)(new Map(samples), LIMITS);
    });
  }

  it('of a reply are of the declared words', () => {
    const faults = contracts.flatMap(([action, { reply }]) =>
      Object.entries(reply)
        .filter(([, member]) => member.type === 'word' && !member.words.includes(member.sample))
        .map(([name]) => `${action}.${name}`),
    );
    assert.deepEqual(faults, []);
  });
});

describe('a contract', () => {
  it('names the parameter of its policy resource, which is required', () => {
    for (const [action, { resource, parameters }] of contracts) {
      if (typeof resource === 'object') assert.equal(parameters[resource.flow]?.presence, 'required', action);
    }
  });

  it('explains itself in sentences', () => {
    for (const [action, { summary, parameters, errors, notes = [] }] of contracts) {
      const abouts = Object.values(parameters).map(({ about }) => about);
      for (const text of [summary, ...abouts, ...Object.values(errors), ...notes]) {
        assert.match(text, /^[A-Z`“].*[.)]$/, `${action}: ${text}`);
      }
    }
  });
});
