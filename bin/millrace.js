#!/usr/bin/env node
// The launcher. Old JavaScript on purpose: a Node too old for Millrace must be able to read this file far enough to
// say so in one sentence, instead of stopping at a syntax it does not know.
//
// In the repository it runs the TypeScript sources, in the package the compiled ones.
import fs from 'fs';
import module from 'module';
import path from 'path';
import url from 'url';

const NEEDED = 24;
const root = path.dirname(path.dirname(fs.realpathSync(url.fileURLToPath(import.meta.url))));

if (parseInt(process.versions.node, 10) < NEEDED) {
  process.stderr.write(
    'millrace needs Node.js ' +
      NEEDED +
      ' or later and this is ' +
      process.version +
      ': get it from https://nodejs.org (in a clone of the repository "npm ci" brings it and "npx millrace" uses it).\n',
  );
  process.exitCode = 1;
} else {
  // The cache lies beside the code and belongs to whoever owns that: one in the shared temp folder could be planted.
  module.enableCompileCache(path.join(root, 'node_modules', '.cache', 'millrace'));
  const source = path.join(root, 'src', 'main.ts');
  const target = fs.existsSync(source) ? source : path.join(root, 'dist', 'main.js');
  import(url.pathToFileURL(target).href);
}
