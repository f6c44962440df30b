/** Reading a large CSV as the items of a distributed Map: from a folder, from a store that is compatible with S3, and by hand. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startS3Server } from '../test/objects/s3-server.ts';
import type { ReadingFigures } from './objects-process.ts';
import { inFolder } from './folder.ts';
import { median, ratio } from './statistics.ts';
import { spread, whole } from './table.ts';
import type { Row } from './table.ts';

export interface ObjectsResult {
  readonly from: 'a folder' | 'a store that is compatible with S3';
  readonly rows: number;
  readonly millrace: readonly ReadingFigures[];
  readonly plain: readonly ReadingFigures[];
}

/** The second result is absent if the store is not installed. */
export function measureObjects(rows: number, rounds: number): Promise<readonly ObjectsResult[]> {
  return inFolder(async (folder) => {
    const path = join(folder, 'rows.csv');
    await writeRows(path, rows);
    const works: (() => unknown)[] = [];
    const server = await startS3Server({ after: (work) => works.push(work) });
    await server?.put('rows.csv', await readFile(path));
    const settings = `objects: {buckets: {data: {type: folder, path: ${JSON.stringify(folder)}}}}`;
    const fromFolder: ReadingFigures[] = [];
    const fromStore: ReadingFigures[] = [];
    const plain: ReadingFigures[] = [];
    for (let round = 0; round < rounds; round++) {
      fromFolder.push(await figuresOf('millrace', settings));
      if (server !== null) fromStore.push(await figuresOf('millrace', server.settings()));
      plain.push(await figuresOf('plain', path));
    }
    for (const work of works.reverse()) await work();
    const results: ObjectsResult[] = [{ from: 'a folder', rows, millrace: fromFolder, plain }];
    if (server !== null) results.push({ from: 'a store that is compatible with S3', rows, millrace: fromStore, plain });
    return results;
  });
}

async function writeRows(path: string, rows: number): Promise<void> {
  const file = createWriteStream(path);
  file.write('id,name,city,amount,note\n');
  for (let i = 0; i < rows; i++) {
    const isFree = file.write(`${i},name ${i},Hangzhou,${i * 3}.5,"a ""note"", with ${i}"\n`);
    if (!isFree) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

async function figuresOf(kind: string, source: string): Promise<ReadingFigures> {
  const script = fileURLToPath(new URL('./objects-process.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, kind, source]);
  return JSON.parse(stdout) as ReadingFigures;
}

export function objectsRow({ from, rows, millrace, plain }: ObjectsResult): Row {
  const shown = (figures: readonly ReadingFigures[]): string =>
    `${whole(median(figures.map(({ perSecond }) => perSecond)))} rows/s, ${(median(figures.map(({ growth }) => growth)) / 1e6).toFixed(0)} MB more at most`;
  return {
    what: `items of a CSV of ${whole(rows)} rows, from ${from}; memory beyond that of the first 20,000`,
    ours: shown(millrace),
    beside: `\`csv-parse\` on a stream of the file: ${shown(plain)}`,
    ratio: spread(
      ratio(
        millrace.map(({ perSecond }) => perSecond),
        plain.map(({ perSecond }) => perSecond),
      ),
    ),
    aim: from === 'a folder' ? '≥ 0.7' : '–',
  };
}
