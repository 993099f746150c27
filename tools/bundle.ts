import { chmod } from 'node:fs/promises'
import { build } from 'esbuild'

/** Bundles the program into `dist/evenkeel.mjs`: one file starts faster than a tree of them. */
await build({
  entryPoints: ['src/cli/main.ts'],
  outdir: 'dist',
  entryNames: 'evenkeel',
  chunkNames: 'chunks/[name]-[hash]',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  packages: 'bundle',
  external: ['pg-native'],
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  banner: {
    // Some dependencies are CommonJS and ask for `require`, which an ES module does not have.
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
})
await chmod('dist/evenkeel.mjs', 0o755)
