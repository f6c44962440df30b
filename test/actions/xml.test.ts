/** The subset of XML that Message Service and Object Storage use. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isXmlText, xmlElement, xmlTextOf } from '../../src/outbound/xml.ts';

test('reading an element returns the text that was written', () => {
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

test('a text with a character that XML cannot hold is recognised', () => {
  for (const text of ['\u0000', 'a\u001f', '\ud800', '\uffff']) assert.ok(!isXmlText(text));
  for (const text of ['', '\t\r\n', 'ü', '\u{1f600}']) assert.ok(isXmlText(text));
});

test('missing and unclosed elements, CDATA, and unusual escapes', () => {
  assert.equal(xmlTextOf('<a>b</a>', 'c'), null);
  // Half of a surrogate pair, which XML forbids, is no character of any text.
  assert.equal(xmlTextOf('<a>&#xd800;&#57343;&#x1F600;</a>', 'a'), '\ufffd\ufffd😀');
  assert.equal(xmlTextOf('<a>b', 'a'), null);
  assert.equal(xmlTextOf('<a', 'a'), null);
  assert.equal(xmlTextOf('<a><![CDATA[<&>]]></a>', 'a'), '<&>');
  assert.equal(xmlTextOf('<a>&#x41;&#66;&quot;&apos;&nothing;&#xffffff;</a>', 'a'), 'AB"\'&nothing;&#xffffff;');
});

test('many start tags that never end take linear time', () => {
  assert.equal(xmlTextOf('<Code '.repeat(200_000), 'Code'), null);
});
