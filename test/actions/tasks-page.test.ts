/** docs/tasks.md and the code name the same errors. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const NAMED = /(?:HTTP|FC|FNF|MNS|EventBridge|SMS|OSS)\.[A-Z][A-Za-z]+/g;
/** What every call to a service of the cloud can come to, written in `cloud-call.ts` for all of them; and examples of refusals. */
const FROM_THE_CLOUD =
  /^(?:(?:MNS|EventBridge|SMS|OSS)\.(?:MissingCredentials|ConnectionFailed|Timeout|ResponseTooLarge|InvalidRequest|Unknown)|MNS\.(?:QueueNotExist|TopicNotExist)|EventBridge\.EventBusNotExist|OSS\.(?:NoSuchKey|NotModified|PreconditionFailed))$/;
/** Not written whole in `actions/`: the product is as the task spells it, and a refused start brings a code of the API along. */
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

function namesIn(text: string): Set<string> {
  return new Set(text.match(NAMED));
}

test('every error that an action names is in docs/tasks.md, and no other', () => {
  const folder = new URL('../../src/actions/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const sources = files.map((file) => readFileSync(new URL(file, folder), 'utf8'));
  const quoted = sources.flatMap(
    (source) => source.match(/'(?:HTTP|FC|FNF|MNS|EventBridge|SMS|OSS)\.[A-Z][A-Za-z]+'/g) ?? [],
  );
  const inCode = [...namesIn(quoted.join(' ')), ...OF_STARTS].filter((name) => name !== 'FNF.Aborted');
  const onPage = namesIn(readFileSync(new URL('../../docs/tasks.md', import.meta.url), 'utf8'));
  assert.ok(inCode.length > 15);
  const own = (names: Iterable<string>): string[] =>
    [...new Set(names)].filter((name) => !FROM_THE_CLOUD.test(name)).sort();
  assert.deepEqual(own(onPage), own(inCode));
});
