import { type Answer, type DeliveryOptions, deliverTo } from './delivery.ts'
import { highHash, lowHash } from './hash64.ts'
import { ReportBuffer } from './reportBuffer.ts'

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
  /**
   * A write to the cache: bytes of the value, and how long it may live in ms; 0: for good. With the `value` itself, as text or bytes, it is told
   * whether it is another one than before: a tag of 32 bits is sent, the value is not.
   */
  set(key: string, size?: number, ttlMs?: number, value?: string | Uint8Array): void
  /** The key was taken out of the cache. */
  delete(key: string): void
  /** The value was changed at its origin, whether or not the cache is told: what it holds of the key from now on is old. */
  write(key: string): void
  /** Sends what waits now. Never throws. */
  flush(): Promise<void>
  /** References that were dropped because too many waited, or Evenkeel refused them. Evenkeel is told too. */
  lost(): number
  /** Sends what waits, once and for at most `withinMs` (10 s by default), and ends. To be called on SIGTERM. */
  stop(withinMs?: number): Promise<void>
}

const RETRY_MOST_MS = 60_000
const WAIT_MOST_MS = 600_000
const STOP_MS = 10_000
/** What Evenkeel takes: a line beyond it would cost its whole batch. */
const [SIZE_MAX, TTL_MS_MAX] = [512 * 1024 * 1024, 1e13]

/**
 * Reports which keys an application reads and writes, as a sample by hash (SHARDS): a key is in with all its references, or not at all. Sent in
 * batches; while Evenkeel is away a bounded buffer holds the newest, and the cache's own calls neither wait nor fail.
 */
export function reportReferences(options: ReporterOptions): ReferenceReporter {
  const { rate = 0.1, everyMs = 5_000, most = 50_000, pattern, now = Date.now } = options
  if (!(rate > 0 && rate <= 1)) throw new RangeError('rate: expected a share over 0, at most 1')
  const buffer = new ReportBuffer(most)
  const lineOf = lines(rate, pattern)
  const tell = (error: unknown) => {
    try {
      options.onError?.(error instanceof Error ? error : new Error(String(error)))
    } catch {
      // Who is told of a failure fails alone.
    }
  }
  const ending = new AbortController()
  const deliver = deliverTo({ ...options, rate, now, tell, ending: ending.signal } satisfies DeliveryOptions, buffer)
  let [failures, waitMs] = [0, 0]
  let stopped = false
  let sending: Promise<void> | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  function add(key: string, op: string, rest = '', tag = ''): void {
    if (stopped) return
    const at = Math.round(now())
    try {
      buffer.add(at, lineOf(at, key, op, rest, tag), op === 'get')
    } catch (error) {
      buffer.lose(1, at, at)
      tell(error)
    }
  }

  function noted({ is, waitMs: asked = 0 }: Answer): void {
    failures = is === 'later' ? failures + 1 : 0
    waitMs = Math.min(WAIT_MOST_MS, asked)
  }

  function flush(): Promise<void> {
    sending ??= deliver()
      .then(noted)
      .finally(() => {
        sending = null
      })
    return sending
  }

  function schedule(): void {
    if (stopped) return
    // Exponential back-off while it is away, spread so that instances do not come back in one moment.
    const wait = Math.max(waitMs, Math.min(RETRY_MOST_MS, everyMs * 2 ** Math.min(failures, 10))) * (0.75 + Math.random() / 2)
    timer = setTimeout(() => void flush().finally(schedule), wait)
    const unref = (timer as { unref?: () => void }).unref
    unref?.call(timer)
  }
  schedule()

  return {
    get: (key) => add(key, 'get'),
    set: (key, size, ttlMs, value) =>
      add(
        key,
        'set',
        size === undefined && ttlMs === undefined ? '' : ` ${wholeOr(size, SIZE_MAX)} ${wholeOr(ttlMs, TTL_MS_MAX)}`,
        value === undefined ? '' : tagOf(value),
      ),
    delete: (key) => add(key, 'delete'),
    write: (key) => add(key, 'write'),
    flush,
    lost: () => buffer.lost,
    async stop(withinMs = STOP_MS) {
      stopped = true
      clearTimeout(timer)
      const end = setTimeout(() => ending.abort(new Error('the reporter was stopped')), withinMs)
      await sending
      await flush()
      clearTimeout(end)
    },
  }
}

/** What makes a line of a report of one access; null of a key outside of the sample. */
function lines(rate: number, pattern: ReporterOptions['pattern']) {
  const threshold = Math.round(rate * 2 ** 32)
  const encoder = new TextEncoder()
  let bytes = new Uint8Array(256)
  return (at: number, key: string, op: string, rest: string, tag: string): string | null => {
    if (bytes.length < key.length * 3) bytes = new Uint8Array(key.length * 3)
    const length = encoder.encodeInto(key, bytes).written
    const high = highHash(bytes, length)
    if (high >= threshold) return null
    const text = pattern?.(key)?.replace(/\s/g, '_').slice(0, 80)
    const more = [...(text || tag ? [text || '-'] : []), ...(tag ? [tag] : [])]
    return `${at} ${hex(high)}${hex(lowHash(bytes, length))} ${op}${rest}${rest === '' && more.length > 0 ? ' - -' : ''}${more.map((one) => ` ${one}`).join('')}`
  }
}

const encoded = new TextEncoder()
/** Never 0, which stands for none. */
const tagOf = (value: string | Uint8Array) => hex(highHash(typeof value === 'string' ? encoded.encode(value) : value) || 1)
const hex = (half: number) => half.toString(16).padStart(8, '0')
/** Whole numbers are what the line holds; anything else is not told. */
const wholeOr = (value: number | undefined, most: number) =>
  value !== undefined && value >= 0 && value <= most ? String(Math.round(value)) : '-'
