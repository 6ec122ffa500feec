import type { AppEvent } from '../../model/events.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { iso } from '../http/iso.ts'

/** Length of the replay buffer in events: enough for an hour with very many of them. */
const KEPT = 2_000
/** A reader that has not taken this many bytes is gone or too slow; it comes back with Last-Event-ID and loses nothing. */
const BACKLOG_BYTES = 1 << 20
const HEARTBEAT_MS = 15_000
/** Each open page asks for about three lists anew when it hears of an event: together no more than 200 calls a second. */
const READER_MS = 15
/** Below this pages spread by themselves. */
const SPREAD_FROM_MS = 300
const RETRY_MS = 2_000

type Kept = { seq: number; text: string }
type Reader = { metrics: string[]; controller: ReadableStreamDefaultController<Uint8Array>; still: () => Promise<boolean> }

/** Server-sent events. Each is serialised once, whoever listens. */
export type Stream = {
  publish(event: AppEvent, body: unknown): void
  /** One reader's stream: what was missed since `lastEventId`, then everything as it happens, and a `sample` event a tick. */
  open(options: {
    lastEventId?: string | null
    metrics?: string[]
    signal?: AbortSignal
    /** Asked every 15 s and by `recheck`: false ends the stream, because its reader may no longer read. */
    still?: () => Promise<boolean>
  }): ReadableStream<Uint8Array>
  /** Ends the streams of those who may no longer read. */
  recheck(): Promise<void>
  readers(): number
  close(): void
}

type StreamOptions = { boot: string; newest(): SeriesWindow; random?(): number }

/** `boot` tells this run's ids from those of a run before. `newest` is asked only while somebody listens to a metric. */
export function createStream({ boot, newest, random = Math.random }: StreamOptions): Stream {
  const encoder = new TextEncoder()
  const kept: Kept[] = []
  const readers = new Set<Reader>()
  let seq = 0
  let closed = false

  const frame = (type: string, id: number, body: unknown) => `id: ${boot}.${id}\nevent: ${type}\ndata: ${JSON.stringify(body)}\n\n`

  function send(reader: Reader, bytes: Uint8Array) {
    try {
      reader.controller.enqueue(bytes)
      if ((reader.controller.desiredSize ?? 0) < -BACKLOG_BYTES) drop(reader)
    } catch {
      readers.delete(reader)
    }
  }
  function drop(reader: Reader) {
    readers.delete(reader)
    try {
      reader.controller.close()
    } catch {
      // It has closed itself meanwhile.
    }
  }
  async function recheck() {
    for (const reader of [...readers]) if (!(await reader.still().catch(() => false))) drop(reader)
  }
  const heartbeat = setInterval(() => {
    const bytes = encoder.encode(': still here\n\n')
    for (const reader of readers) send(reader, bytes)
    void recheck()
  }, HEARTBEAT_MS)
  heartbeat.unref?.()

  const spreadMs = () => READER_MS * readers.size

  function publishSample(at: number) {
    if (readers.size === 0) return
    const spread = spreadMs()
    const plain = encoder.encode(frame('sample', seq, { at: iso(at), ...(spread > SPREAD_FROM_MS && { spreadMs: spread }) }))
    const byMetric = new Map<string, Uint8Array>()
    for (const reader of readers) {
      if (reader.metrics.length === 0) send(reader, plain)
      for (const metric of reader.metrics) {
        let bytes = byMetric.get(metric)
        if (!bytes) {
          const series = newest()
            .series(metric)
            .flatMap(({ labels, points }) => (points.length ? [{ labels, point: points.at(-1) }] : []))
          bytes = encoder.encode(frame('sample', seq, { at: iso(at), metric, series }))
          byMetric.set(metric, bytes)
        }
        send(reader, bytes)
      }
    }
  }

  return {
    publish(event, body) {
      if (event.type === 'sample') return publishSample(event.at)
      const text = frame(event.type, ++seq, body)
      kept.push({ seq, text })
      if (kept.length > KEPT) kept.shift()
      const bytes = encoder.encode(text)
      for (const reader of readers) send(reader, bytes)
    },
    recheck,
    open({ lastEventId, metrics = [], signal, still = async () => true }) {
      let reader: Reader
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            if (closed) return controller.close()
            reader = { metrics, controller, still }
            readers.add(reader)
            signal?.addEventListener('abort', () => drop(reader), { once: true })
            // Those of one run are broken off at the same moment, and must not come back at the same moment.
            send(reader, encoder.encode(`retry: ${Math.round(RETRY_MS + random() * spreadMs())}\n\n`))
            if (!lastEventId) return
            // Ids of another run say nothing about this one: everything that it kept is news.
            const [run, number] = lastEventId.split('.')
            const after = run === boot ? Number(number) : 0
            // What is gone from memory, or was told by a run before, can only be looked up.
            if (run !== boot || !(after >= (kept[0]?.seq ?? seq + 1) - 1)) send(reader, encoder.encode('event: resync\ndata: {}\n\n'))
            for (const { seq: at, text } of kept) if (at > after) send(reader, encoder.encode(text))
          },
          cancel() {
            readers.delete(reader)
          },
        },
        new ByteLengthQueuingStrategy({ highWaterMark: 65_536 }),
      )
    },
    readers: () => readers.size,
    close() {
      closed = true
      clearInterval(heartbeat)
      for (const reader of [...readers]) drop(reader)
    },
  }
}
