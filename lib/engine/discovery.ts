import type { Log } from '../model/log.ts'
import { type AnyProduct, productFor, type TargetConfig } from '../model/product.ts'
import type { Clock } from './clock.ts'
import type { Target } from './target.ts'

export type DiscoveryOptions = {
  targets: ReadonlyMap<string, Target>
  add(config: TargetConfig, product: AnyProduct): Target
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

const FIRST_MS = 1_000
const DISCOVER_MS = 10_000

export function createDiscovery({ targets, add, remove, clock, log }: DiscoveryOptions): Discovery {
  const foundBy = new Map<string, string>()
  let stopped = false
  let cancel = () => {}

  async function discover(): Promise<void> {
    for (const parent of [...targets.values()]) {
      const parentName = parent.config.name
      if (!parent.discovers || foundBy.has(parentName) || parent.health().state === 'down') continue
      try {
        await discoverThrough(parent, parentName)
      } catch (error) {
        log.warn({ target: parentName, err: error }, 'discovery failed; what was found before stays')
      }
    }
  }

  async function discoverThrough(parent: Target, parentName: string): Promise<void> {
    const watched = addressesBeside(parentName)
    const found = (await parent.discover()).filter((config) => !watched.has(productFor(parent.product, config).address(config)))
    const names = new Set(found.map((config) => config.name))
    for (const config of found) {
      if (stopped || targets.has(config.name)) continue
      foundBy.set(config.name, parentName)
      add(config, parent.product).start()
    }
    for (const [child, of] of foundBy) {
      if (of !== parentName || names.has(child)) continue
      foundBy.delete(child)
      await remove(child)
    }
  }

  /** Where everything is that was not discovered through this target: a server seen both ways is one target. */
  function addressesBeside(parent: string): Set<string> {
    const others = [...targets.values()].filter(({ config }) => config.name !== parent && foundBy.get(config.name) !== parent)
    return new Set(
      others.flatMap(({ config, product }) => {
        const { address, aliases } = productFor(product, config)
        return [address(config), ...(aliases?.(config) ?? [])]
      }),
    )
  }

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
    foundThrough: (name) => foundBy.get(name),
  }
}
