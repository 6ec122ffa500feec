import { defineConfig } from '@playwright/test'

/** What takes minutes: every drill against the clock, a cascade, a job's keys, a watch across a kill, a cache that fills, a hundred views of managed targets. `npm run test:long`. */
const LEFT_OUT = process.env.EVENKEEL_LONG
  ? []
  : ['detection', 'cascade', 'jobs', 'kill', 'curvesLive', 'managed'].map((name) => `**/${name}.e2e.ts`)

/** Browser tests on the built server and a real fleet. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.e2e.ts',
  outputDir: '../test-results',
  // The long run measures how soon a drill is found.
  workers: process.env.EVENKEEL_LONG ? 1 : 2,
  // The file that mostly waits, for watches and for keys to end, has a fleet of its own beside the other files. Those share one: the pages show what the tests before them did.
  projects: [
    { name: 'tune', testMatch: '**/tune.e2e.ts', workers: 1 },
    { name: 'pages', testIgnore: [...LEFT_OUT, '**/tune.e2e.ts'], workers: 1 },
  ],
  // A real fleet on a busy machine: a test that passes at the second try is listed as flaky in the summary, and is no failure.
  retries: process.env.CI ? 1 : 0,
  fullyParallel: false,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  use: {
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    // axe measures contrast, and would measure it half-way through a fade.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
