import { setTimeout as sleep } from 'node:timers/promises'

/** The database behind the caches: slow by nature, and slower for one key while a drill says so. */
export type Origin = {
  latencyMs: number
  /** Keys that begin so take this long instead. */
  slow: { prefix: string; ms: number } | null
  readonly reads: number
  read(key: string): Promise<string>
}

export function createOrigin(latencyMs = 20): Origin {
  let reads = 0
  const origin: Origin = {
    latencyMs,
    slow: null,
    get reads() {
      return reads
    },
    async read(key) {
      reads++
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
