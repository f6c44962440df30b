/** Every source file, every English paper and what YAML says follow "Plain English" of CONTRIBUTING.md, as far as `prose.ts` can check it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proseFaults, proseIn, sourceProse } from './prose.ts';
import { filesBelow, read } from './tree.ts';

const files = filesBelow('').filter((path) => proseIn(path, '') !== null);

function faultsIn(folder: string): string[] {
  const own = files.filter((path) => (path.includes('/') ? path.startsWith(`${folder}/`) : folder === ''));
  return own.flatMap((path) =>
    proseFaults(proseIn(path, read(path)) ?? '').map(({ line, rule, text }) => `${path}:${line}: "${text}" – ${rule}`),
  );
}

for (const folder of [...new Set(files.map((path) => (path.includes('/') ? (path.split('/')[0] as string) : '')))]) {
  test(`plain English in ${folder === '' ? 'the papers at the top' : `${folder}/`}`, () => {
    assert.deepEqual(faultsIn(folder), []);
  });
}

/** Built from parts, so that this file does not contain the words. */
const planted: readonly (readonly [text: string, rule: RegExp])[] = [
  ['The parent is to' + 'ld of the end.', /^`tell`/],
  ['The server ke' + 'eps the key.', /^`keep`/],
  ['A row sta' + 'nds in the journal.', /^`stand`/],
  ['The execution go' + 'es on.', /^`go on`/],
  ['A start dra' + 'ws back.', /^`draw back`/],
  ['The runtime han' + 'ds it the plan.', /^`hand on`/],
  ['Who' + 'ever waits is woken.', /^`whoever`/],
  ['No' + 'body waits for it.', /^`nobody`/],
  ['Wh' + 'at is ready is written.', /^a clause/],
  ['It ends. Wh' + 'at it held is gone.', /^a clause/],
];

for (const [text, rule] of planted) {
  test(`finds "${text}"`, () => {
    const sources = [`/** ${text} */\n`, `// ${text}\n`, `fail('${text}');\n`, `fail(\`${text} \${name}\`);\n`];
    for (const source of sources) {
      const [fault, ...others] = proseFaults(sourceProse(`const a = 1;\n${source}`));
      assert.match(fault?.rule ?? '', rule, source);
      assert.equal(fault?.line, 2);
      assert.deepEqual(others, []);
    }
    assert.match(proseFaults(proseIn('a.md', `# A\n\n${text}\n`) ?? '')[0]?.rule ?? '', rule);
    const others = {
      '.ci/run': `set -e\n# ${text}\n`,
      'a/b.py': `a = 1\n'''${text}'''\n`,
      'a/b.go': `package a\n// ${text}\n`,
      'a/b.java': `class A {\n  /** ${text} */ }\n`,
      'a/b.yaml': `a: 1\nb: 2 # ${text}\n`,
      'a/c.yaml': `a: 1\n- sentence: ${text}\n`,
      'test/conformance/cases/a.yaml': `rule: a\ntitle: ${text}\n`,
    };
    for (const [path, source] of Object.entries(others)) {
      const [fault] = proseFaults(proseIn(path, source) ?? '');
      assert.match(fault?.rule ?? '', rule, path);
      assert.equal(fault?.line, 2);
    }
  });
}

test('accepts other meanings, names and code', () => {
  const good = [
    '// A block of 4 bytes stands for 128 KiB, and a stand-in replaces the service.',
    '// The header keep-alive, the setting `mns.keep`, history.keep, and --keep-going.',
    "const told = kept.tell('keep');",
    '// What if the store fails? What does the caller get?',
    'const pattern = /what it to' + 'ld us/;',
    'const nested = `a ${tell(`nobody is ${kept}`)} b`;',
  ];
  assert.deepEqual(proseFaults(sourceProse(good.join('\n'))), []);
  assert.deepEqual(proseFaults(proseIn('a.md', '```\ntell nobody\n```\n[a](docs/keep.md)\n') ?? ''), []);
  assert.equal(proseIn('README.zh-CN.md', 'told'), null);
  const data = 'title: A case\nrule: long-numbers-kept\ndefinition: |\n  cause: no' + 'body to' + 'ld us why\n';
  assert.deepEqual(proseFaults(proseIn('test/conformance/cases/a.yaml', data) ?? ''), []);
  assert.deepEqual(proseFaults(proseIn('a.yaml', 'id: long-numbers-kept\nkept: {told: nobody}\n') ?? ''), []);
});
