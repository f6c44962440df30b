/** The papers: every link leads somewhere, dependencies are explained, the licence is complete. `twins.test.ts` compares the languages. */
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { filesBelow, read } from './tree.ts';

const papers = filesBelow('').filter((path) => path.endsWith('.md'));
const all = new Set(filesBelow(''));

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}

/** The anchor that a heading gets where Markdown is shown. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function headings(text: string): { readonly level: number; readonly title: string }[] {
  const found = text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^(#{1,6}) (.+)$/gm);
  return [...found].map((match) => ({ level: (match[1] as string).length, title: match[2] as string }));
}

function links(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] as string);
}

/** Links inside the repository that lead nowhere. */
function brokenLinks(path: string, text: string): string[] {
  const broken: string[] = [];
  for (const link of links(text)) {
    if (/^[a-z]+:/.test(link)) continue;
    const [file, fragment] = link.split('#') as [string, string | undefined];
    const target = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file));
    const isFolder = [...all].some((each) => each.startsWith(`${target.replace(/\/$/, '')}/`));
    if (!all.has(target) && !isFolder) broken.push(`${path}: ${link}`);
    else if (fragment !== undefined && target.endsWith('.md')) {
      const anchors = headings(target === path ? text : read(target)).map(({ title }) => anchor(title));
      if (!anchors.includes(decodeURIComponent(fragment))) broken.push(`${path}: ${link}`);
    }
  }
  return broken;
}

test('every link inside the papers leads somewhere', () => {
  assert.ok(papers.length >= 6);
  assert.deepEqual(
    papers.flatMap((path) => brokenLinks(path, read(path))),
    [],
  );
  assert.equal(brokenLinks('README.md', '[a](docs/no-such-page.md) [b](#no-such-heading) [c](README.md)').length, 2);
});

test('ARCHITECTURE.md explains every dependency', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  const text = read('ARCHITECTURE.md');
  assert.deepEqual(
    Object.keys(dependencies).filter((name) => !text.includes(`\`${name}\``)),
    [],
  );
});

test('the licence is the complete Apache 2.0', () => {
  const text = read('LICENSE');
  assert.match(text, /Apache License\s+Version 2\.0, January 2004/);
  assert.match(text, /9\. Accepting Warranty or Additional Liability/);
  assert.match(text, /END OF TERMS AND CONDITIONS/);
});
