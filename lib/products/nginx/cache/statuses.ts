/** What `$upstream_cache_status` may say. */
export const CACHE_STATUSES = ['HIT', 'MISS', 'EXPIRED', 'STALE', 'UPDATING', 'REVALIDATED', 'BYPASS', 'SCARCE'] as const
export type CacheStatus = (typeof CACHE_STATUSES)[number]
export type StatusCounts = Record<CacheStatus, number>

export const isCacheStatus = (text: string): text is CacheStatus => (CACHE_STATUSES as readonly string[]).includes(text)
const none = (): StatusCounts => Object.fromEntries(CACHE_STATUSES.map((status) => [status, 0])) as StatusCounts

/** Answers of each `proxy_cache` by status, as the access log has them; and what its targets need of the NGINX that they are caches of. */
export class CacheStatuses {
  /** By the monotonic clock, when the status page answered last; null: not yet. */
  answeredAt: number | null = null
  /** The newest page of VTS; null where there is none. */
  page: string | null = null
  /** Whether the log gives every line; null where no log is read. */
  fair: boolean | null = null
  /** Lines with a status that say no cache, of several. */
  unplaced = 0
  #counts = new Map<string, StatusCounts>()
  readonly #names: ReadonlyMap<string, string>

  /** `caches`: the name of each by its keys_zone. */
  constructor(caches: Readonly<Record<string, { keys_zone: string }>>) {
    this.#names = new Map(
      Object.entries(caches).flatMap(([name, { keys_zone }]) => [[name, name] as const, [zoneName(keys_zone), name] as const]),
    )
    this.beginAnew()
  }

  /** One answer. `zone`: what the line says of its cache; null where it says nothing, which is enough where there is one. */
  add(zone: string | null, status: CacheStatus): void {
    const name = zone === null ? (this.#counts.size === 1 ? [...this.#counts.keys()][0] : undefined) : this.#names.get(zone)
    const counts = name === undefined ? undefined : this.#counts.get(name)
    if (counts) counts[status]++
    else this.unplaced++
  }

  countsOf = (name: string): StatusCounts | null => {
    const counts = this.#counts.get(name)
    return counts ? { ...counts } : null
  }

  /** Of lines of which some are lost no count is one: they begin anew. */
  beginAnew(): void {
    this.#counts = new Map([...new Set(this.#names.values())].map((name) => [name, none()]))
    this.unplaced = 0
  }
}

/** `static` of `static:10m`. */
export const zoneName = (keysZone: string): string => keysZone.split(':', 1)[0]!
