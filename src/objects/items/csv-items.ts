/**
 * The rows of a CSV file (RFC 4180) as objects with a text for each column. As in Amazon States Language, fields beyond the columns are
 * left out, and missing ones are empty texts. Lines may end in CRLF, LF or CR; empty ones are no rows.
 */
import { CsvError, parse } from 'csv-parse';
import type { Parser } from 'csv-parse';
import { setMember } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { beginning } from '../../base/text.ts';
import { malformed } from '../faults.ts';
import type { ObjectFault } from '../ports.ts';
import type { Bytes } from './bytes.ts';
import { MAX_ITEM, MAX_ITEM_BYTES } from './items.ts';
import type { Items } from './items.ts';
import { Utf8Check } from './text-bytes.ts';

export interface CsvForm {
  /** Null: the first row has the names. */
  readonly columns: readonly string[] | null;
  readonly delimiter: string;
}

export class CsvItems implements Items {
  readonly #source: Bytes;
  readonly #what: string;
  readonly #parser: Parser;
  readonly #utf8 = new Utf8Check();
  #columns: readonly string[] | null;
  /** No column is named `__proto__`, so that a row can be built by assignments. */
  #isPlain = false;
  #ready: JsonObject[] = [];
  #isEnded = false;
  #fault: Error | null = null;
  /** Rows so far, the header included, and the line on which the last of them ends. */
  #rows = 0;
  #line = 0;

  /** @param what the file in messages */
  constructor(source: Bytes, what: string, { columns, delimiter }: CsvForm) {
    this.#source = source;
    this.#what = what;
    this.#columns = columns;
    this.#isPlain = columns?.includes('__proto__') === false;
    this.#parser = parse({
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_ITEM_BYTES,
      // Rows are collected here and not in the buffer of the stream, which drops those before a fault.
      on_record: (record: readonly string[], { lines }) => {
        this.#add(record, lines);
        return null;
      },
    });
    this.#parser.on('error', (error) => this.#fail(error));
  }

  async next(): Promise<readonly JsonValue[]> {
    while (this.#ready.length === 0 && !this.#isEnded) {
      if (this.#fault !== null) throw this.#fault;
      const slice = await this.#source.next();
      const isText = slice === null ? this.#utf8.end() : this.#utf8.push(slice);
      if (!isText) throw this.#malformed('is not valid UTF-8; save it as UTF-8');
      await this.#parse(slice);
      this.#isEnded = slice === null && this.#fault === null;
      if (this.#isEnded && this.#columns === null) {
        throw malformed(this.#what, 'is empty, but its first row has to name the columns');
      }
    }
    const items = this.#ready;
    this.#ready = [];
    return items;
  }

  /** Passes a slice to the parser, or the end, and waits until its rows are there. */
  #parse(slice: Buffer | null): Promise<void> {
    return new Promise((resolve) => {
      if (slice === null) {
        // The end is parsed in the same way as a slice; the parser then emits `finish` or, earlier, `error`.
        this.#parser
          .once('finish', resolve)
          .once('error', () => resolve())
          .end();
      } else {
        this.#parser.write(slice, (error) => {
          if (error) this.#fail(error);
          resolve();
        });
      }
    });
  }

  #add(record: readonly string[], line: number): void {
    if (this.#fault !== null) return;
    try {
      if (this.#columns === null) this.#begin(record);
      else this.#ready.push(this.#itemOf(record, this.#columns));
    } catch (error) {
      this.#fail(error as Error);
    }
    this.#rows++;
    this.#line = line;
  }

  /** The rows before the fault are returned first. */
  #fail(error: Error): void {
    this.#fault ??= this.#faultOf(error);
  }

  #begin(names: readonly string[]): void {
    let count = names.length;
    // Spreadsheets write columns without content at the end.
    while (count > 0 && names[count - 1] === '') count--;
    const columns = names.slice(0, count);
    if (count === 0) throw malformed(this.#what, 'has a first row without a name of a column; name the columns there');
    const twice = columns.findIndex((name, i) => columns.indexOf(name) < i);
    if (twice >= 0) {
      const name = columns[twice] as string;
      const places = `${columns.indexOf(name) + 1} and ${twice + 1}`;
      throw malformed(
        this.#what,
        `has the column "${beginning(name, 80)}" twice (columns ${places}); give each column its own name`,
      );
    }
    this.#columns = columns;
    this.#isPlain = !columns.includes('__proto__');
  }

  #itemOf(record: readonly string[], columns: readonly string[]): JsonObject {
    const item: Record<string, JsonValue> = {};
    for (let i = 0; i < columns.length; i++) {
      const name = columns[i] as string;
      const value = record[i] ?? '';
      if (this.#isPlain) item[name] = value;
      else setMember(item, name, value);
    }
    return item;
  }

  #faultOf(error: Error): Error {
    if (!(error instanceof CsvError)) return error;
    switch (error.code) {
      case 'CSV_QUOTE_NOT_CLOSED':
        return this.#malformed(
          'has a quotation mark without a closing one; close it, or write it twice if it belongs to the text',
        );
      case 'CSV_INVALID_CLOSING_QUOTE':
        return this.#malformed(
          'has characters behind the closing quotation mark of a field; write a quotation mark of the text twice',
        );
      case 'INVALID_OPENING_QUOTE':
        return this.#malformed(
          'has a quotation mark in a field that does not begin with one; put the whole field into quotation marks',
        );
      case 'CSV_MAX_RECORD_SIZE':
        return this.#malformed(
          `has a row of more than ${MAX_ITEM}, perhaps because a quotation mark has no closing one`,
        );
      default:
        return this.#malformed(`is no valid CSV: ${beginning(error.message)}`);
    }
  }

  /** The row that comes after the last complete one. */
  #malformed(detail: string): ObjectFault {
    return malformed(this.#what, `${detail}: row ${this.#rows + 1}, which begins on line ${this.#line + 1} or later`);
  }
}
