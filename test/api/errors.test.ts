/** The table of errors, the page about it, and the errors made from it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { apiError, ApiError, invalidArgument, throttled } from '../../src/api/error.ts';
import { ERRORS } from '../../src/api/errors.ts';
import type { ErrorCode, ErrorEntry } from '../../src/api/errors.ts';
import { tableUnder } from '../support/markdown.ts';

const entries = Object.entries(ERRORS) as readonly [ErrorCode, ErrorEntry][];

/** The codes on the vendor's page of StartSyncExecution, in its order. */
const PAGE = [
  'EntityTooLarge',
  'ExecutionAlreadyExists',
  'InvalidArgument',
  'MissingRequiredHeader',
  'MissingRequiredParams',
  'ActionNotSupported',
  'APIVersionNotSupported',
  'InvalidAccessKeyID',
  'RequestTimeTooSkewed',
  'SignatureNotMatch',
  'AccessDenied',
  'FlowNotExists',
  'UnsupportedMediaType',
  'ResourceThrottled',
  'InternalServerError',
];

describe('docs/errors.md', () => {
  const rows = tableUnder('errors.md', '## All codes');

  it('has every code that a reply can carry, and no other', () => {
    assert.deepEqual(
      rows.map(([code]) => code),
      entries.map(([code]) => `\`${code}\``),
    );
  });

  for (const [i, [code, { status, message, when }]] of entries.entries()) {
    it(`says of ${code} what the program does`, () => {
      assert.deepEqual(rows[i]?.slice(1), [String(status), message, when]);
    });
  }

  it('says of each code of StartSyncExecution how it arises', () => {
    const provoked = tableUnder('errors.md', '## The codes of StartSyncExecution');
    assert.deepEqual(
      provoked.map(([code]) => code),
      PAGE.map((code) => `\`${code}\``),
    );
    for (const [code, how] of provoked) assert.ok((how ?? '').length > 20, code);
  });
});

describe('the table of errors', () => {
  it('has statuses of failures, and templates that end as sentences do', () => {
    for (const [code, { status, message }] of entries) {
      assert.ok(status >= 400 && status <= 599, code);
      assert.ok(message.length > 0 && !message.endsWith(' '), code);
    }
  });

  it('name each value of a template, once', () => {
    for (const [code, { message, values = [] }] of entries) {
      assert.equal(values.length, message.split('%s').length - 1, code);
      assert.equal(new Set(values).size, values.length, code);
    }
  });

  it('words FlowNotExists as a real client matches it', () => {
    assert.equal(apiError('FlowNotExists', 'a-b').message, "Flow 'a-b' does not exist.");
  });
});

describe('apiError', () => {
  it('takes status and template from the table and fills in the values', () => {
    const error = apiError('ExecutionAlreadyExists', 'one', 'two');
    assert.ok(error instanceof ApiError);
    assert.deepEqual(
      [error.code, error.status, error.message],
      ['ExecutionAlreadyExists', 400, 'Execution one for flow two already exists.'],
    );
  });

  it('fills each place once, also with values that look like places', () => {
    assert.equal(
      apiError('ExecutionAlreadyExists', '%s$&', '$1').message,
      'Execution %s$& for flow $1 already exists.',
    );
  });

  it('takes exactly the values of the template, as its type says', () => {
    // @ts-expect-error the flow is missing
    assert.equal(apiError('ExecutionAlreadyExists', 'one').message, 'Execution one for flow  already exists.');
    // @ts-expect-error the template has no values
    assert.equal(apiError('ConcurrentUpdateError', 'surplus').message, 'Update conflict, please retry.');
    // @ts-expect-error a code that may need a value is not one that needs none
    const either = (code: 'FlowNotExists' | 'ConcurrentUpdateError'): ApiError => apiError(code, 'f');
    assert.equal(either('FlowNotExists').code, 'FlowNotExists');
    // @ts-expect-error there is no such code
    assert.throws(() => apiError('FlowNotExist', 'f'), TypeError);
  });

  it('has another text where the caller gives one', () => {
    const error = invalidArgument('Limit is wrong.');
    assert.deepEqual([error.code, error.status, error.message], ['InvalidArgument', 400, 'Limit is wrong.']);
  });

  it('of a throttled call says when to try again', () => {
    const { code, status, retryAfterMs } = throttled(1500);
    assert.deepEqual([code, status, retryAfterMs], ['ResourceThrottled', 429, 1500]);
  });
});
