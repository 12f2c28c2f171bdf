import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const API = process.env['PRODGATE_API'] ?? 'http://127.0.0.1:8080';

const BASE = /node_modules\/(react|react-dom|scheduler|react-router|@tanstack|openapi-fetch)\//;

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  build: {
    // light-dark(), which the themes are made of: Chrome 123, Firefox 120, Safari 17.5.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // An inlined asset would be a data: address, which the content security policy keeps for images.
    assetsInlineLimit: 0,
    // The policy allows no inline script, and the polyfill would be one.
    modulePreload: { polyfill: false },
    // What the first page weighs is held where it counts, compressed: tests/console/test_bundle.py.
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      // What every page is made with is one file, not one for each set of pages that share a part of it.
      output: { codeSplitting: { groups: [{ name: 'base', test: BASE }] } },
    },
  },
  server: { proxy: { '/v1': API } },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    // Each file in a page of its own took four fifths of the time; what a test renders is removed after it.
    isolate: false,
    restoreMocks: true,
    env: { TZ: 'UTC' },
  },
});
