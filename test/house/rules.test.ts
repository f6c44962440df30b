/** docs/rules.md and the comments that cite it: every cited paragraph exists, and no other notes are cited. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow, read } from './tree.ts';

const PAGE = 'docs/rules.md';
const TEXTS = /\.(?:ts|js|mjs|cjs|json|ya?ml|md|txt|sh|py|go|java)$/;

/** White space, the line ends of comments included. */
const GAP = String.raw`(?:[ \t]|\r?\n[ \t]*(?:\*(?!/)|//|#)?[ \t]*)`;
const PARAGRAPH = String.raw`\d+\.\d+`;
/** A number alone names a chapter, unless a word follows that it counts. */
const CHAPTER = String.raw`\d+(?![\d.]*\d)(?!${GAP}+[A-Za-z])`;
const ITEM = `(?:${PARAGRAPH}(?:${GAP}*(?:–|-|to)${GAP}*${PARAGRAPH})?|${CHAPTER})`;
const CITATION = new RegExp(
  `(?<![\\w-])rules\\.md\`?${GAP}+(?<list>${ITEM}(?:${GAP}*(?:,|;|and)${GAP}*(?:and${GAP}+)?${ITEM})*)`,
  'g',
);

/** Put together from parts, so that this file does not hold what it looks for. */
const NOTES = [
  'f' + 'dl',
  'f' + 'dl-more',
  'f' + 'dl-classic',
  'integ' + 'rations',
  'wi' + 're',
  'a' + 'pi',
  'decis' + 'ions',
  'DES' + 'IGN',
];
const OTHER_NOTES = new RegExp(String.raw`(?<![\w-])(?:${NOTES.join('|')})\.md\b`, 'g');

/** The numbers of chapters and paragraphs, in the order of the page. */
function numbersOf(page: string): string[] {
  return [...page.matchAll(/^#{2,3} (\d+(?:\.\d+)?)(?:\.)? /gm)].map((match) => match[1] as string);
}

/** The numbers that a text cites, with the lines they are cited in; of a range both ends. */
function citedIn(text: string): { readonly line: number; readonly number: string }[] {
  return [...text.matchAll(CITATION)].flatMap((match) => {
    const line = text.slice(0, match.index).split('\n').length;
    const numbers = match.groups?.['list']?.match(/\d+(?:\.\d+)?/g) ?? [];
    return numbers.map((number) => ({ line, number }));
  });
}

/** Citations of paragraphs that the page does not have, as sentences. */
function dangling(path: string, text: string, numbers: ReadonlySet<string>): string[] {
  return citedIn(text)
    .filter(({ number }) => !numbers.has(number))
    .map(({ line, number }) => `${path}:${line} cites ${number}`);
}

function otherNotes(path: string, text: string): string[] {
  return [...text.matchAll(OTHER_NOTES)].map((match) => {
    const line = text.slice(0, match.index).split('\n').length;
    return `${path}:${line} cites ${match[0]}`;
  });
}

/** Numbers out of order: chapters count from 1, and so do the paragraphs of each. */
function misnumbered(numbers: readonly string[]): string[] {
  let chapter = 0;
  let paragraph = 0;
  return numbers.filter((number) => {
    const [first = 0, second] = number.split('.').map(Number);
    if (second === undefined) {
      chapter++;
      paragraph = 0;
      return first !== chapter;
    }
    paragraph++;
    return first !== chapter || second !== paragraph;
  });
}

/** References of the page to itself, in parentheses: `(12.5)`, `(3.2, 3.3)`. */
function referencesIn(page: string): string[] {
  const lists = page.matchAll(/\((\d+\.\d+(?:, \d+\.\d+)*)[,)]/g);
  return [...lists].flatMap((match) => (match[1] as string).split(', '));
}

const page = read(PAGE);
const numbers = numbersOf(page);
const known = new Set(numbers);
const texts = filesBelow('').filter((path) => TEXTS.test(path));

test('the paragraphs of the page are numbered without a gap', () => {
  assert.ok(numbers.length > 100);
  assert.deepEqual(misnumbered(numbers), []);
  assert.deepEqual(misnumbered(['1', '1.1', '1.1', '1.3', '3', '3.1']), ['1.1', '3', '3.1']);
  assert.deepEqual(misnumbered(['1', '1.2', '2.1']), ['1.2', '2.1']);
});

test('every citation of the page names a paragraph that exists', () => {
  assert.deepEqual(
    texts.flatMap((path) => dangling(path, read(path), known)),
    [],
  );
  assert.deepEqual(
    referencesIn(page).filter((number) => !known.has(number)),
    [],
  );
  assert.deepEqual(referencesIn('a state fails (99.1), a signature (3.2, 99.2) and 5 (times)'), [
    '99.1',
    '3.2',
    '99.2',
  ]);
});

test('a citation is found in each form, and a wrong number in it too', () => {
  const name = 'rules' + '.md';
  const found = (text: string): string[] => citedIn(text).map(({ number }) => number);
  assert.deepEqual(found(`/** Longest Wait (${name} 7.6). */`), ['7.6']);
  assert.deepEqual(found(`(${name} 7.13, 7.14 and 10.19; docs/tasks.md): 3 calls`), ['7.13', '7.14', '10.19']);
  assert.deepEqual(found(`(${name} 10.4–10.9), (docs/${name} 2.1 to 2.3)`), ['10.4', '10.9', '2.1', '2.3']);
  assert.deepEqual(found(` * the last one (${name}\n * 12.7), and (${name} 8,\n * 10.10)`), ['12.7', '8', '10.10']);
  assert.deepEqual(found(`// \`${name}\` 3.2, 64 KiB; see ${name}, 4 times; source: "${name} 13"`), ['3.2', '13']);
  for (const wrong of ['99.1', '7.99', '99', '7.6, 7.99', '7.4–7.99', '7.6 and 99.1']) {
    assert.equal(dangling('planted.ts', `// (${name} ${wrong})`, known).length, 1, wrong);
  }
});

test('no file cites notes that are not in the repository', () => {
  for (const planted of NOTES.flatMap((name) => [`(${name}.md 2.1)`, `see ${name}.md.`, `\`${name}.md\``])) {
    assert.equal(otherNotes('planted', planted).length, 1, planted);
  }
  assert.deepEqual(otherNotes('planted', `my-${NOTES[0]}.md tasks.md ${NOTES[0]}.mdx`), []);
  assert.deepEqual(
    texts.flatMap((path) => otherNotes(path, read(path))),
    [],
  );
});
