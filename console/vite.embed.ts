// The custom elements: one module without chunks, whose name and hash a host writes into its page (docs/embedding.md).
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { forShadowTree } from './scripts/shadow.js';

const here = (path: string) => new URL(path, import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(here('./embed/package.json'), 'utf8')) as { version: string };
const OUT = here('./dist/embed');

/** The host says who is signed in, so the console's own sign-in is left out. */
const hostSession: Plugin = {
  name: 'host-session',
  enforce: 'pre',
  async resolveId(source, importer, options) {
    if (!/(^|\/)session$/.test(source)) return null;
    const found = await this.resolve(source, importer, { ...options, skipSelf: true });
    return found?.id === here('./src/auth/session.ts') ? here('./src/embed/session.ts') : found;
  },
};

const shadowStyles: Plugin = {
  name: 'shadow-styles',
  enforce: 'post',
  transform(code, id) {
    if (!id.endsWith('.css?inline')) return null;
    const css = JSON.parse(code.slice(code.indexOf('"'), code.lastIndexOf('"') + 1)) as string;
    return { code: `export default ${JSON.stringify(forShadowTree(css))}`, map: null };
  },
};

/** What tells hosts, by a program or by eye, which file there is; and the same file for the npm package. */
const told: Plugin = {
  name: 'told',
  enforce: 'post',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const [script] = Object.values(bundle);
      if (script?.type !== 'chunk' || Object.keys(bundle).length > 1)
        this.error('the elements are not one file');
      const integrity = `sha384-${createHash('sha384').update(script.code).digest('base64')}`;
      const manifest = { version, script: `/embed/${script.fileName}`, integrity };
      this.emitFile({
        type: 'asset',
        fileName: 'manifest.json',
        source: `${JSON.stringify(manifest, null, 2)}\n`,
      });
      this.emitFile({ type: 'asset', fileName: 'index.html', source: page(manifest) });
    },
  },
  writeBundle(_, bundle) {
    const script = Object.keys(bundle).find((name) => name.endsWith('.js'));
    copyFileSync(`${OUT}/${script}`, here('./embed/prodgate.js'));
  },
};

function page({ version, script, integrity }: Record<'version' | 'script' | 'integrity', string>): string {
  return readFileSync(here('./embed/index.html'), 'utf8')
    .replaceAll('{version}', version)
    .replaceAll('{script}', script)
    .replaceAll('{integrity}', integrity);
}

export default defineConfig({
  publicDir: false,
  plugins: [hostSession, react(), tailwindcss(), shadowStyles, told],
  resolve: { alias: { '@': here('./src') } },
  build: {
    target: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: OUT,
    emptyOutDir: true,
    modulePreload: false,
    // What it weighs is held where it counts, compressed: tests/console/test_embedded.py.
    chunkSizeWarningLimit: 1_200,
    rolldownOptions: {
      input: here('./src/embed/main.tsx'),
      preserveEntrySignatures: 'strict',
      output: { format: 'es', codeSplitting: false, entryFileNames: `prodgate-${version}-[hash].js` },
    },
  },
});
