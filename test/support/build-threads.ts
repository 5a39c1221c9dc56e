import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Before all tests. Worker threads run from `dist/` (see src/writes/engine/lane.ts). This brings the modules they consist of up
 * to date there, without types and in a fraction of a second, so that no test runs an old build. Files are replaced
 * in one step and only where they differ: several test runs may do this at once.
 */
export function setup(): void {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const sources = ['src/crm', 'src/writes/engine'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
  for (const source of sources) {
    const target = join(root, source.replace(/^src/, 'dist').replace(/\.ts$/, '.js'));
    const fileName = join(root, source);
    const { outputText } = ts.transpileModule(readFileSync(fileName, 'utf8'), {
      // Seen alone, a file is not known to be a module by its package.json.
      compilerOptions: { ...options, module: ts.ModuleKind.ESNext, noEmit: false },
      fileName,
    });
    // A full build adds a source map's address, which is no difference.
    const existing = existsSync(target) ? readFileSync(target, 'utf8') : '';
    if (existing.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '').trim() === outputText.trim()) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(`${target}.${process.pid}`, outputText);
    renameSync(`${target}.${process.pid}`, target);
  }
}
