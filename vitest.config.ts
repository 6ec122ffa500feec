import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** A test that asserts nothing cannot fail; live tests fail by the deadline of what they wait for, too. */
const expect = { requireAssertions: true }

/** With more rounds a test takes minutes: `npm run test:long`. */
const ROUNDS_MS = process.env.EVENKEEL_LONG ? 1_800_000 : undefined

/** Components and pages as they are painted: they put other modules in the place of Next's, so each file has a module graph of its own. */
const RENDERED = ['**/*.test.tsx', 'app/**/*.test.ts']

const root = fileURLToPath(new URL('.', import.meta.url))

/**
 * `unit`: pure, no services, less than a second a file. `unit-rendered`: the same of what is painted. `slow`: the same, but seconds a file: simulations, properties over many inputs,
 * damaged files. `live`: real servers on private sockets, one file at a time: the machines are small. `long`: what takes minutes (kills by
 * the thousand, a million fuzzed inputs, full disks, stepping clocks), run by `npm run test:long` alone.
 */
export default defineConfig({
  resolve: { alias: { '@': root } },
  test: {
    // All cores: by default one is left idle, on two cores half of the machine.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          expect,
          // One module graph a worker, not one a file: to load the modules 200 times took as long as the tests. A test leaves nothing behind.
          isolate: false,
          testTimeout: ROUNDS_MS ?? 15_000,
          include: ['**/*.test.ts'],
          exclude: ['**/*.{slow,live,long}.test.ts', ...RENDERED, '**/node_modules/**', '**/.next/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'unit-rendered',
          expect,
          testTimeout: ROUNDS_MS ?? 15_000,
          include: RENDERED,
          exclude: ['**/node_modules/**', '**/.next/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          expect,
          include: ['**/*.slow.test.ts'],
          exclude: ['**/node_modules/**', '**/.next/**'],
          testTimeout: ROUNDS_MS ?? 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'live',
          include: ['**/*.live.test.ts'],
          exclude: ['**/node_modules/**', '**/.next/**'],
          fileParallelism: false,
          // As in the browser: a machine that others use too may miss a deadline once. The summary says so.
          retry: process.env.CI ? 1 : 0,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: ['**/*.long.test.ts'],
          exclude: ['**/node_modules/**', '**/.next/**'],
          fileParallelism: false,
          testTimeout: 1_800_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
