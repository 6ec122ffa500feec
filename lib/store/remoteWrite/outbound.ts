import type { Log } from '../../model/log.ts'
import { type Sample, type SeriesId, writeRequest } from './writeRequest.ts'

export type OutboundOptions = {
  /** Address of the receiver, `…/api/v1/write`. */
  url: string
  headers: Readonly<Record<string, string>>
  /** Ms that no setting of the clock moves. */
  monotonic(): number
  log: Log
}

/** What became of the samples since the start. */
export type OutboundState = { written: number; dropped: number; waiting: number; failing: string | null }

/** An outbound queue: every stored sample is sent to a Prometheus-compatible receiver by remote write. */
export interface Outbound {
  add(series: SeriesId, at: number, value: number): void
  /** Once an engine tick: begins to send what waits, one request after the other, and waits for none. */
  tick(): void
  state(): OutboundState
  /** Sends what waits, for a second at most, and no more after that. */
  close(): Promise<void>
}

/** Encoded in 5 ms, the first time in some 25: the only thread is held no longer. */
const REQUEST_SAMPLES = 2_000
/** About a hundred bytes each. An hour of a fleet with 250 samples a second; of a larger one less. */
const WAITING_MOST = 1_000_000
const DEADLINE_MS = 5_000
const [RETRY_FIRST_MS, RETRY_MOST_MS] = [1_000, 10_000]

/**
 * Sends in the order of time, so one request at a time: receivers refuse what is older than what they have. A failed request is tried again
 * with exponential back-off, up to 10 s; one that is refused as bad (4xx but 408 and 429) is dropped and counted, because it would be refused
 * for ever. What is over the bound drops the oldest: the newest tell what is wrong now.
 */
export function createOutbound({ url, headers, monotonic, log }: OutboundOptions): Outbound {
  /** In requests, the oldest first: the last one is being filled. */
  const waiting: Sample[][] = []
  const count = () => waiting.reduce((sum, { length }) => sum + length, 0)
  let [written, dropped, failures, retryAt] = [0, 0, 0, 0]
  let failing: string | null = null
  let sending: Promise<void> | null = null
  const closing = new AbortController()

  function fails(because: string): void {
    if (failing === null) log.warn({ because }, 'samples could not be sent by remote write; they are kept for a while and tried again')
    failing = because
  }
  function works(): void {
    if (failing !== null) log.info({}, 'samples are sent by remote write again')
    failing = null
    failures = 0
  }

  /** Whether what follows may be sent at once. */
  async function sendOne(): Promise<boolean> {
    const samples = waiting[0]!
    // What comes meanwhile is another request.
    if (waiting.length === 1) waiting.push([])
    const answer = await post(url, writeRequest(samples), headers, AbortSignal.any([closing.signal, AbortSignal.timeout(DEADLINE_MS)]))
    if (answer.fate === 'later') {
      fails(answer.because)
      const backoff = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.min(failures++, 10))
      retryAt = monotonic() + Math.min(RETRY_MOST_MS, Math.max(backoff, answer.afterMs))
      return false
    }
    waiting.shift()
    if (answer.fate === 'taken') {
      written += samples.length
      works()
    } else {
      dropped += samples.length
      fails(answer.because)
    }
    return true
  }

  async function send(): Promise<void> {
    while (count() > 0 && !closing.signal.aborted && (await sendOne()));
  }

  return {
    add(series, at, value) {
      const last = waiting.at(-1)
      if (last && last.length < REQUEST_SAMPLES) last.push({ series, at, value })
      else waiting.push([{ series, at, value }])
    },
    tick() {
      // Not while a request is under way: that is the oldest.
      while (!sending && count() > WAITING_MOST) dropped += waiting.shift()!.length
      if (sending || count() === 0 || monotonic() < retryAt) return
      sending = send()
        .catch((error: unknown) => log.error({ error: String(error) }, 'remote write failed'))
        .finally(() => {
          sending = null
        })
    },
    state: () => ({ written, dropped, waiting: count(), failing }),
    async close() {
      const last = setTimeout(() => closing.abort(), 1_000)
      await (sending ?? (failing === null ? send() : undefined))
      clearTimeout(last)
      closing.abort()
    },
  }
}

type Answer = { fate: 'taken' } | { fate: 'refused'; because: string } | { fate: 'later'; because: string; afterMs: number }

/** The receiver's own words are left out: they may hold its address. */
async function post(url: string, body: Uint8Array, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: body as Uint8Array<ArrayBuffer>,
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
        'user-agent': 'Evenkeel',
        ...headers,
      },
      redirect: 'manual',
      signal,
    })
    await response.body?.cancel()
    const because = `HTTP ${response.status}`
    if (response.ok) return { fate: 'taken' }
    const bad = response.status >= 400 && response.status < 500 && response.status !== 408 && response.status !== 429
    // Wrong credentials and a wrong path are mended by a person, and then nothing should be missing.
    if (bad && ![401, 403, 404].includes(response.status)) return { fate: 'refused', because }
    return { fate: 'later', because, afterMs: 1_000 * (Number(response.headers.get('retry-after')) || 0) }
  } catch (error) {
    const code = (error as { cause?: { code?: unknown } }).cause?.code
    return { fate: 'later', because: typeof code === 'string' ? `no answer (${code})` : 'no answer', afterMs: 0 }
  }
}
