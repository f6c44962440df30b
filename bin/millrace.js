#!/usr/bin/env node
// The launcher. It is written in old JavaScript, so that a Node version that is too old for Millrace can parse it and say so
// instead of failing with a syntax error.
//
// In the repository it runs the TypeScript sources, in the package the compiled files.
import fs from 'fs';
import module from 'module';
import path from 'path';
import url from 'url';

// A terminal and a service manager send their signals to the workers of a server too. A worker ends when the main process ends it, so
// it ignores them from here on: loading the program takes a while.
if (process.argv[2] === 'worker') {
  process.on('SIGTERM', function () {});
  process.on('SIGINT', function () {});
}

const NEEDED = 24;
const root = path.dirname(path.dirname(fs.realpathSync(url.fileURLToPath(import.meta.url))));

if (parseInt(process.versions.node, 10) < NEEDED) {
  process.stderr.write(
    'millrace needs Node.js ' +
      NEEDED +
      ' or later, but this is ' +
      process.version +
      '. Install it from https://nodejs.org. In a clone of the repository, "npm ci" installs it and "npx millrace" uses it.\n',
  );
  process.exitCode = 1;
} else {
  // The compile cache is beside the code, with the same owner. In the shared temporary folder, another user could plant one.
  module.enableCompileCache(path.join(root, 'node_modules', '.cache', 'millrace'));
  const source = path.join(root, 'src', 'main.ts');
  const target = fs.existsSync(source) ? source : path.join(root, 'dist', 'main.js');
  import(url.pathToFileURL(target).href);
}
