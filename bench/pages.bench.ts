import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { type Browser, type CDPSession, chromium } from '@playwright/test'
import { found, SLOW } from '../e2e/api.ts'
import { startEvenkeel } from '../e2e/evenkeel.ts'
import { PATHS } from '../e2e/paths.ts'
import config from '../e2e/playwright.config.ts'
import { ensureBuild } from '../scripts/boot/build.mjs'
import { MOST_KB } from '../scripts/pageWeight.ts'
import type { Bench, Row } from './table.ts'

/** Measuring time of a page, and the time before it for first paint and first answers. */
const WATCHED_MS = Number(process.env.EVENKEEL_BENCH_MS ?? 30_000)
const SETTLED_MS = 4_000

type Cost = {
  /** Scripts and workers that the page loaded by itself, gzip. */
  scriptKb: number
  /** CPU time of the page's process while live data arrives; 100 % is one core. */
  process: number
  /** The same of its main thread alone. */
  mainThread: number
  /** The longest tasks of the main thread, ms: while the page starts, and after. */
  startTaskMs: number
  liveTaskMs: number
}

/** Opens a page in a browser of its own, with nothing in its cache, and measures what it costs. */
async function measure(browser: Browser, url: string): Promise<Cost> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  try {
    const page = await context.newPage()
    await page.addInitScript(() => {
      const tasks: [start: number, ms: number][] = []
      Object.assign(window, { longTasks: tasks })
      new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) tasks.push([startTime, duration])
      }).observe({ type: 'longtask', buffered: true })
    })
    const scripts: Promise<number>[] = []
    page.on('response', (response) => {
      if (/\.js(\?|$)/.test(response.url()) && response.ok()) scripts.push(response.body().then((body) => gzipSync(body).length))
    })
    await page.goto(url)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await sleep(SETTLED_MS)
    const protocol = await context.newCDPSession(page)
    await protocol.send('Performance.enable', { timeDomain: 'threadTicks' })
    const settledAt = await page.evaluate(() => performance.now())
    const before = await times(protocol)
    await sleep(WATCHED_MS)
    const after = await times(protocol)
    const tasks = await page.evaluate(() => (window as unknown as { longTasks: [number, number][] }).longTasks)
    const longest = (chosen: [number, number][]) => Math.max(0, ...chosen.map(([, ms]) => ms))
    return {
      scriptKb: (await Promise.all(scripts)).reduce((sum, bytes) => sum + bytes, 0) / 1_000,
      process: ((after.process - before.process) / (after.at - before.at)) * 100,
      mainThread: ((after.thread - before.thread) / (after.at - before.at)) * 100,
      startTaskMs: longest(tasks.filter(([start]) => start < settledAt)),
      liveTaskMs: longest(tasks.filter(([start]) => start >= settledAt)),
    }
  } finally {
    await context.close()
  }
}

/** Seconds of processor time that the page's process and its main thread have used: a busy machine does not stretch them. */
async function times(protocol: CDPSession) {
  const { metrics } = await protocol.send('Performance.getMetrics')
  const of = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN
  return { at: performance.now() / 1_000, process: of('ProcessTime'), thread: of('ThreadTime') }
}

/** Stands for the sheet of a finding that fires. */
const A_FINDING = '/findings/ID'
/** `EVENKEEL_BENCH_PAGES=/,/targets/cache-a` measures those alone: all of them take twelve minutes. */
const chosen = process.env.EVENKEEL_BENCH_PAGES?.split(',') ?? [...PATHS, A_FINDING]

/** Cost of an open page: script size, CPU time, and long tasks that delay a click. */
export const bench: Bench = {
  name: 'pages',
  title: `pages in a browser, ${WATCHED_MS / 1_000} s of live data each`,
  async run() {
    await ensureBuild()
    const evenkeel = await startEvenkeel()
    const browser = await chromium.launch(config.use!.launchOptions)
    try {
      const rows: Row[] = []
      for (const path of chosen) {
        // On a busy machine it takes longer until a server counts as slow.
        const finding = path === A_FINDING ? (await found(evenkeel, 'balancer/slow-server', SLOW, 180)).value.id : ''
        const cost = await measure(browser, evenkeel.url + path.replace(A_FINDING, `/findings/${finding}`))
        const what = (part: string) => `${path}: ${part}`
        rows.push(
          { what: what('script, gzip'), value: Math.round(cost.scriptKb), unit: 'kB', goal: { most: MOST_KB } },
          { what: what('processor'), value: cost.process, unit: '%', goal: { most: 5 } },
          { what: what('of it the main thread'), value: cost.mainThread, unit: '%' },
          { what: what('longest task while it starts'), value: Math.round(cost.startTaskMs), unit: 'ms' },
          { what: what('longest task after'), value: Math.round(cost.liveTaskMs), unit: 'ms', goal: { most: 50 } },
        )
      }
      return rows
    } finally {
      await browser.close()
      await evenkeel.stop()
    }
  },
}
