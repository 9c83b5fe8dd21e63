import { defineConfig } from 'vite';

/** Pages without a build step in the browser: one document each, hashed files beside it. */
export default defineConfig({
  // For `vite web`: the page from here, everything else from a gateway on this machine.
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2024',
    // A data: URL would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { operator: new URL('operator/index.html', import.meta.url).pathname },
    },
  },
});
