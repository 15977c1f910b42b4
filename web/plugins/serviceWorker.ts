// Builds the files with which the phone pages start quickly and work without a network:
// - `/sw.js`, the service worker. It is one plain script, because service workers on older phones
// cannot load modules. It contains the list of each page's files, and a version computed from their
// contents.
// - One HTML file for each page. It names the files of the page, so that a phone loads them all at
// once.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, type Rolldown } from 'vite';

/** The pages that work without a network, each with the end of the path of its module. */
const PAGES = {
  field: 'src/pages/field/FieldPage.vue',
  report: 'src/pages/report/ReportPage.vue',
  rider: 'src/pages/rider/RiderPage.vue',
} as const;

type Bundle = Rolldown.OutputBundle;

/**
 * Whether a chunk contains the module of the page, or is the chunk that the router imports for the
 * page.
 */
const isOf = ({ facadeModuleId, moduleIds }: Rolldown.OutputChunk, page: string): boolean =>
  [facadeModuleId ?? '', ...moduleIds].some((module) => module.split('?')[0]?.endsWith(page));

/**
 * The files that a page needs: the chunks of the entry and of the page, the chunks that they
 * import, and their styles. A file comes after the files that it imports, so that its styles
 * override theirs. `late` adds images and workers, and the chunks that the page imports
 * dynamically, such as its map.
 */
export function filesOf(bundle: Bundle, page: string, late: boolean): string[] {
  const files = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const file = bundle[name];
    if (!file || seen.has(name)) return;
    seen.add(name);
    if (file.type === 'chunk') visitAround(file);
    files.add(name);
  };
  const visitAround = (file: Rolldown.OutputChunk): void => {
    for (const next of file.imports) visit(next);
    // Vite lists the styles and images of a chunk in its `viteMetadata`.
    const notes = file as unknown as { viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> } };
    for (const next of notes.viteMetadata?.importedCss ?? []) visit(next);
    if (!late) return;
    for (const next of notes.viteMetadata?.importedAssets ?? []) visit(next);
    // The dynamic imports of the entry are the pages, and only one page is wanted.
    if (!file.isEntry) for (const next of file.dynamicImports) visit(next);
  };
  for (const file of Object.values(bundle)) if (file.type === 'chunk' && file.isEntry) visit(file.fileName);
  for (const file of Object.values(bundle)) if (file.type === 'chunk' && isOf(file, page)) visit(file.fileName);
  return [...files];
}

/** The HTML of a page with links to its files, except those that it links already. */
export function linked(html: string, files: string[]): string {
  const links = files.flatMap((file) => {
    const address = `./${file}`;
    if (html.includes(`"${address}"`)) return [];
    if (file.endsWith('.js')) return [`<link rel="modulepreload" crossorigin href="${address}">`];
    return file.endsWith('.css') ? [`<link rel="stylesheet" crossorigin href="${address}">`] : [];
  });
  return html.replace('</head>', `${links.map((link) => `  ${link}\n  `).join('')}</head>`);
}

export function serviceWorker(): Plugin {
  return {
    name: 'onemap-service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const index = bundle['index.html'];
        const html = index?.type === 'asset' ? String(index.source) : '';
        const shells: Record<string, { files: string[]; build: string }> = {};
        for (const [name, page] of Object.entries(PAGES)) {
          const files = filesOf(bundle, page, true);
          if (!files.some((file) => bundle[file]?.type === 'chunk' && !bundle[file].isEntry))
            this.error(`${page} is no chunk of its own`);
          const own = linked(html, filesOf(bundle, page, false));
          this.emitFile({ type: 'asset', fileName: `pages/${name}.html`, source: own });
          const version = createHash('sha256').update(files.join('\n')).update(own);
          shells[`/${name}`] = { files: files.map((file) => `/${file}`), build: version.digest('hex').slice(0, 16) };
        }
        const made = await build({
          configFile: false,
          publicDir: false,
          logLevel: 'warn',
          define: { SHELLS: JSON.stringify(shells) },
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
