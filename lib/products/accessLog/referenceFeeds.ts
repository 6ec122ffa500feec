import type { FedReferences, LogFeed } from '../../model/reference.ts'
import type { Capability } from '../../model/topology.ts'
import type { Fields } from './fields.ts'
import { ReferenceFeed } from './referenceFeed.ts'

/** What the configuration of a target with an access log gains while it is polled. */
export type PolledWithLog = { feeds?: readonly LogFeed[] }

/** Caches whose references are read from one access log. */
export class ReferenceFeeds {
  readonly #feeds: { cache: string; feed: ReferenceFeed }[]

  constructor(feeds: readonly LogFeed[], monotonic: number) {
    this.#feeds = feeds.map((feed) => ({ cache: feed.cache, feed: new ReferenceFeed(feed, monotonic) }))
  }

  take(fields: Fields): void {
    if (this.#feeds.length === 0) return
    const [now, monotonic] = [Date.now(), performance.now()]
    for (const { feed } of this.#feeds) feed.take(fields, now, monotonic)
  }

  gap(): void {
    for (const { feed } of this.#feeds) feed.gap()
  }

  lost(lines: number): void {
    for (const { feed } of this.#feeds) feed.lost(lines)
  }

  drain(fair: boolean, monotonic: number): FedReferences[] {
    return this.#feeds.flatMap(({ cache, feed }) => {
      const accesses = feed.drain(fair, monotonic)
      return accesses ? [{ target: cache, accesses }] : []
    })
  }

  told(): Capability[] {
    return this.#feeds.map(({ cache, feed }) => ({ feature: `references of ${cache}`, ...feed.told() }))
  }
}
