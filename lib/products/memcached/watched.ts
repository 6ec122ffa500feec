import type { KeyReads } from '../../model/warming.ts'
import { keyText } from '../answers.ts'
import type { Counts } from '../hotKeys.ts'
import { keyOf, wordsOf } from './metadump.ts'

const KEY_MAX = 512

/** One line of `watch fetchers mutations`: a look-up or a write of a key, or how many lines the server left out before it. */
export type WatchedLine = { is: 'get' | 'store'; key: string } | { is: 'skipped'; count: number }

/** Reads one line; null: it is none of these. */
export function readWatched(line: string): WatchedLine | null {
  const skipped = /^(?:skipped=|\[skipped: )(\d{1,15})/.exec(line)?.[1]
  if (skipped !== undefined) return { is: 'skipped', count: Number(skipped) }
  const words = wordsOf(line)
  const is = { item_get: 'get' as const, item_store: 'store' as const }[words.get('type') ?? '']
  const key = words.get('key')
  return is && key ? { is, key: keyText(keyOf(key).subarray(0, KEY_MAX)) } : null
}

/** Counts reads by key. A write looks the key up first, and memcached reports that as a look-up too: it is taken off. */
export class ReadCount {
  /** What could not be read, and an example. */
  readonly unread: string[] = []
  skipped = 0
  readonly #net = new Map<string, number>()
  /** The bytes of each key, each as one character, by its text. */
  readonly #bytes: Map<string, string> | null

  constructor({ named = false } = {}) {
    this.#bytes = named ? new Map() : null
  }

  take(text: string): void {
    const line = readWatched(text)
    if (line === null) this.unread.push(text.slice(0, 200))
    else if (line.is === 'skipped') this.skipped += line.count
    else {
      this.#net.set(line.key, (this.#net.get(line.key) ?? 0) + (line.is === 'get' ? 1 : -1))
      if (this.#bytes && !this.#bytes.has(line.key)) this.#bytes.set(line.key, keyOf(wordsOf(text).get('key')!).toString('latin1'))
    }
  }

  /** By key, and of all; `names` by the bytes of the key, where that was asked for. */
  reads(): { keys: Counts; reads: number; names?: KeyReads } {
    const keys: Counts = new Map()
    const names: [string, number][] = []
    let reads = 0
    for (const [key, count] of this.#net) {
      if (count <= 0) continue
      keys.set(key, { reads: count, clients: new Map() })
      reads += count
      const bytes = this.#bytes?.get(key)
      if (bytes !== undefined) names.push([bytes, count])
    }
    return { keys, reads, ...(this.#bytes && { names: { keys: names, reads } }) }
  }
}
