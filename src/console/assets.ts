/**
 * The built files of the console. They are read when a browser first asks for them and stay in memory: a few hundred KiB. Someone who
 * works on the console builds it anew while the server runs, so each request for the page looks whether it is still the same. A server in
 * a clone whose files were not built says how to build them.
 */
import { readFile, readdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Scheduler } from '../base/scheduler.ts';
import type { Answer } from './request.ts';

/** The same folder from the sources and from the compiled files. */
const FOLDER = fileURLToPath(new URL('../../dist/web/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};
/** The name of a file that changes with its content. */
const HASHED = /-[0-9A-Z]{8}\.[a-z]+$/;
const YEAR_S = 31_536_000;
/** The encodings in which the build has written each file, the smallest first. */
const ENCODINGS = [
  { name: 'br', extension: '.br' },
  { name: 'gzip', extension: '.gz' },
] as const;

export class Assets {
  readonly #scheduler: Pick<Scheduler, 'outside'>;
  readonly #folder: string;
  #names: Promise<ReadonlySet<string>> | null = null;
  readonly #files = new Map<string, Promise<Buffer | null>>();
  /** Of the page, when it was last read. */
  #builtMs = 0;

  /** @param folder with a slash at its end */
  constructor(scheduler: Pick<Scheduler, 'outside'>, folder = FOLDER) {
    this.#scheduler = scheduler;
    this.#folder = folder;
  }

  /** The file of a name; the empty name is the page. Null for a name that the build does not have. */
  async answer(name: string, acceptEncoding: string): Promise<Answer | null> {
    if (name === '') await this.#forgetOldBuild();
    const names = await this.#known();
    const file = name === '' ? 'index.html' : name;
    if (!names.has(file)) return name === '' ? NOT_BUILT : null;
    const accepted = acceptedIn(acceptEncoding);
    const encoding = ENCODINGS.find((each) => accepted.has(each.name) && names.has(file + each.extension));
    const body = await this.#read(file + (encoding?.extension ?? ''));
    if (body === null) return null;
    return {
      status: 200,
      headers: {
        'content-type': TYPES[file.slice(file.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
        'cache-control': HASHED.test(file) ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
        vary: 'accept-encoding',
        ...(encoding !== undefined && { 'content-encoding': encoding.name }),
      },
      body,
    };
  }

  async #forgetOldBuild(): Promise<void> {
    const look = stat(`${this.#folder}index.html`).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    const builtMs = await this.#scheduler.outside(look);
    if (builtMs === this.#builtMs) return;
    this.#builtMs = builtMs;
    this.#names = null;
    this.#files.clear();
  }

  async #known(): Promise<ReadonlySet<string>> {
    this.#names ??= this.#scheduler
      .outside(readdir(this.#folder).catch((): string[] => []))
      .then((names) => new Set(names));
    return this.#names;
  }

  /** Null for a file that is no longer there: a new build has taken the place of this one. */
  #read(file: string): Promise<Buffer | null> {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const reading = this.#scheduler.outside(readFile(this.#folder + file).catch(() => null));
    this.#files.set(file, reading);
    return reading;
  }
}

/** The encodings that a browser takes; those of quality 0 it does not. */
function acceptedIn(header: string): ReadonlySet<string> {
  const accepted = new Set<string>();
  for (const each of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = each.split(';').map((part) => part.trim());
    if (!parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))) accepted.add(name);
  }
  return accepted;
}

const NOT_BUILT: Answer = {
  status: 503,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<!doctype html><title>Millrace</title><p>The console of this server is not built. In the clone, run <code>npm start</code> or <code>node console/build.ts</code>, then load this page again.</p>\n',
};
