import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * The dev server works with inline scripts, which the window's policy
 * forbids. What is built keeps the policy of index.html.
 */
const relaxPolicyWhileDeveloping: Plugin = {
  name: 'toolbay-dev-policy',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
}

export default defineConfig({
  plugins: [react(), tailwindcss(), relaxPolicyWhileDeveloping],
  resolve: {
    alias: [
      { find: /^@\//, replacement: `${here('./src')}/` },
      { find: '@text', replacement: here('../backend/text/en.json') },
    ],
  },
  // en.json stands outside this folder.
  server: { fs: { allow: [here('..')] } },
  build: {
    outDir: 'dist',
    // dist/.gitkeep is committed, so that a fresh clone compiles; it comes back from public/.
    emptyOutDir: true,
    // Read from the program itself, not over a network.
    chunkSizeWarningLimit: 1000,
    target: 'es2022',
    // A path that works under any origin the window is served from.
    assetsInlineLimit: 0,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['./src/test/setup.ts'],
    css: false,
    restoreMocks: true,
    // A ceiling for a busy machine; on an idle one a test takes a fraction of a second.
    testTimeout: 180_000,
    // One page for all files of a worker: starting jsdom takes longer than the tests.
    isolate: false,
    pool: 'threads',
  },
})
