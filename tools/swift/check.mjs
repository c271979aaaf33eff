// Parses Swift files and names every place that is no Swift; exits with 1 if there is one.
// Usage: node check.mjs FILE...
import fs from 'node:fs';
import { createRequire } from 'node:module';
import Parser from 'web-tree-sitter';

const grammar = createRequire(import.meta.url).resolve('tree-sitter-wasms/out/tree-sitter-swift.wasm');
const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: node check.mjs FILE...');
  process.exit(2);
}

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Parser.Language.load(grammar));

let errors = 0;
function report(file, node) {
  if (node.type === 'ERROR' || node.isMissing) {
    errors++;
    const { row, column } = node.startPosition;
    console.error(`${file}:${row + 1}:${column + 1}: ${node.isMissing ? 'missing ' : ''}${node.type}`);
  }
  node.children.forEach((child) => report(file, child));
}

for (const file of files) {
  report(file, parser.parse(fs.readFileSync(file, 'utf8')).rootNode);
}
console.log(`${files.length} Swift files, ${errors} errors`);
process.exit(errors === 0 ? 0 : 1);
