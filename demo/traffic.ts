import { Agent, request } from 'node:http'
import { zipf } from './keys.ts'
import { wave } from './wave.ts'

/** A share of the reads that a drill sends to other keys than usual. */
export type Detour = { share: number; key: () => string }

export type Traffic = {
  detours: Set<Detour>
  /** On average of its day; each page reads two keys. */
  readonly pagesPerSecond: number
  /** Pages asked for, those that came back other than 200, and the mean and the newest mean of their time, as the clients feel it. */
  readonly pages: number
  readonly failures: number
  /** Mean response time of the last `ms`, in seconds; null without answers. */
  meanSeconds(ms: number): number | null
  /** Multiplies the page rate. */
  factor: number
  stop(): void
}

export const PRODUCTS = 1_600
const TICK_MS = 10

/**
 * Asks for pages and for static files through the balancer, at rates that follow the day's wave, whether or not answers come back in
 * time (as people do), with at most 400 questions open.
 */
export function startTraffic(options: {
  port: number
  pagesPerSecond: number
  filesPerSecond: number
  dayMs: number
  random: () => number
}): Traffic {
  const { port, random } = options
  const agent = new Agent({ keepAlive: true, maxSockets: 400, maxFreeSockets: 64 })
  const load = wave(options.dayMs, random)
  const product = zipf(PRODUCTS, 0.9, 20, random)
  const file = zipf(2_000, 0.7, 20, random)
  const times: { at: number; seconds: number }[] = []
  let pages = 0
  let failures = 0
  let open = 0

  const traffic: Traffic = {
    detours: new Set(),
    pagesPerSecond: options.pagesPerSecond,
    factor: 1,
    get pages() {
      return pages
    },
    get failures() {
      return failures
    },
    meanSeconds(ms) {
      const from = performance.now() - ms
      const newest = times.filter((time) => time.at >= from)
      return newest.length === 0 ? null : newest.reduce((sum, time) => sum + time.seconds, 0) / newest.length
    },
    stop() {
      clearInterval(timer)
      agent.destroy()
    },
  }

  const keyOf = (usual: () => string) => {
    let draw = random()
    for (const detour of traffic.detours) {
      if (draw < detour.share) return detour.key()
      draw -= detour.share
    }
    return usual()
  }

  function ask(path: string, isPage: boolean) {
    if (open >= 400) return
    open++
    const started = performance.now()
    const done = (ok: boolean) => {
      open--
      if (!isPage) return
      if (!ok) failures++
      const now = performance.now()
      times.push({ at: now, seconds: (now - started) / 1000 })
      if (times.length > 40_000) times.splice(0, 20_000)
    }
    const question = request({ host: '127.0.0.1', port, path, agent, timeout: 10_000 }, (answer) => {
      answer.resume()
      answer.once('end', () => done(answer.statusCode === 200))
      answer.once('error', () => done(false))
    })
    question.once('timeout', () => question.destroy(new Error('no answer')))
    question.once('error', () => done(false))
    question.end()
  }

  let pagesDue = 0
  let filesDue = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    // After a stall the backlog is dropped: people do not wait until a machine has caught up.
    const seconds = Math.min(0.1, (now - last) / 1000)
    last = now
    const busy = load(now) * traffic.factor * seconds
    pagesDue += busy * options.pagesPerSecond
    filesDue += busy * options.filesPerSecond
    for (; pagesDue >= 1; pagesDue--) {
      pages++
      ask(`/p/${encodeURIComponent(`${keyOf(() => `product:${product()}`)},${keyOf(() => `stock:${product()}`)}`)}`, true)
    }
    for (; filesDue >= 1; filesDue--) ask(`/static/${file()}.css`, false)
  }, TICK_MS)
  return traffic
}
