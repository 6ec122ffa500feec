import { errorText, path } from '@/components/frame/api.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { type LabSource, partsOf, poolId, ringId, sourceOfPool, sourceOfRing } from '@/lib/lab/source.ts'
import type { HotKeyView } from '@/lib/model/answers/key.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { whyNoRing } from './whyNoRing.ts'

/** The rings and hashing pools of the fleet, polled. `of` is asked for by itself where it stands beyond the lists' first pages. */
export function useKnownRings(initialRings: Page<RingView>, initialPools: Page<PoolView>, of: string | null) {
  const rings = usePages<RingView>(['rings'], 'rings', { initialData: initialRings, all: true })
  const pools = usePages<PoolView>(['pools'], 'pools', { initialData: initialPools, all: true })
  const targets = usePages<TargetView>(['targets'], 'targets', { query: { brief: 1 }, everyMs: 5_000, all: true })
  const hot = usePages<HotKeyView>(['keys', 'hot'], 'keys/hot', { everyMs: 5_000, all: true })
  const listed = (id: string) => rings.items.some((ring) => ringId(ring) === id) || pools.items.some((pool) => poolId(pool) === id)
  const parts = of === null || listed(of) ? null : partsOf(of)
  const ring = parts && 'ring' in parts ? parts.ring : null
  const pool = parts && 'pool' in parts ? parts : null
  const oneRing = useApi<RingView>(['rings', ring], path`rings/${ring ?? ''}`, { enabled: ring !== null })
  const onePool = useApi<PoolView>(['pools', pool?.target, pool?.pool], path`pools/${pool?.target ?? ''}/${pool?.pool ?? ''}`, {
    enabled: pool !== null,
  })
  const allRings = ring !== null && oneRing.data ? [...rings.items, oneRing.data] : rings.items
  const allPools = pool !== null && onePool.data ? [...pools.items, onePool.data] : pools.items
  const loading = (ring !== null && oneRing.isPending) || (pool !== null && onePool.isPending)
  const failed = (ring !== null && oneRing.error) || (pool !== null && onePool.error)
  return {
    ids: [...rings.items.map(ringId), ...pools.items.filter((pool) => pool.ring).map(poolId)],
    /** Why `of` cannot be opened. */
    because: failed
      ? errorText(failed)
      : loading
        ? 'Evenkeel is being asked for it.'
        : whyNoRing(allPools.find((pool) => poolId(pool) === of)),
    find(id: string): LabSource | null {
      const ring = allRings.find((one) => ringId(one) === id)
      if (ring) return sourceOfRing(ring, hot.items, targets.items)
      const pool = allPools.find((one) => poolId(one) === id)
      return pool ? sourceOfPool(pool, targets.items) : null
    },
  }
}
