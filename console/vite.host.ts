// The other console of the demo (demo/host), by this folder's own tools.
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const here = (path: string) => new URL(path, import.meta.url).pathname;

export default defineConfig({
  root: here('../demo/host/page'),
  publicDir: false,
  plugins: [
    vue({ template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('prodgate-') } } }),
  ],
  resolve: { alias: [{ find: /^(vue|oidc-client-ts)$/, replacement: here('./node_modules/$1') }] },
  build: {
    // Browsers that know light-dark(), so that it is theirs to resolve where a colour is used.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    outDir: here('../demo/host/dist'),
    emptyOutDir: true,
    modulePreload: { polyfill: false },
  },
});
