/**
 * Each `*.zh-CN.md` says what its English page says, as far as a program can compare two languages: the same headings, code
 * blocks, tables, links, and in each section the same names in backticks.
 */
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { filesBelow, read } from './tree.ts';

const SUFFIX = '.zh-CN.md';
const pages = filesBelow('').filter((path) => path.endsWith('.md'));
const twins = pages.filter((path) => path.endsWith(SUFFIX));

function englishOf(path: string): string {
  return path.replace(SUFFIX, '.md');
}

function withoutBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '');
}

/** The lines of the fenced blocks, without the words that explain them. */
function codeLines(text: string): string[] {
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map((match) => match[1] as string);
  return blocks.flatMap((block) => block.split('\n').map((line) => line.replace(/(^|\s)(?:#|\/\/) .*$/, '').trimEnd()));
}

/** The names in backticks, each once and sorted, because the two languages order and repeat words differently. */
function names(text: string): string[] {
  const found = [...text.matchAll(/(`+)([^`](?:[\s\S]*?[^`])??)\1(?!`)/g)].map(([name]) => name.replace(/\s+/g, ' '));
  return [...new Set(found)].sort();
}

interface Section {
  readonly level: number;
  readonly title: string;
  readonly text: string;
}

/** A page cut at its headings; the part before the first one has level 0. */
function sections(text: string): Section[] {
  return withoutBlocks(text)
    .split(/^(?=#{1,6} )/m)
    .map((part) => {
      const [, marks = '', title = ''] = /^(#{1,6}) (.+)$/m.exec(part) ?? [];
      return { level: marks.length, title, text: part };
    });
}

/** The rows of the tables of a text, each as its cells; a bar inside a cell is written `\|`. */
function tableRows(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  return lines.map((line) => line.slice(1, -1).split(/(?<!\\)\|/));
}

/** Where the links of a page lead, with twins under the name of their English page and without anchors, sorted. */
function linkTargets(path: string, text: string): string[] {
  const prose = text.replace(/`[^`\n]*`/g, '');
  const targets = [...withoutBlocks(prose).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] as string);
  return targets
    .filter(
      (target) => target !== posix.basename(englishOf(path)) && target !== posix.basename(twinOf(englishOf(path))),
    )
    .map((target) => (target.startsWith('#') ? '#' : target.replace(SUFFIX, '.md').replace(/#.*/, '')))
    .sort();
}

function twinOf(english: string): string {
  return english.replace(/\.md$/, SUFFIX);
}

/** Links of a Chinese page to an English one that has a twin; the first line may have one, to the page's own. */
function linksPastTwins(path: string, text: string): string[] {
  const targets = [...withoutBlocks(text).matchAll(/\]\(([^)\s#]+\.md)/g)].map((match) => match[1] as string);
  const own = posix.basename(englishOf(path));
  return targets.filter((target) => {
    const file = posix.normalize(posix.join(posix.dirname(path), target));
    return target !== own && twins.includes(twinOf(file));
  });
}

/** The differences between a page and its twin, as sentences. */
function differences(path: string, english: string, chinese: string): string[] {
  const found: string[] = [];
  const [ours, theirs] = [sections(english), sections(chinese)];
  if (String(ours.map(({ level }) => level)) !== String(theirs.map(({ level }) => level))) {
    return [`${path}: its headings are not those of the English page`];
  }
  for (const [i, { title, text }] of ours.entries()) {
    const other = (theirs[i] as Section).text;
    const [rows, otherRows] = [tableRows(text), tableRows(other)];
    if (rows.length !== otherRows.length)
      found.push(`${path}: "${title}" has ${otherRows.length} rows, not ${rows.length}`);
    for (const [j, row] of rows.entries()) {
      const otherRow = otherRows[j] ?? [];
      const cells = (cells: readonly string[]): string => JSON.stringify(cells.map(names));
      if (cells(row) !== cells(otherRow)) found.push(`${path}: "${title}" has another row for ${row[0]?.trim()}`);
    }
    const [has, hasOther] = [new Set(names(text)), new Set(names(other))];
    for (const name of has) if (!hasOther.has(name)) found.push(`${path}: "${title}" does not name ${name}`);
    for (const name of hasOther)
      if (!has.has(name)) found.push(`${path}: "${title}" names ${name}, the English page does not`);
  }
  if (String(codeLines(english)) !== String(codeLines(chinese)))
    found.push(`${path}: its code is not that of the English page`);
  if (String(linkTargets(path, english)) !== String(linkTargets(path, chinese))) {
    found.push(`${path}: its links are not those of the English page`);
  }
  return found;
}

test('a Chinese page has the headings, code, tables, names and links of the English one', () => {
  assert.ok(twins.length >= 5);
  assert.deepEqual(
    twins.flatMap((path) => differences(path, read(englishOf(path)), read(path))),
    [],
  );
});

test('a page and its twin link to each other in their first lines', () => {
  for (const path of twins) {
    const english = englishOf(path);
    const head = (page: string): string => read(page).split('\n').slice(0, 3).join('\n');
    assert.ok(head(english).includes(`[简体中文](${posix.basename(path)})`), english);
    assert.ok(head(path).includes(`[English](${posix.basename(english)})`), path);
  }
});

test('a Chinese page links to Chinese pages where there are any', () => {
  for (const path of twins) assert.deepEqual(linksPastTwins(path, read(path)), [], path);
});

test('a difference is found', () => {
  const page = '# A\n\n[b](b.md)\n\n| `x` | one |\n|---|---|\n| `y` | `z` |\n\n```sh\nrun a\n```\n';
  assert.deepEqual(differences('a', page, page), []);
  for (const [from, to] of [
    ['# A', '## A'],
    ['| `y` | `z` |', '| `y` | `w` |'],
    ['| `y` | `z` |\n', ''],
    ['run a', 'run b'],
    ['b.md', 'c.md'],
  ] as const) {
    assert.notDeepEqual(differences('a', page, page.replace(from, to)), [], from);
  }
});
