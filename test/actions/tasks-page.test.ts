/** Compares the errors that docs/tasks.md names with those in the code. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const NAMED = /(?:HTTP|FC|FNF|MNS|EventBridge|SMS|OSS)\.[A-Z][A-Za-z]+/g;
/** Errors of calls to the cloud, which `cloud-call.ts` and `no-answer.ts` make for every product; and examples of refusals. */
const FROM_THE_CLOUD =
  /^(?:(?:MNS|EventBridge|SMS|OSS)\.(?:MissingCredentials|ConnectionFailed|Timeout|ResponseTooLarge|InvalidRequest|Unknown)|MNS\.(?:QueueNotExist|TopicNotExist)|EventBridge\.EventBusNotExist|OSS\.(?:NoSuchKey|NotModified|PreconditionFailed))$/;
/** Errors of starts. The code does not spell them out: the product is written as in the task, and a refused start has a code of the API. */
const OF_STARTS = [
  'FNF.ActionNotSupported',
  'FNF.CallDepthExceeded',
  'FNF.ExecutionAlreadyExists',
  'FNF.FlowAliasNotExists',
  'FNF.FlowNotExists',
  'FNF.FlowVersionNotExists',
  'FNF.InvalidArgument',
  'FNF.ResourceThrottled',
];

/** Errors that `no-answer.ts` makes for `HTTP:Request`. */
const OF_HTTP_REQUESTS = ['AddressNotAllowed', 'ConnectionFailed', 'InvalidRequest', 'ResponseTooLarge', 'Timeout'].map(
  (code) => `HTTP.${code}`,
);

function namesIn(text: string): Set<string> {
  return new Set(text.match(NAMED));
}

test('docs/tasks.md names exactly the errors of the actions', () => {
  const folder = new URL('../../src/actions/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const sources = files.map((file) => readFileSync(new URL(file, folder), 'utf8'));
  const quoted = sources.flatMap(
    (source) => source.match(/'(?:HTTP|FC|FNF|MNS|EventBridge|SMS|OSS)\.[A-Z][A-Za-z]+'/g) ?? [],
  );
  const inCode = [...namesIn(quoted.join(' ')), ...OF_STARTS, ...OF_HTTP_REQUESTS].filter(
    (name) => name !== 'FNF.Aborted',
  );
  const onPage = namesIn(readFileSync(new URL('../../docs/tasks.md', import.meta.url), 'utf8'));
  assert.ok(inCode.length > 15);
  const own = (names: Iterable<string>): string[] =>
    [...new Set(names)].filter((name) => !FROM_THE_CLOUD.test(name)).sort();
  assert.deepEqual(own(onPage), own(inCode));
});
