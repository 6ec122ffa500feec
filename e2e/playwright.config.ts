import { defineConfig } from '@playwright/test'

/** Browser tests on the built server and a real fleet. One worker: the fleet is one, and the machines are small. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.e2e.ts',
  // What waits for minutes: every drill against the clock, a cascade, a job's keys, a watch across a kill, a cache that fills. `npm run test:long`.
  testIgnore: process.env.EVENKEEL_LONG ? [] : ['detection', 'cascade', 'jobs', 'kill', 'curvesLive'].map((name) => `**/${name}.e2e.ts`),
  outputDir: '../test-results',
  workers: 1,
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
