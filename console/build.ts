/**
 * Builds the browser program of the console into `dist/web/`, with esbuild: `node console/build.ts`. With `--if-needed` it does
 * nothing if the built files are newer than everything they were made from, or if esbuild is not installed, as in a clone
 * that was set up without its development dependencies.
 *
 * The folder is written beside its place and renamed, so that a server never serves half of a build.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type * as Esbuild from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(ROOT, 'console', 'src');
export const WEB_FOLDER = join(ROOT, 'dist', 'web');

/** A build depends on these too, beside the files below `console/src/`. */
const OTHER_SOURCES = [join(ROOT, 'console', 'build.ts'), join(ROOT, 'package-lock.json')];
/** Files that esbuild bundles out of the server's own sources are few and pure; their folders count as sources. */
const SHARED_FOLDERS = ['api', 'base', 'console', 'language'].map((room) => join(ROOT, 'src', room));

/** Builds unless the built files are current. Returns whether there are built files now. */
export async function buildIfNeeded(): Promise<boolean> {
  if (isCurrent()) return true;
  let esbuild: typeof Esbuild;
  try {
    esbuild = await import('esbuild');
  } catch {
    return existsSync(join(WEB_FOLDER, 'index.html'));
  }
  await build(esbuild);
  return true;
}

/** True if no source is newer than the page that the last build wrote. */
function isCurrent(): boolean {
  const page = join(WEB_FOLDER, 'index.html');
  if (!existsSync(page)) return false;
  const builtMs = statSync(page).mtimeMs;
  return ![...[SOURCE, ...SHARED_FOLDERS].flatMap(filesBelow), ...OTHER_SOURCES].some(
    (file) => existsSync(file) && statSync(file).mtimeMs > builtMs,
  );
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Builds into a new folder, which then takes the place of the old one. */
async function build(esbuild: typeof Esbuild): Promise<void> {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'dist', 'web-'));
  try {
    const shared = {
      bundle: true,
      minify: true,
      target: ['chrome111', 'firefox115', 'safari16.4'],
      outdir: folder,
      // Chinese texts as they are; escapes would be twice as long.
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'warning',
      metafile: true,
      jsx: 'automatic',
      jsxImportSource: 'preact',
    } satisfies Esbuild.BuildOptions;
    const worker = await esbuild.build({
      ...shared,
      entryPoints: [join(SOURCE, 'graph', 'layout-worker.ts')],
      entryNames: '[name]-[hash]',
      format: 'iife',
    });
    const layoutWorker = basename(onlyOutput(worker.metafile, '.js'));
    const app = await esbuild.build({
      ...shared,
      entryPoints: [join(SOURCE, 'main.tsx')],
      entryNames: 'app-[hash]',
      chunkNames: 'chunk-[hash]',
      format: 'esm',
      splitting: true,
      define: { LAYOUT_WORKER: JSON.stringify(layoutWorker) },
    });
    const style = await esbuild.build({
      ...shared,
      entryPoints: [join(SOURCE, 'styles', 'app.css')],
      entryNames: 'app-[hash]',
    });
    const entry = Object.entries(app.metafile.outputs).find(
      ([, { entryPoint }]) => entryPoint?.endsWith('main.tsx') === true,
    );
    if (entry === undefined) throw new Error('esbuild wrote no entry');
    const page = readFileSync(join(SOURCE, 'index.html'), 'utf8')
      .replace('app.css', basename(onlyOutput(style.metafile, '.css')))
      .replace('main.js', basename(entry[0]))
      .replace('    <script', `${preloads(app.metafile, entry[0])}    <script`);
    copyFileSync(join(SOURCE, 'icon.svg'), join(folder, 'icon.svg'));
    for (const file of filesBelow(folder)) compress(file);
    writeFileSync(join(folder, 'index.html'), page);
    const old = `${folder}-old`;
    if (existsSync(WEB_FOLDER)) renameSync(WEB_FOLDER, old);
    renameSync(folder, WEB_FOLDER);
    rmSync(old, { recursive: true, force: true });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Links to the files that the entry imports, those they import too: a browser then asks for all of them at once, and not for each when
 * it has read the one before.
 */
function preloads({ outputs }: Esbuild.Metafile, entry: string): string {
  const files = new Set([entry]);
  for (const file of files) {
    for (const { path, kind } of outputs[file]?.imports ?? []) if (kind === 'import-statement') files.add(path);
  }
  files.delete(entry);
  return [...files].map((file) => `    <link rel="modulepreload" href="${basename(file)}" />\n`).join('');
}

function onlyOutput({ outputs }: Esbuild.Metafile, extension: string): string {
  const [first, ...rest] = Object.keys(outputs).filter((name) => name.endsWith(extension));
  if (first === undefined || rest.length > 0) throw new Error(`esbuild wrote ${rest.length + 1} files ${extension}`);
  return first;
}

/** The server sends these to browsers that take them; compressing at each request would cost more than the rest of it. */
function compress(file: string): void {
  const bytes = readFileSync(file);
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, best));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--if-needed')) await buildIfNeeded();
  else await build(await import('esbuild'));
}
