/** Reads a file that the command line names, or standard input for `-`, as UTF-8. */
import { readFile } from 'node:fs/promises';
import { reasonOf } from '../base/text.ts';
import type { Host } from './host.ts';
import { StartFault } from './host.ts';

/** The source's name in messages: its path as typed, or `<stdin>`. */
export function sourceLabel(source: string): string {
  return source === '-' ? '<stdin>' : source;
}

/** The text of a file or of standard input. @throws {StartFault} that says why it cannot be read. */
export async function readSource(host: Host, source: string): Promise<string> {
  return decode(source === '-' ? await readAll(host.stdin) : await readBytes(source));
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new StartFault(faultOf(error));
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'this is a folder, not a file',
  EACCES: 'this user may not read the file',
};

function faultOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return REASONS[code] ?? `the file cannot be read: ${reasonOf(error)}`;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    throw new StartFault(`the text is ${wide ? 'UTF-16' : 'not UTF-8'}; save it as UTF-8`);
  }
}
