// Runs after `npm ci` and puts the Node of this repository where npm scripts and npx find it: node_modules/.bin/node.
//
// npm 11 does this itself. npm 10 makes the link, and removes it again together with the links of the platforms that it did not
// install, because all of them have this name. The file is written for the Node that runs npm, which may be version 20.
const fs = require('node:fs');
const path = require('node:path');

const modules = path.join(__dirname, '..', '..', 'node_modules');
const packages = Object.keys(require('./package.json').optionalDependencies);
const installed = packages.find((name) => fs.existsSync(path.join(modules, name, 'package.json')));
const windows = process.platform === 'win32';
const link = path.join(modules, '.bin', windows ? 'node.cmd' : 'node');

if (installed === undefined) {
  process.stderr.write(
    `npm has no Node for ${process.platform} on ${process.arch} that this repository has pinned. ` +
      'Install Node 24 or later yourself; npm scripts use it.\n',
  );
} else if (!fs.existsSync(link)) {
  fs.mkdirSync(path.dirname(link), { recursive: true });
  if (windows) fs.writeFileSync(link, `@"%~dp0\\..\\${installed}\\bin\\node.exe" %*\r\n`);
  else fs.symlinkSync(path.join('..', installed, 'bin', 'node'), link);
}
