import { isDeepStrictEqual } from 'node:util'
import type { Log } from '../model/log.ts'
import { type AnyProduct, productFor, type TargetConfig } from '../model/product.ts'
import type { Clock } from './clock.ts'
import type { Target } from './target.ts'

export type DiscoveryOptions = {
  targets: ReadonlyMap<string, Target>
  /** Adds a target, and polls it where this process is in charge of it. */
  add(config: TargetConfig, product: AnyProduct): void
  /** Opens the target of that name anew. */
  replace(config: TargetConfig, product: AnyProduct): Promise<void>
  remove(name: string): Promise<void>
  clock: Clock
  log: Log
}

/** Service discovery: targets that are found through others (the nodes of a cluster, what an exporter speaks of) come and go with them. */
export interface Discovery {
  start(): void
  stop(): void
  /** Which target a discovered one was found through; undefined: it is configured. */
  foundThrough(name: string): string | undefined
}

/** What is found through a target is its team's too, unless the finder says otherwise. */
const withLabelsOf =
  ({ labels }: TargetConfig) =>
  (found: TargetConfig): TargetConfig =>
    labels ? { ...found, labels: { ...labels, ...found.labels } } : found

const FIRST_MS = 1_000
const DISCOVER_MS = 10_000

export function createDiscovery({ targets, add, replace, remove, clock, log }: DiscoveryOptions): Discovery {
  /** How each was configured when it was found: a server that is started anew may have another address. */
  const found = new Map<string, { by: string; config: TargetConfig }>()
  let stopped = false
  let cancel = () => {}

  async function discover(): Promise<void> {
    for (const parent of [...targets.values()]) {
      const parentName = parent.config.name
      if (!parent.discovers || found.has(parentName) || parent.health().state === 'down') continue
      try {
        await discoverThrough(parent, parentName)
      } catch (error) {
        log.warn({ target: parentName, err: error }, 'discovery failed; what was found before stays')
      }
    }
  }

  async function discoverThrough(parent: Target, by: string): Promise<void> {
    const watched = addressesBeside(by)
    const product = (config: TargetConfig) => parent.product.productOf?.(config) ?? parent.product
    const seen = (await parent.discover())
      .map(withLabelsOf(parent.config))
      .filter((config) => !watched.has(addressOf(config, product(config))))
    const names = new Set(seen.map((config) => config.name))
    for (const config of seen) {
      if (stopped) return
      const before = found.get(config.name)
      if (targets.has(config.name) && (before?.by !== by || isDeepStrictEqual(before.config, config))) continue
      found.set(config.name, { by, config })
      if (before) await replace(config, product(config))
      else add(config, product(config))
    }
    for (const [child, { by: of }] of found) {
      if (of !== by || names.has(child)) continue
      found.delete(child)
      await remove(child)
    }
  }

  /** Where everything is that was not discovered through this target: a server seen both ways is one target. */
  function addressesBeside(parent: string): Set<string> {
    const others = [...targets.values()].filter(({ config }) => config.name !== parent && found.get(config.name)?.by !== parent)
    return new Set(
      others.flatMap(({ config, product }) => {
        const { address, aliases } = productFor(product, config)
        return [address(config), ...(aliases?.(config) ?? [])]
      }),
    )
  }

  const addressOf = (config: TargetConfig, product: AnyProduct) => productFor(product, config).address(config)

  function schedule(ms: number): void {
    if (stopped) return
    cancel = clock.setTimer(() => {
      discover().finally(() => schedule(DISCOVER_MS))
    }, ms)
  }

  return {
    start() {
      if ([...targets.values()].some((target) => target.discovers)) schedule(FIRST_MS)
    },
    stop() {
      stopped = true
      cancel()
    },
    foundThrough: (name) => found.get(name)?.by,
  }
}
