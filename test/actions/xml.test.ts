/** The little XML that two services speak. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isXmlText, xmlElement, xmlTextOf } from '../../src/outbound/xml.ts';

test('a text comes back as it was, wherever its element stands', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }).filter(isXmlText),
      fc.constantFrom('', ' a="b"', '\n x'),
      (text, attributes) => {
        const element = xmlElement('Code', text).replace('<Code', `<Code${attributes}`);
        assert.equal(xmlTextOf(`<?xml version="1.0"?><Error><CodeName>x</CodeName>${element}</Error>`, 'Code'), text);
      },
    ),
  );
});

test('what XML cannot hold is no text of it', () => {
  for (const text of ['\u0000', 'a\u001f', '\ud800', '\uffff']) assert.ok(!isXmlText(text));
  for (const text of ['', '\t\r\n', 'ü', '\u{1f600}']) assert.ok(isXmlText(text));
});

test('an element that is not there, is not closed, or is written oddly', () => {
  assert.equal(xmlTextOf('<a>b</a>', 'c'), null);
  assert.equal(xmlTextOf('<a>b', 'a'), null);
  assert.equal(xmlTextOf('<a', 'a'), null);
  assert.equal(xmlTextOf('<a><![CDATA[<&>]]></a>', 'a'), '<&>');
  assert.equal(xmlTextOf('<a>&#x41;&#66;&quot;&apos;&nothing;&#xffffff;</a>', 'a'), 'AB"\'&nothing;&#xffffff;');
});

test('many openings that never end cost no more than their length', () => {
  assert.equal(xmlTextOf('<Code '.repeat(200_000), 'Code'), null);
});
