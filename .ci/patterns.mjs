/**
 * Fails where a regular expression takes more than linear time on some text: others choose the texts that ours are
 * given, and one that backtracks stops the whole process. recheck decides, by automaton or by attack. An expression
 * that is put together while the program runs cannot be judged, and fails as well.
 *
 *   node .ci/patterns.mjs [folder…]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';

// Its other back ends are binaries and a JVM.
process.env.RECHECK_BACKEND = 'pure';
const { checkSync } = createRequire(import.meta.url)('recheck');

const TIMEOUT_MS = 20_000;
const folders =
  process.argv.length > 2 ? process.argv.slice(2) : ['src', 'client/src', 'console/src', 'examples'];

const judged = new Map();
function judge(source, flags) {
  const key = `${flags}/${source}`;
  if (!judged.has(key)) judged.set(key, checkSync(source, flags, { timeout: TIMEOUT_MS }));
  return judged.get(key);
}

/** What is wrong with a node of the syntax tree, where it makes a regular expression. */
function problemOf(node) {
  if (ts.isRegularExpressionLiteral(node)) {
    const end = node.text.lastIndexOf('/');
    const { status, complexity } = judge(node.text.slice(1, end), node.text.slice(end + 1));
    if (status === 'safe') return undefined;
    return status === 'vulnerable' ? `takes ${complexity.summary} time` : 'cannot be judged in time';
  }
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined;
  const { expression: callee, arguments: [first] = [] } = node;
  if (ts.isIdentifier(callee) && callee.text === 'RegExp') return 'must be a literal';
  const isMethod =
    ts.isPropertyAccessExpression(callee) && ['match', 'matchAll', 'search'].includes(callee.name.text);
  return isMethod && first !== undefined && (ts.isStringLiteralLike(first) || ts.isTemplateExpression(first))
    ? 'makes an expression of a text'
    : undefined;
}

// A judge that finds nothing wrong with this one would find nothing at all.
if (judge('^(?:a+)+$', '').status !== 'vulnerable')
  throw new Error('needed recheck to find (?:a+)+ vulnerable');

let literals = 0;
let problems = 0;
for (const folder of folders) {
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!/\.tsx?$/.test(name)) continue;
    const path = join(folder, name);
    const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node) => {
      if (ts.isRegularExpressionLiteral(node)) literals += 1;
      const problem = problemOf(node);
      if (problem !== undefined) {
        problems += 1;
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        process.stdout.write(`${path}:${line + 1}: ${node.getText().slice(0, 200)} ${problem}\n`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
}
process.stdout.write(`${literals} regular expressions, ${problems} problems\n`);
if (literals === 0) throw new Error(`needed regular expressions in ${folders.join(', ')}, got none`);
process.exitCode = problems === 0 ? 0 : 1;
