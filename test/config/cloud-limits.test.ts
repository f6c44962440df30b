/**
 * The quotas of the service (`limits`, `standard-workflow-and-express-workflow`; rules.md 4.6): each has one setting, with the
 * service's value under `limits: cloud`, and docs/settings.md lists it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLOUD_RATES } from '../../src/config/limits-table.ts';
import { TABLE } from '../../src/config/table.ts';
import type { TableEntry } from '../../src/config/table-entry.ts';
import { testSettings } from '../../src/testing/test-settings.ts';
import { tableUnder } from '../support/markdown.ts';

const KIB = 1024;

/** The documented values, by the member of the settings that holds each. */
const QUOTAS = {
  standardExecutions: 10_000,
  concurrentExecutions: 10_000,
  stepsPerSecond: 100,
  flows: 10_000,
  startsPerSecond: 1_000,
  events: 5_000,
  stateDataBytes: 64 * KIB,
  inputBytes: 64 * KIB,
  requestBytes: 1_024 * KIB,
  errorCharacters: 128,
  causeCharacters: 4_096,
  parallelBranches: 50,
  mapConcurrency: 40,
  mapRuns: 10,
  mapRunConcurrency: 100,
  mapItems: 10_000,
  expressTimeoutSeconds: 5 * 60,
  standardTimeoutSeconds: 365 * 86_400,
  operationRate: { perSecond: 2, burst: 10 },
  operationRates: [
    { operation: 'StartExecution', rate: { perSecond: 100, burst: 100 } },
    { operation: 'DescribeExecution', rate: { perSecond: 5, burst: 50 } },
    { operation: 'GetExecutionHistory', rate: { perSecond: 5, burst: 50 } },
  ],
} as const;

const SETTINGS = new Map<string, TableEntry<unknown>>(Object.entries(TABLE));
const rows = tableUnder('settings.md', "## The cloud's limits").map(([quota = '', cloud = '', own = '', key = '']) => ({
  quota,
  cloud: bare(cloud),
  own: bare(own),
  key: bare(key),
}));

/** A cell without its backticks. */
function bare(cell: string): string {
  return cell.replaceAll('`', '');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

describe('`limits: cloud`', () => {
  for (const [name, value] of Object.entries(QUOTAS)) {
    it(`has the documented ${name}`, () => {
      const limits = testSettings('limits: cloud').limits as object as Record<string, unknown>;
      assert.deepEqual(limits[name], value);
    });
  }

  it('changes no limit that is not a quota of the service', () => {
    const cloud = testSettings('limits: cloud').limits as object as Record<string, unknown>;
    const own = Object.entries(testSettings('').limits).filter(([name]) => !(name in QUOTAS) && name !== 'profile');
    for (const [name, value] of own) assert.deepEqual(cloud[name], value, name);
  });

  it('leaves each setting to those who set it', () => {
    for (const { key } of rows) {
      const member = key.replace('limits.', '');
      const { limits } = testSettings(`limits: { profile: cloud, ${member}: ${OTHER[member] ?? '7'} }`);
      assert.notDeepEqual(limits, testSettings('limits: cloud').limits, key);
    }
  });
});

/** A value of settings that are no plain number. */
const OTHER: Readonly<Record<string, string>> = {
  stateData: '7KiB',
  input: '7KiB',
  request: '7KiB',
  events: '70',
  expressTimeout: '7s',
  standardTimeout: '7s',
  operationRates: '{StartExecution: none}',
};

describe("the table of the cloud's limits", () => {
  const rates = rows.filter(({ key }) => key === 'limits.operationRates');
  const single = rows.filter(({ key }) => key !== 'limits.operationRates');

  it('has a row for each quota, and one setting in each', () => {
    const keys = single.map(({ key }) => key);
    assert.deepEqual(keys, [...new Set(keys)]);
    for (const key of keys) assert.ok(SETTINGS.has(key), key);
    // operationRate has two settings, and so two rows.
    const quotas = Object.keys(QUOTAS).filter((name) => name !== 'operationRates').length + 1;
    assert.equal(keys.length, quotas);
    const changed = [...SETTINGS].filter(([, { cloud }]) => cloud !== undefined).map(([key]) => key);
    assert.deepEqual(
      changed.filter((key) => !rows.some((row) => row.key === key)),
      [],
    );
  });

  for (const { quota, key, cloud, own } of single) {
    it(`says the values of ${key}: ${quota}`, () => {
      const entry = SETTINGS.get(key);
      assert.ok(entry !== undefined);
      assert.equal(own, textOf(entry.default));
      assert.equal(cloud, textOf(entry.cloud ?? entry.default));
    });
  }

  it('says the rates of operations', () => {
    assert.deepEqual(
      rates.map(({ quota, cloud, own }) => [quota, cloud, own]),
      Object.entries(CLOUD_RATES).map(([action, rate]) => [`calls of ${action}`, JSON.stringify(rate), 'none']),
    );
  });
});
