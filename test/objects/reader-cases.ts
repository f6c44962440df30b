/** Files and what a reader makes of them, as data. Each rule that Amazon States Language leaves open is one of ours (rules.md 11.19). */
import { gzipSync } from 'node:zlib';
import { longNumber } from '../../src/base/json.ts';
import type { JsonValue } from '../../src/base/json.ts';
import type { ReaderSpec } from '../../src/objects/ports.ts';

export interface ReaderCase {
  readonly what: string;
  readonly type: 'CSV' | 'JSON' | 'JSONL';
  readonly content: string | Buffer;
  readonly spec?: Partial<ReaderSpec>;
  /** The items, or what the message of the fault contains. */
  readonly gives: readonly JsonValue[] | RegExp;
}

const given = (...headers: string[]): Partial<ReaderSpec> => ({ csv: { headers, delimiter: ',' } });
const delimited = (delimiter: string): Partial<ReaderSpec> => ({ csv: { headers: null, delimiter } });
const pointer = (itemsPointer: string): Partial<ReaderSpec> => ({ itemsPointer });
const LONG = 'x'.repeat(8 * 1_048_576 + 100);
const ROW = { a: '1', b: '2' };

export const READER_CASES: readonly ReaderCase[] = [
  { what: 'a header and rows', type: 'CSV', content: 'a,b\n1,2\n3,4\n', gives: [ROW, { a: '3', b: '4' }] },
  { what: 'no line end at the end', type: 'CSV', content: 'a,b\n1,2', gives: [ROW] },
  { what: 'lines that end in CRLF', type: 'CSV', content: 'a,b\r\n1,2\r\n', gives: [ROW] },
  { what: 'lines that end in different ways', type: 'CSV', content: 'a,b\r\n1,2\n1,2\r1,2', gives: [ROW, ROW, ROW] },
  { what: 'a byte order mark', type: 'CSV', content: '\ufeffa,b\n1,2\n', gives: [ROW] },
  { what: 'a byte order mark and a quoted header', type: 'CSV', content: '\ufeff"a","b"\n1,2\n', gives: [ROW] },
  { what: 'quotes', type: 'CSV', content: 'a,b\n"1,5","say ""hi"""\n', gives: [{ a: '1,5', b: 'say "hi"' }] },
  { what: 'line ends in quotes', type: 'CSV', content: 'a,b\n"1\r\n2","3\n4"\n', gives: [{ a: '1\r\n2', b: '3\n4' }] },
  { what: 'empty lines', type: 'CSV', content: 'a,b\n\n1,2\n\n\n1,2\n\n', gives: [ROW, ROW] },
  {
    what: 'empty fields',
    type: 'CSV',
    content: 'a,b\n,\n"",2\n',
    gives: [
      { a: '', b: '' },
      { a: '', b: '2' },
    ],
  },
  { what: 'spaces, which belong to the text', type: 'CSV', content: 'a,b\n 1 ,2\n', gives: [{ a: ' 1 ', b: '2' }] },
  { what: 'fields beyond the columns', type: 'CSV', content: 'a,b\n1,2,3,4\n', gives: [ROW] },
  { what: 'missing fields', type: 'CSV', content: 'a,b\n1\n', gives: [{ a: '1', b: '' }] },
  { what: 'a header alone', type: 'CSV', content: 'a,b\n', gives: [] },
  {
    what: 'columns that the flow names',
    type: 'CSV',
    content: '1,2\n3,4\n',
    spec: given('a', 'b'),
    gives: [ROW, { a: '3', b: '4' }],
  },
  { what: 'an empty file with given columns', type: 'CSV', content: '', spec: given('a'), gives: [] },
  {
    what: 'a column with the name of a member of every object',
    type: 'CSV',
    content: '__proto__,toString\n1,2\n',
    gives: JSON.parse('[{"__proto__":"1","toString":"2"}]') as JsonValue[],
  },
  { what: 'semicolons', type: 'CSV', content: 'a;b\n1;2\n', spec: delimited(';'), gives: [ROW] },
  { what: 'tabs', type: 'CSV', content: 'a\tb\n1\t2\n', spec: delimited('\t'), gives: [ROW] },
  { what: 'bars', type: 'CSV', content: 'a|b\n1|2\n', spec: delimited('|'), gives: [ROW] },
  { what: 'spaces between fields', type: 'CSV', content: 'a b\n1 2\n', spec: delimited(' '), gives: [ROW] },
  { what: 'Chinese text', type: 'CSV', content: '名称,城市\n张三,杭州\n', gives: [{ 名称: '张三', 城市: '杭州' }] },
  {
    what: 'at most so many rows',
    type: 'CSV',
    content: 'a\n1\n2\n3\n',
    spec: { maxItems: 2 },
    gives: [{ a: '1' }, { a: '2' }],
  },
  { what: 'columns without content at the end', type: 'CSV', content: 'a,b,,\n1,2,,\n', gives: [ROW] },
  { what: 'one column without a name', type: 'CSV', content: ',b\n1,2\n', gives: [{ '': '1', b: '2' }] },
  { what: 'an empty file', type: 'CSV', content: '', gives: /is empty, but its first row has to name the columns/ },
  { what: 'a byte order mark alone', type: 'CSV', content: '\ufeff', gives: /is empty/ },
  {
    what: 'a header without names',
    type: 'CSV',
    content: ',,\n1,2,3\n',
    gives: /first row without a name of a column/,
  },
  { what: 'a column twice', type: 'CSV', content: 'a,b,a\n1,2,3\n', gives: /column "a" twice \(columns 1 and 3\)/ },
  {
    what: 'a given column twice',
    type: 'CSV',
    content: '1,2\n',
    spec: given('a', 'a'),
    gives: /CSVHeaders names no column, or one twice/,
  },
  {
    what: 'a quotation mark without an end',
    type: 'CSV',
    content: 'a,b\n1,2\n3,"4\n5,6\n',
    gives: /quotation mark without a closing one.*row 3, which begins on line 3/,
  },
  {
    what: 'characters behind a closing quotation mark',
    type: 'CSV',
    content: 'a\n"1"2\n',
    gives: /behind the closing quotation mark of a field.*row 2, which begins on line 2/,
  },
  {
    what: 'a quotation mark within a field',
    type: 'CSV',
    content: 'a\n5" pipe\n',
    gives: /in a field that does not begin with one.*row 2/,
  },
  {
    what: 'a broken quotation mark after rows of several lines',
    type: 'CSV',
    content: 'a\n"1\n2"\n"3',
    gives: /row 3, which begins on line 4/,
  },
  {
    what: 'a row of more than 8 MiB',
    type: 'CSV',
    content: `a\n1\n${LONG}\n`,
    gives: /a row of more than 8 MiB.*row 3/,
  },
  {
    what: 'gzip',
    type: 'CSV',
    content: gzipSync('a\n1\n'),
    gives: /is compressed with gzip; store it without compression/,
  },
  {
    what: 'a spreadsheet',
    type: 'CSV',
    content: Buffer.from('PK\u0003\u0004....'),
    gives: /is a ZIP file, as those of spreadsheets are/,
  },
  {
    what: 'UTF-16',
    type: 'CSV',
    content: Buffer.from('\ufeffa,b\n', 'utf16le'),
    gives: /is in UTF-16; save it as UTF-8/,
  },
  { what: 'bytes that are no text', type: 'CSV', content: Buffer.from([0x61, 0, 0x62]), gives: /bytes of value zero/ },
  {
    what: 'a text in another encoding',
    type: 'CSV',
    content: Buffer.from([0x61, 0x0a, 0xd5, 0xc5, 0xc8, 0xfd]),
    gives: /is not valid UTF-8; save it as UTF-8.*row/,
  },
  {
    what: 'half of a character at the end',
    type: 'CSV',
    content: Buffer.from([0x61, 0x0a, 0xe5, 0xbc]),
    gives: /is not valid UTF-8/,
  },

  {
    what: 'an array',
    type: 'JSON',
    content: '[1,"a",{"b":[2]},null,true,[],-0.5e1]',
    gives: [1, 'a', { b: [2] }, null, true, [], -5],
  },
  {
    what: 'white space everywhere',
    type: 'JSON',
    content: ' \n[ 1 ,\t{ "a" : 1 }\r\n, 2 ] \n',
    gives: [1, { a: 1 }, 2],
  },
  { what: 'an empty array', type: 'JSON', content: '[]', gives: [] },
  { what: 'a byte order mark before an array', type: 'JSON', content: '\ufeff[1]', gives: [1] },
  {
    what: 'brackets and quotes in texts',
    type: 'JSON',
    content: String.raw`["]}{[,", "\"]", "\\", {"}": "["}]`,
    gives: [']}{[,', '"]', '\\', { '}': '[' }],
  },
  {
    what: 'integers that a double cannot hold',
    type: 'JSON',
    content: '[{"id":1234567890123456789}]',
    gives: [{ id: longNumber('1234567890123456789') }],
  },
  {
    what: 'members of every object',
    type: 'JSON',
    content: '[{"__proto__":1}]',
    gives: JSON.parse('[{"__proto__":1}]') as JsonValue[],
  },
  {
    what: 'an array inside',
    type: 'JSON',
    content: '{"skip":["]",{"a":1}],"a":{"b":[1,2],"c":3}}',
    spec: pointer('/a/b'),
    gives: [1, 2],
  },
  {
    what: 'an array inside of an array',
    type: 'JSON',
    content: '{"a":[0,[1],{"b":[7,8]}]}',
    spec: pointer('/a/2/b'),
    gives: [7, 8],
  },
  { what: 'escaped names in a pointer', type: 'JSON', content: '{"a/b~c":[1]}', spec: pointer('/a~1b~0c'), gives: [1] },
  {
    what: 'a member whose name is written with escapes',
    type: 'JSON',
    content: String.raw`{"\u0061":[1]}`,
    spec: pointer('/a'),
    gives: [1],
  },
  { what: 'at most so many elements', type: 'JSON', content: '[1,2,3', spec: { maxItems: 2 }, gives: [1, 2] },
  {
    what: 'a pointer to nothing',
    type: 'JSON',
    content: '{"a":{"b":1}}',
    spec: pointer('/a/c'),
    gives: /nothing at ItemsPointer "\/a\/c"/,
  },
  {
    what: 'a pointer beyond the end of an array',
    type: 'JSON',
    content: '[1]',
    spec: pointer('/1'),
    gives: /nothing at ItemsPointer/,
  },
  {
    what: 'a pointer through a number',
    type: 'JSON',
    content: '{"a":1}',
    spec: pointer('/a/b'),
    gives: /nothing at ItemsPointer/,
  },
  {
    what: 'a pointer to an object',
    type: 'JSON',
    content: '{"a":{}}',
    spec: pointer('/a'),
    gives: /has at ItemsPointer "\/a" an object where a JSON array has to be/,
  },
  {
    what: 'a pointer that is none',
    type: 'JSON',
    content: '{"a":[]}',
    spec: pointer('a'),
    gives: /ItemsPointer "a", which has to begin with "\/"/,
  },
  {
    what: 'an object',
    type: 'JSON',
    content: '{"a":1}',
    gives: /has an object where a JSON array has to be; name the array in it with ItemsPointer/,
  },
  { what: 'a number', type: 'JSON', content: '12', gives: /has a number where a JSON array has to be/ },
  { what: 'a text', type: 'JSON', content: '"a"', gives: /has a text where a JSON array has to be/ },
  { what: 'CSV instead of JSON', type: 'JSON', content: 'a,b\n1,2\n', gives: /has "a" where a JSON array has to be/ },
  { what: 'an empty file for JSON', type: 'JSON', content: ' \n', gives: /is empty/ },
  {
    what: 'an array without an end',
    type: 'JSON',
    content: '[1,2',
    gives: /ends in the middle of its JSON, after item 1/,
  },
  {
    what: 'an element without an end',
    type: 'JSON',
    content: '[1,{"a":',
    gives: /ends in the middle of its JSON, after item 1/,
  },
  { what: 'an element that is not JSON', type: 'JSON', content: '[1,{a:1}]', gives: /is not JSON in item 2/ },
  { what: 'a word that is not JSON', type: 'JSON', content: '[1,nul]', gives: /is not JSON in item 2/ },
  { what: 'a comma too many', type: 'JSON', content: '[1,]', gives: /"\]" is not expected after 1 items/ },
  { what: 'a missing comma', type: 'JSON', content: '[1 2]', gives: /"2" is not expected after 1 items/ },
  { what: 'something behind the array', type: 'JSON', content: '[1] [2]', gives: /has something behind the array/ },
  {
    what: 'an element that is too deep',
    type: 'JSON',
    content: `[${'['.repeat(300)}${']'.repeat(300)}]`,
    gives: /item 1: nested deeper than 256 levels/,
  },
  {
    what: 'an element of more than 8 MiB',
    type: 'JSON',
    content: `[1,"${LONG}"]`,
    gives: /an item of more than 8 MiB: item 2/,
  },
  { what: 'gzip instead of JSON', type: 'JSON', content: gzipSync('[]'), gives: /is compressed with gzip/ },
  {
    what: 'an element that is not UTF-8',
    type: 'JSON',
    content: Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]),
    gives: /is not valid UTF-8 in item 1/,
  },

  { what: 'lines of JSON', type: 'JSONL', content: '{"a":1}\n[2]\n"3"\n', gives: [{ a: 1 }, [2], '3'] },
  {
    what: 'lines that end in CRLF, empty ones, and none at the end',
    type: 'JSONL',
    content: '1\r\n\r\n \n2',
    gives: [1, 2],
  },
  { what: 'a byte order mark before a line', type: 'JSONL', content: '\ufeff1\n', gives: [1] },
  { what: 'an empty file for JSON Lines', type: 'JSONL', content: '', gives: [] },
  {
    what: 'a long integer on a line',
    type: 'JSONL',
    content: '9007199254740993',
    gives: [longNumber('9007199254740993')],
  },
  { what: 'a line that is not JSON', type: 'JSONL', content: '1\n{"a":\n', gives: /line 2 is not JSON/ },
  { what: 'a line of more than 8 MiB', type: 'JSONL', content: `1\n"${LONG}"`, gives: /line 2 is longer than 8 MiB/ },
  {
    what: 'a line that is not UTF-8',
    type: 'JSONL',
    content: Buffer.from([0x31, 0x0a, 0x22, 0xff, 0x22]),
    gives: /line 2 is not valid UTF-8/,
  },
];
