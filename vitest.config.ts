import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** A test that asserts nothing cannot fail; live tests fail by the deadline of what they wait for, too. */
const expect = { requireAssertions: true }

/** With more rounds a test takes minutes: `npm run test:long`. */
const ROUNDS_MS = process.env.EVENKEEL_LONG ? 1_800_000 : undefined

/** Components and pages as they are painted: they put other modules in the place of Next's, so each file has a module graph of its own. */
const RENDERED = ['**/*.test.tsx', 'app/**/*.test.ts']

/**
 * Live tests that need the machine for themselves: they hold a time against a limit, or compute as fast as they can. The others mostly wait, for
 * polls, watches and learned normals: all of them take a third of one core, and run side by side.
 */
const ALONE = ['lib/products/redis/monitor/monitor', 'test/crowd', 'test/floods', 'test/freeze'].map((name) => `${name}.live.test.ts`)

const root = fileURLToPath(new URL('.', import.meta.url))
// One that was renamed would silently run beside others.
for (const file of ALONE) if (!existsSync(root + file)) throw new Error(`vitest.config.ts: ALONE names ${file}, which is not there`)

const liveTests = (name: string, maxWorkers: number, { include, exclude }: { include: string[]; exclude: string[] }) => ({
  extends: true as const,
  test: {
    name,
    include,
    exclude: [...exclude, '**/node_modules/**', '**/.next/**'],
    maxWorkers,
    // Projects with other numbers of workers run before or after these.
    sequence: { groupOrder: maxWorkers },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})

/**
 * `unit`: pure, no services, less than a second a file. `unit-rendered`: the same of what is painted. `slow`: the same, but seconds a file: simulations, properties over many inputs,
 * damaged files. `live`: real servers on private sockets, three files at a time; `live-alone`: those of them that run one at a time. `long`: what takes minutes (kills by
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
      liveTests('live', 3, { include: ['**/*.live.test.ts'], exclude: ALONE }),
      liveTests('live-alone', 1, { include: ALONE, exclude: [] }),
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
