/** Writes docs/api/ and deletes pages of actions that do not exist any more: `npx node test/api/write-api-pages.ts`. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiPages, PAGES_FOLDER } from './api-pages.ts';

const pages = apiPages();
mkdirSync(PAGES_FOLDER, { recursive: true });
for (const name of readdirSync(PAGES_FOLDER)) if (!pages.has(name)) rmSync(join(PAGES_FOLDER, name));
for (const [name, text] of pages) writeFileSync(join(PAGES_FOLDER, name), text);
