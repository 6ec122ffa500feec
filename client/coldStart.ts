import { eventsOf } from './eventLines.ts'

/** What Evenkeel has found of a cache that is empty. */
export type ColdStart = {
  /** Of the finding: the same for all who hear of it. */
  finding: string
  target: string
  rule: string
  /** Epoch ms when it was found. */
  since: number
  summary: string
}

export type ColdStartOptions = {
  /** Where Evenkeel is: `http://evenkeel:3000`. */
  url: string
  /** The cache, as Evenkeel's configuration names it. */
  target: string
  /** An API token with the role viewer; none where Evenkeel asks for no sign-in. */
  token?: string
  /** Warms the cache. `stop` is aborted once the cache is warm again (the finding is resolved), and by `stop()`. */
  warm(cold: ColdStart, stop: AbortSignal): Promise<unknown>
  /** Whether this instance is the one that warms: `SET NX` of the finding's id, for example. Default: it is. */
  claim?(cold: ColdStart): Promise<boolean>
  /** Findings that say so. Default: a restart, and a cache that fills again after it was emptied. */
  rules?: readonly string[]
  onError?(error: Error): void
  fetch?: typeof fetch
  /** The first wait before it connects again; doubled up to a minute. */
  retryMs?: number
}

const RULES = ['cache/restart', 'cache/cold-start']
const RETRY_MS = 1_000
const RETRY_MOST_MS = 60_000
const ANSWER_MS = 10_000
/** Evenkeel sends something at least each 15 s: a connection that is silent for longer is dead. */
const SILENT_MS = 45_000
/** What is older when it is heard of is warm, or lost. */
const OLD_MS = 600_000
const REMEMBERED = 1_000

/**
 * A subscription to Evenkeel's findings that calls `warm` when a cache has come back empty: a restart or a flush that the application itself does
 * not see, because its client reconnects silently. One at a time; one cold start that two rules find is warmed for once. What was found while
 * nobody listened is asked for at each connection. Returns the way to end it.
 */
export function onColdStart(options: ColdStartOptions): { stop(): Promise<void> } {
  const { url, target, token, rules = RULES, retryMs = RETRY_MS } = options
  const send = options.fetch ?? fetch
  const base = `${url.replace(/\/+$/, '')}/api/v1`
  const headers = { accept: 'text/event-stream, application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  const ending = new AbortController()
  const heard = new Set<string>()
  /** The findings of the cold start that is being warmed for. */
  const open = new Set<string>()
  let warming: { stop: AbortController; done: Promise<void> } | null = null
  let lastId: string | null = null

  const tell = (error: unknown) => {
    try {
      options.onError?.(error instanceof Error ? error : new Error(String(error)))
    } catch {
      // Who is told of a failure fails alone.
    }
  }

  function take(found: unknown): void {
    const cold = coldStartOf(found, target, rules)
    if (!cold) return
    if (!cold.firing) {
      open.delete(cold.finding)
      if (open.size === 0) warming?.stop.abort()
      return
    }
    if (heard.has(cold.finding)) return
    heard.add(cold.finding)
    if (heard.size > REMEMBERED) heard.delete(heard.values().next().value!)
    if (Date.now() - cold.since > OLD_MS) return
    open.add(cold.finding)
    if (warming) return
    const stop = new AbortController()
    const done = begin(cold, stop.signal)
      .catch(tell)
      .finally(() => {
        warming = null
      })
    warming = { stop, done }
  }

  async function begin(cold: ColdStart, stop: AbortSignal): Promise<void> {
    if (options.claim && !(await options.claim(cold))) return
    if (!stop.aborted) await options.warm(cold, stop)
  }

  async function ask(path: string, signal: AbortSignal, more: Record<string, string> = {}): Promise<Response> {
    const response = await send(`${base}/${path}`, { headers: { ...headers, ...more }, signal })
    if (!response.ok) throw new Error(`Evenkeel answered ${response.status}: ${(await response.text()).slice(0, 300)}`)
    return response
  }

  /** Until the connection ends. */
  async function listen(): Promise<void> {
    const quiet = new AbortController()
    let silent: ReturnType<typeof setTimeout> | undefined
    const alive = () => {
      clearTimeout(silent)
      silent = setTimeout(() => quiet.abort(new Error('Evenkeel has not been heard for too long')), SILENT_MS)
      ;(silent as { unref?: () => void }).unref?.()
    }
    alive()
    const signal = AbortSignal.any([ending.signal, quiet.signal])
    try {
      // First the stream, then what fires already: nothing falls between the two.
      const stream = await ask('events', signal, lastId === null ? {} : { 'last-event-id': lastId })
      const firing = await ask(
        `findings?state=firing&target=${encodeURIComponent(target)}`,
        AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      )
      for (const found of ((await firing.json()) as { items?: unknown[] }).items ?? []) take(found)
      if (!stream.body) throw new Error('Evenkeel answered without events')
      for await (const { id, type, data } of eventsOf(stream.body, signal)) {
        alive()
        if (id !== null) lastId = id
        if (type === 'finding') take(JSON.parse(data))
      }
      signal.throwIfAborted()
    } finally {
      clearTimeout(silent)
    }
  }

  const running = (async () => {
    for (let failures = 0; !ending.signal.aborted; ) {
      const began = Date.now()
      await listen().catch((error) => ending.signal.aborted || tell(error))
      failures = Date.now() - began > SILENT_MS ? 0 : failures + 1
      await pause(Math.min(RETRY_MOST_MS, retryMs * 2 ** Math.min(failures, 10)) * (0.75 + Math.random() / 2), ending.signal)
    }
  })()

  return {
    async stop() {
      ending.abort()
      warming?.stop.abort()
      await Promise.all([running, warming?.done])
    },
  }
}

/** A finding as Evenkeel's API answers it, where it is one of this cache by these rules; pending ones are not yet. */
function coldStartOf(found: unknown, target: string, rules: readonly string[]): (ColdStart & { firing: boolean }) | null {
  const { id, rule, state, subject, since, summary } = (found ?? {}) as Record<string, unknown>
  if (typeof id !== 'string' || typeof rule !== 'string' || !rules.includes(rule)) return null
  if ((subject as { target?: unknown } | undefined)?.target !== target || (state !== 'firing' && state !== 'resolved')) return null
  return { finding: id, target, rule, since: Date.parse(String(since)), summary: String(summary ?? ''), firing: state === 'firing' }
}

const pause = (ms: number, stop: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (stop.aborted) return resolve()
    const timer = setTimeout(resolve, ms)
    ;(timer as { unref?: () => void }).unref?.()
    stop.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
