// Builds `/sw.js`, the phone pages' service worker: one plain script (older phones know no modules there)
// into which the list of the shell's files and a version made of their contents are written.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, type Rolldown } from 'vite';

/** The pages that work without a network, by the ends of their modules' names. */
const PAGES = ['src/pages/field/FieldPage.vue', 'src/pages/report/ReportPage.vue'];

type Bundle = Rolldown.OutputBundle;

/** The files that the pages need: the entry's and their own chunks, what those import, and all styles, images and
 * workers. */
export function shellOf(bundle: Bundle, pages: readonly string[]): string[] {
  const files = new Set<string>();
  const visit = (name: string): void => {
    const file = bundle[name];
    if (!file || files.has(name)) return;
    files.add(name);
    if (file.type !== 'chunk') return;
    for (const next of file.imports) visit(next);
    // Vite notes a chunk's styles and images beside it.
    const notes = file as unknown as { viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> } };
    for (const next of [...(notes.viteMetadata?.importedCss ?? []), ...(notes.viteMetadata?.importedAssets ?? [])])
      visit(next);
    // What a page loads late (its map) belongs to it; what the entry loads late are the other pages.
    if (!file.isEntry) for (const next of file.dynamicImports) visit(next);
  };
  for (const file of Object.values(bundle)) {
    if (file.type !== 'chunk') continue;
    const module = file.facadeModuleId?.split('?')[0];
    if (file.isEntry || pages.some((page) => module?.endsWith(page))) visit(file.fileName);
  }
  return [...files].toSorted();
}

export function serviceWorker(): Plugin {
  return {
    name: 'onemap-service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const files = shellOf(bundle, PAGES);
        const page = bundle['index.html'];
        const version = createHash('sha256').update(files.join('\n'));
        if (page?.type === 'asset') version.update(page.source);
        const made = await build({
          configFile: false,
          publicDir: false,
          logLevel: 'warn',
          define: {
            SHELL_FILES: JSON.stringify(files.map((file) => `/${file}`)),
            BUILD: JSON.stringify(version.digest('hex').slice(0, 16)),
          },
          build: {
            write: false,
            target: 'es2022',
            rolldownOptions: {
              input: fileURLToPath(new URL('../src/sw/sw.ts', import.meta.url)),
              output: { format: 'iife', entryFileNames: 'sw.js' },
            },
          },
        });
        const [output] = Array.isArray(made) ? made : [made];
        const script = output && 'output' in output ? output.output[0] : undefined;
        if (!script) this.error('the service worker was not built');
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: script.code });
      },
    },
  };
}
