import { setTimeout as sleep } from 'node:timers/promises'

/** The database behind the caches: slow by nature; slower for one key, or of little capacity, while a drill says so. */
export type Origin = {
  latencyMs: number
  /** Keys that begin so take this long instead. */
  slow: { prefix: string; ms: number } | null
  /** Reads that it answers a second, one after the other: by the clock, so that a busy machine changes nothing. Null: as many as come. */
  perSecond: number | null
  readonly reads: number
  read(key: string): Promise<string>
}

export function createOrigin(latencyMs = 20): Origin {
  let reads = 0
  /** When the next read may begin, by `performance.now()`. */
  let freeAt = 0
  const origin: Origin = {
    latencyMs,
    slow: null,
    perSecond: null,
    get reads() {
      return reads
    },
    async read(key) {
      reads++
      if (origin.perSecond !== null) {
        const now = performance.now()
        freeAt = Math.max(now, freeAt) + 1_000 / origin.perSecond
        await sleep(freeAt - now)
      }
      await sleep(origin.slow && key.startsWith(origin.slow.prefix) ? origin.slow.ms : origin.latencyMs)
      return contentOf(key)
    },
  }
  return origin
}

/** 600 to 2,400 bytes of text, the same for the same key. */
export function contentOf(key: string): string {
  let hash = 0
  for (let at = 0; at < key.length; at++) hash = (hash * 31 + key.charCodeAt(at)) | 0
  return `${key};`.padEnd(600 + (Math.abs(hash) % 1_800), 'lorem ipsum dolor sit amet ')
}
