// Writes `src/core/api/schema.ts`, the types of the interface, out of the OpenAPI document. With `--check` it only
// compares. openapi-typescript's own command has no option that makes a binary body a `Blob`.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const document = new URL('../src/core/api/openapi.json', import.meta.url);
const types = new URL('../src/core/api/schema.ts', import.meta.url);

const BLOB = ts.factory.createTypeReferenceNode(ts.factory.createIdentifier('Blob'));

const nodes = await openapiTS(document, {
  transform: (schema) => (schema.format === 'binary' ? BLOB : undefined),
});
const text = `// Made by \`npm run types\` out of openapi.json. Do not edit.\n\n${astToString(nodes)}`;

if (!process.argv.includes('--check')) await writeFile(types, text);
else if ((await readFile(types, 'utf8')) !== text) {
  process.stderr.write('src/core/api/schema.ts is older than openapi.json. Run: npm run types\n');
  process.exitCode = 1;
}
