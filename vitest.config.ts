import { defineConfig } from 'vitest/config'
import { TestOrder } from './tools/test-order.ts'

/**
 * Two projects. `unit` needs nothing but Node and ends within a minute; `real` starts real API servers,
 * PostgreSQL and git servers. A file named `*.real.test.ts`, and everything under `test/`, is `real`.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: TestOrder },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: ['**/*.real.test.ts', '**/node_modules/**'],
          testTimeout: 20_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'real',
          include: ['src/**/*.real.test.ts', 'tools/**/*.real.test.ts', 'test/**/*.test.ts'],
          globalSetup: ['test/setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          fileParallelism: true,
        },
      },
    ],
  },
})
