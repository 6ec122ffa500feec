import { highHash, lowHash } from './hash64.ts'

export type ReporterOptions = {
  /** Where Evenkeel is: `http://evenkeel:3000`. */
  url: string
  /** The cache that is read, as Evenkeel's configuration names it, with `references: { from: report }`. */
  target: string
  /** An API token with the role reporter; none where Evenkeel asks for no sign-in. */
  token?: string
  /** The share of the keys that is reported, chosen by hash; 0.1 by default. All of an application's instances report the same keys. */
  rate?: number
  everyMs?: number
  /** The most references that wait while Evenkeel is away. */
  most?: number
  /** What a key belongs to (`product:*`), without spaces; so that hit ratios can be told by pattern. */
  pattern?: (key: string) => string
  /** Told when a report could not be delivered; it is tried again unless it can never be. */
  onError?: (error: Error) => void
  fetch?: typeof fetch
  now?: () => number
}

export type ReferenceReporter = {
  /** A read of the cache, whether it hits or not. */
  get(key: string): void
  /** A write: bytes of the value, and how long it may live in ms; 0: for good. */
  set(key: string, size?: number, ttlMs?: number): void
  delete(key: string): void
  /** Sends what waits now. Never throws. */
  flush(): Promise<void>
  /** References that were dropped because too many waited, or Evenkeel refused them. */
  lost(): number
  /** Sends what waits, once, and ends. */
  stop(): Promise<void>
}

type Batch = { lines: string[]; gets: number }
/** About 200 kB. */
const BATCH_LINES = 4_000
const RETRY_MOST_MS = 60_000
const ANSWER_MS = 10_000
/** Sent again they would be refused again. */
const REFUSED = new Set([400, 413, 422])

/**
 * Reports which keys an application reads and writes, as a sample by hash (SHARDS): a key is in with all its references, or not at all. Sent in
 * batches; while Evenkeel is away a bounded buffer holds the newest, and the cache's own calls never wait.
 */
export function reportReferences(options: ReporterOptions): ReferenceReporter {
  const { url, target, token, rate = 0.1, everyMs = 5_000, most = 50_000, pattern, onError = () => {}, now = Date.now } = options
  if (!(rate > 0 && rate <= 1)) throw new RangeError('rate: expected a share over 0, at most 1')
  const address = `${url.replace(/\/+$/, '')}/api/v1/references/${encodeURIComponent(target)}`
  const send = options.fetch ?? fetch
  const threshold = Math.round(rate * 2 ** 32)
  const encoder = new TextEncoder()
  let bytes = new Uint8Array(256)
  let open: Batch = { lines: [], gets: 0 }
  const waiting: Batch[] = []
  let [held, lost, failures] = [0, 0, 0]
  let stopped = false
  let sending: Promise<void> | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  function add(key: string, op: string, rest: string): void {
    if (stopped) return
    if (op === 'get') open.gets++
    if (bytes.length < key.length * 3) bytes = new Uint8Array(key.length * 3)
    const length = encoder.encodeInto(key, bytes).written
    const high = highHash(bytes, length)
    if (high >= threshold) return
    open.lines.push(`${now()} ${hex(high)}${hex(lowHash(bytes, length))} ${op}${rest}${patternText(key, rest)}`)
    held++
    if (open.lines.length >= BATCH_LINES) close()
  }

  function patternText(key: string, rest: string): string {
    const text = pattern?.(key).replace(/\s/g, '_').slice(0, 80)
    return text ? `${rest === '' ? ' - -' : ''} ${text}` : ''
  }

  /** The open batch waits from now on; the oldest is dropped where too many do. */
  function close(): void {
    if (open.lines.length > 0 || open.gets > 0) waiting.push(open)
    open = { lines: [], gets: 0 }
    while (held > most && waiting.length > 1) drop(waiting.shift()!)
  }

  function drop({ lines }: Batch): void {
    held -= lines.length
    lost += lines.length
  }

  async function deliver(): Promise<void> {
    close()
    while (waiting.length > 0) {
      const batch = waiting[0]!
      const answer = await post(batch)
      if (answer === 'later') return
      // It may have been dropped while it was on its way.
      if (waiting[0] !== batch) continue
      waiting.shift()
      if (answer === 'refused') drop(batch)
      else held -= batch.lines.length
    }
  }

  async function post({ lines, gets }: Batch): Promise<'taken' | 'refused' | 'later'> {
    try {
      const response = await send(`${address}?rate=${rate}&gets=${gets}`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        body: lines.join('\n'),
        signal: AbortSignal.timeout(ANSWER_MS),
      })
      const text = await response.text()
      if (response.ok) {
        failures = 0
        return 'taken'
      }
      onError(new Error(`Evenkeel answered ${response.status}: ${text.slice(0, 300)}`))
      failures++
      return REFUSED.has(response.status) ? 'refused' : 'later'
    } catch (error) {
      failures++
      onError(error as Error)
      return 'later'
    }
  }

  function flush(): Promise<void> {
    sending ??= deliver().finally(() => {
      sending = null
    })
    return sending
  }

  function schedule(): void {
    if (stopped) return
    // Exponential back-off while it is away, spread so that instances do not come back in one moment.
    const wait = Math.min(RETRY_MOST_MS, everyMs * 2 ** Math.min(failures, 10)) * (0.75 + Math.random() / 2)
    timer = setTimeout(() => void flush().finally(schedule), wait)
    const unref = (timer as { unref?: () => void }).unref
    unref?.call(timer)
  }
  schedule()

  return {
    get: (key) => add(key, 'get', ''),
    set: (key, size, ttlMs) => add(key, 'set', size === undefined && ttlMs === undefined ? '' : ` ${wholeOr(size)} ${wholeOr(ttlMs)}`),
    delete: (key) => add(key, 'delete', ''),
    flush,
    lost: () => lost,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await sending
      await flush()
    },
  }
}

const hex = (half: number) => half.toString(16).padStart(8, '0')
/** Whole numbers are what the line holds; anything else is not told. */
const wholeOr = (value: number | undefined) =>
  value !== undefined && value >= 0 && Number.isFinite(value) ? String(Math.round(value)) : '-'
