/** Hostile texts: each gives diagnostics, soon, and never throws. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classicFlow, compile, faults, flow, planOf, scopesOf } from './support.ts';

const MIB = 1024 * 1024;

describe('size and depth', () => {
  const deep: Readonly<Record<string, string>> = {
    lists: '['.repeat(100_000),
    mappings: '{a: '.repeat(100_000),
    closed: `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    dashes: '- '.repeat(100_000),
    questions: '? '.repeat(100_000),
    indentation: Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    aliases: Array.from({ length: 1_000 }, (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1}`}]`).join('\n'),
  };
  for (const [name, text] of Object.entries(deep)) {
    test(`too deep: ${name}`, () => {
      assert.match(faults(text).join(), /error too-deep/);
    });
  }

  const large: Readonly<Record<string, string>> = {
    'a character too long': ' '.repeat(MIB + 1),
    'a mebibyte of brackets': ']'.repeat(MIB),
    'a mebibyte of commas': `[${','.repeat(MIB - 1)}`,
    'a mebibyte of line ends': '\n'.repeat(MIB),
    'a mebibyte of one text': `"${'a'.repeat(MIB - 2)}"`,
    'a mebibyte of bad escapes': `"${'\\q'.repeat(MIB / 2 - 1)}"`,
    'a mebibyte of documents': '---\n'.repeat(MIB / 4),
    'a mebibyte of anchors': '&a '.repeat(MIB / 3),
  };
  for (const [name, text] of Object.entries(large)) {
    test(name, () => {
      const { plan, diagnostics } = compile(text);
      assert.equal(plan, null);
      assert.ok(diagnostics.length >= 1 && diagnostics.length <= 101);
    });
  }

  test('a mebibyte of sound states compiles', () => {
    let text = flow('');
    let i = 0;
    for (; text.length < MIB - 200; i++)
      text += `  - {Type: Pass, Name: ${i === 0 ? 'A' : `s${i}`}, Next: s${i + 1}}\n`;
    text += `  - {Type: Succeed, Name: s${i}}\n`;
    const { plan, diagnostics } = compile(text);
    assert.deepEqual(diagnostics, []);
    assert.equal(plan?.states.length, i + 1);
  });

  test('a mebibyte of sound steps compiles', () => {
    let text = classicFlow('');
    let i = 0;
    for (; text.length < MIB - 200; i++)
      text += `  - {type: pass, name: s${i}, outputMappings: [{target: a, source: $input.a}]}\n`;
    const { plan, diagnostics } = compile(text);
    assert.deepEqual(diagnostics, []);
    assert.equal(plan?.states.length, i);
  });

  test('a mebibyte of mappings with one target, and of references', () => {
    const mappings = '{target: a, source: $local.a}, '.repeat(MIB / 160);
    const { plan, diagnostics } = compile(classicFlow(`  - {type: pass, name: a, inputMappings: [${mappings}]}\n`));
    assert.notEqual(plan, null);
    assert.equal(diagnostics.length, 101);
    const references = compile(classicFlow(`  - {type: pass, name: a, x: [${'!Ref a/b, '.repeat(MIB / 100)}]}\n`));
    assert.notEqual(references.plan, null);
  });

  test('choices inside choices, as deep as a definition may be', () => {
    let steps = '[{type: pass, name: a}]';
    for (let i = 0; i < 50; i++) steps = `[{type: choice, name: a${i}, choices: [{condition: $.a, steps: ${steps}}]}]`;
    assert.equal(scopesOf(planOf(`version: v1\ntype: flow\nsteps: ${steps}`)).length, 51);
    for (let i = 0; i < 100; i++) steps = `[{type: choice, name: b${i}, choices: [{condition: $.a, steps: ${steps}}]}]`;
    assert.match(faults(`version: v1\ntype: flow\nsteps: ${steps}`).join(), /too-deep/);
  });

  test('suggestions for goto do not compare everything with everything', () => {
    const steps = Array.from(
      { length: 3_000 },
      (_, i) => `  - {type: choice, name: a${i}, choices: [{condition: $.a, goto: ${'b'.repeat(20)}${i}}]}`,
    );
    assert.equal(compile(classicFlow(steps.join('\n'))).diagnostics.length, 101);
  });

  test('a warning for each of tens of thousands of keys, and a suggestion for few of them', () => {
    const states = Array.from({ length: 15_000 }, (_, i) => `  - {Type: Pass, Name: s${i}, Nexxt: a, Next: s${i + 1}}`);
    const { diagnostics } = compile(
      flow([...states, '  - {Type: Succeed, Name: s15000}'].join('\n').replace('s0', 'A')),
    );
    assert.equal(diagnostics.length, 101);
  });

  test('a chain of tens of thousands of states is walked without recursion', () => {
    const states = Array.from({ length: 20_000 }, (_, i) => `  - {Type: Pass, Name: s${i}, Next: s${i + 1}}`);
    const text = flow([...states, '  - {Type: Succeed, Name: s20000}'].join('\n').replace('Name: s0', 'Name: A'));
    assert.equal(planOf(text).states.length, 20_001);
  });

  test('suggestions do not compare everything with everything', () => {
    const states: string[] = [];
    for (let i = 0; i < 12_000; i++) states.push(`  - {Type: Pass, Name: a${i}, Next: ${'b'.repeat(20)}${i}}`);
    const { diagnostics } = compile(flow(states.join('\n')));
    assert.equal(diagnostics.length, 101);
  });

  test('a name of a mebibyte is not repeated in the messages', () => {
    const text = flow(`  - {Type: Pass, Name: A, Next: ${'n'.repeat(MIB - 200)}}`);
    const { diagnostics } = compile(text);
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ['dangling-next'],
    );
    assert.ok((diagnostics[0]?.message.length ?? 0) < 300);
  });
});

describe('aliases', () => {
  test('an alias bomb', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 20; i++) {
      const [name, target] = ['a'.repeat(i + 1), 'a'.repeat(i)];
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${target}`).join(', ')}]`);
    }
    assert.deepEqual(faults(bomb.join('\n')), ['6:18 error alias-expansion aaaaaa[0]']);
  });

  test('a bomb of merge keys', () => {
    const keys = Array.from({ length: 5_000 }, (_, i) => `k${i}: 1`).join(', ');
    const text = `a: &a {${keys}}\n${Array.from({ length: 5_000 }, (_, i) => `b${i}: {<<: *a}`).join('\n')}`;
    assert.match(faults(text).join(), /alias-expansion/);
  });

  const long = 'a'.repeat(100_000);
  /** A list with each entry on a line of its own. */
  const many = (first: string, entry: string): string => `[${first},\n${`      ${entry},\n`.repeat(2_000)}      ]`;
  const pass = (constructor: string): string =>
    flow(`  - {Type: Pass, Name: A, End: true, OutputConstructor: ${constructor}}`);
  const mapping = (first: string, entry: string): string =>
    classicFlow(`  - {type: pass, name: a, outputMappings: ${many(first, entry)}}`);
  const unfolded: Readonly<Record<string, string>> = {
    'of a long expression': pass(`{l.$: ${many(`&e "$Input.${long}"`, '*e')}}`),
    'of a long text': pass(`{l: ${many(`&e ${long}`, '*e')}}`),
    'of a condition': flow(
      `  - {Type: Choice, Name: A, Default: B, Branches: ${many(`{Condition: &e "$Input.${long}", Next: B}`, '{Condition: *e, Next: B}')}}\n  - {Type: Succeed, Name: B}`,
    ),
    'of a mapping with a long key': pass(`{l: ${many(`&e {? "${long}" : 1}`, '*e')}}`),
    'as keys': pass(`{l: ${many(`&e ${long}`, '{*e : 1}')}}`),
    'of a key': pass(`{l: ${many(`{? &e "${long}" : 1}`, '*e')}}`),
    'of merge keys': pass(`{l: ${many(`&e {m: ${long}}`, '{<<: *e}')}}`),
    'of lists of merge keys': pass(`{<<: ${many(`&e {m: ${long}}`, '*e')}}`),
    'of states': flow(`  - &e {Type: Pass, Name: A, End: true, Comment: ${long}}\n${'  - *e\n'.repeat(2_000)}`),
    'of aliases': pass(`{l: ${many(`&e ${long}, &l [*e, *e, *e]`, '*l')}}`),
    'of a classic source': mapping(`{target: a, source: &e $input.${long}}`, '{target: b, source: *e}'),
    'of a classic constant': mapping(`{target: a, source: &e {x: ${long}}}`, '{target: b, source: *e}'),
  };
  for (const [what, text] of Object.entries(unfolded)) {
    test(`thousands of aliases ${what}, refused at the line of the first one too many`, () => {
      const { plan, diagnostics } = compile(text);
      assert.equal(plan, null);
      const { code, line, message } =
        diagnostics.find((each) => each.code === 'alias-expansion') ?? assert.fail(diagnostics[0]?.message);
      assert.deepEqual([code, /1048576 characters/.test(message)], ['alias-expansion', true]);
      assert.ok(line > 5 && line < 20, `line ${line}`);
    });
  }

  test('as JSON, which has no aliases, the same text is a name like any other', () => {
    const members = { k: '&e x', l: Array.from({ length: 2_000 }, () => '*e') };
    const states = [{ Type: 'Pass', Name: 'A', End: true, OutputConstructor: members }];
    const text = JSON.stringify({
      Type: 'StateMachine',
      SpecVersion: 'v1',
      Name: 'flow',
      StartAt: 'A',
      States: states,
    });
    assert.deepEqual(compile(text).diagnostics, []);
  });

  test('expressions below a deep mapping do not each hold its whole path', () => {
    const depth = 200;
    const keys = Array.from({ length: depth }, (_, i) => `${'k'.repeat(50)}${i}`);
    const inner = `{x.$: [${'$Input.a, '.repeat(2_000)}]}`;
    const nested = keys.reduceRight((value, key) => `{${key}: ${value}}`, inner);
    const { plan } = compile(flow(`  - {Type: Pass, Name: A, End: true, OutputConstructor: ${nested}}`));
    assert.ok(plan !== null && plan.bytes < 4_000_000, `${plan?.bytes} bytes`);
  });

  test('circles', () => {
    assert.match(faults('Type: &a [*a]').join(), /1:11 error alias-cycle/);
    assert.match(faults('a: &a {b: &b {c: *a, d: *b}}').join(), /alias-cycle.*alias-cycle/);
    assert.match(faults('a: &a {<<: *a}').join(), /alias-cycle/);
  });

  test('an anchor that is given twice means the last one before the alias', () => {
    const { diagnostics } = compile(
      flow('  - {Type: Pass, Name: &n B, Next: &n A}\n  - {Type: Pass, Name: *n, End: true}\n'),
    );
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ['unreachable-state'],
    );
  });
});

describe('encodings', () => {
  const text = flow('  - {Type: Pass, Name: A, End: true}\n');

  test('UTF-16 that was read as UTF-8', () => {
    for (const bytes of [Buffer.from(text, 'utf16le'), Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()]) {
      const { diagnostics } = compile(bytes.toString('utf8'));
      assert.deepEqual(
        diagnostics.map(({ code }) => code),
        ['control-character'],
      );
      assert.match(diagnostics[0]?.message ?? '', /UTF-16/);
    }
  });

  test('control characters and half surrogates have a place', () => {
    assert.deepEqual(faults('Type: a\u0007b'), ['1:8 error control-character']);
    assert.deepEqual(faults('Type: x\nName: \uD83D'), ['2:7 error control-character']);
    for (const half of ['\\ud800', '\\udfff', '\\ude00\\ud83d', 'a\\ud83d b']) {
      assert.match(faults(`Type: x\nName: "${half}"`).join(), /2:7 error control-character/, half);
      assert.match(faults(`Type: x\n"${half}": 1`).join(), /2:1 error control-character/, half);
      assert.match(faults(`{"Type": "x", "Name": ["${half}"]}`).join(), /1:24 error control-character/, half);
      assert.match(faults(`Type: x\nName: &n "${half}"\nOther: *n`).join(), /2:10 error control-character/, half);
    }
    assert.doesNotMatch(faults('Type: x\nName: "\\ud83d\\ude00"').join(), /control-character/);
  });
});

describe('messages', () => {
  const pairs: Readonly<Record<string, (text: string) => string>> = {
    'a fault of YAML': (text) => flow(`  - Name: | ${text}\n`),
    'an anchor that is not there': (text) => flow(`  - Name: *${text}\n`),
    'an anchor inside its own value': (text) => flow(`  - &${text} [*${text}]\n`),
    'the name of a state': (text) => flow(`  - {Type: Pass, Name: A, Next: ${text}}\n`),
    'the default of a classic choice': (text) =>
      classicFlow(`  - {type: choice, name: a, choices: [{condition: $.a == 1, goto: b}], default: ${text}}\n`),
  };
  for (const [name, definition] of Object.entries(pairs)) {
    test(`cut between characters: ${name}`, () => {
      // One of the two has a pair of surrogates across the limit.
      for (const text of ['😀'.repeat(200), `x${'😀'.repeat(200)}`]) {
        const messages = compile(definition(text)).diagnostics.map(({ message }) => message);
        assert.ok(messages.some((message) => message.includes('😀')));
        for (const message of messages) {
          assert.ok(message.length < 300 && message.isWellFormed(), message);
          assert.doesNotMatch(message, /\\ud83d|\ufffd/i);
        }
      }
    });
  }
});

describe('many faults', () => {
  test('fifty different faults are all reported, in the order of the text', () => {
    const states = Array.from(
      { length: 50 },
      (_, i) => `  - {Type: Pass, Name: ${i === 0 ? 'A' : `s${i}`}, Next: missing${i}}`,
    );
    const { plan, diagnostics } = compile(flow(states.join('\n')));
    assert.equal(plan, null);
    assert.deepEqual(
      diagnostics.map(({ line, code }) => [line, code]),
      states.map((_, i) => [i + 6, 'dangling-next']),
    );
  });

  test('the first hundred, then one that counts the rest', () => {
    const states = Array.from({ length: 250 }, () => '  - 5');
    const { diagnostics } = compile(flow(states.join('\n')));
    assert.equal(diagnostics.length, 101);
    assert.deepEqual(
      diagnostics.slice(0, 100).map(({ line }) => line),
      states.slice(0, 100).map((_, i) => i + 6),
    );
    assert.equal(diagnostics[100]?.code, 'more-faults');
    assert.match(diagnostics[100]?.message ?? '', /^150 more/);
  });

  test('an error is shown even behind a thousand warnings', () => {
    const keys = Array.from({ length: 1_000 }, (_, i) => `    odd${i}: 1\n`).join('');
    const { plan, diagnostics } = compile(flow(`  - Type: Pass\n    Name: A\n${keys}    End: 5\n`));
    assert.equal(plan, null);
    assert.equal(diagnostics.length, 101);
    assert.equal(diagnostics.filter(({ severity }) => severity === 'error').length, 1);
    assert.equal(diagnostics[99]?.code, 'wrong-type');
    assert.equal(diagnostics[100]?.code, 'more-warnings');
  });

  test('a thousand warnings alone do not refuse a flow', () => {
    const keys = Array.from({ length: 1_000 }, (_, i) => `    odd${i}: 1\n`).join('');
    const { plan, diagnostics } = compile(flow(`  - Type: Pass\n    Name: A\n    End: true\n${keys}`));
    assert.notEqual(plan, null);
    assert.equal(diagnostics.length, 101);
  });
});
