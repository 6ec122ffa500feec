import type { HotKey, SlotLoads } from '../../model/record.ts'
import { clusterSlot } from '../../rings/algorithms/redisCluster.ts'
import type { SlotLoad } from './plan.ts'

/** Load for each key of the busy master over that of the whole cluster, up to which its keys explain its load. */
const DENSER_MOST = 1.3
/** By keys alone, the load of what is moved is known to about this part. */
const BY_KEYS_ERROR = DENSER_MOST - 1
/** Of a normal distribution, 95 % lie within so many standard deviations. */
const Z = 1.96

/** The load of each slot of one master, in seconds of command time a second; `error`: half of the 95 % interval of the load of some of them. */
export type MasterLoads = { slots: SlotLoad[]; method: string; error(load: number): number }

type About = {
  record: SlotLoads
  /** Of the master: seconds of command time a second, keys, and bytes that are used. */
  load: number
  keys: number
  bytes: number | null
  /** Of the whole cluster. */
  cluster: { load: number; keys: number }
  hotKeys: readonly HotKey[]
}

/** Shares the measured load of a master out over its slots; a sentence where that cannot be told. */
export function loadsOf({ record, load, keys, bytes, cluster, hotKeys }: About): MasterLoads | string {
  const bytesAt = (i: number) => record.bytes?.[i] ?? (bytes === null ? 0 : (bytes * record.keys[i]!) / Math.max(1, keys))
  const slotsOf = (loadAt: (i: number) => number) =>
    record.slots.map((slot, i): SlotLoad => ({ slot, load: loadAt(i), keys: record.keys[i]!, bytes: bytesAt(i) }))
  if (record.load) {
    const own = record.load
    const sum = own.reduce((total, one) => total + one, 0)
    if (!(sum > 0)) return 'its slots show no load: cluster-slot-stats-enabled was switched on just now'
    // Commands that are of no slot (INFO, SCAN) stay where they are.
    const scale = Math.min(1, load / sum)
    const dispersion = (record.dispersion ?? 0) * scale
    return {
      slots: slotsOf((i) => own[i]! * scale),
      method: `CPU time of each slot over ${Math.round(record.spanMs / 1_000)} s (CLUSTER SLOT-STATS)`,
      // The mean of two halves has half of the variance of one.
      error: (moved) => Z * Math.sqrt((dispersion * moved) / 2),
    }
  }
  const hot = new Map<number, number>()
  for (const { key, low, hot: alarming } of hotKeys) if (alarming) hot.set(clusterSlot(key), (hot.get(clusterSlot(key)) ?? 0) + low)
  const hotShare = Math.min(
    1,
    [...hot.values()].reduce((sum, share) => sum + share, 0),
  )
  const cold = load * (1 - hotShare)
  if (keys <= 0 || cluster.keys <= 0) return 'it holds no keys'
  const denser = cold / keys / (cluster.load / cluster.keys)
  if (denser > DENSER_MOST)
    return `for each of its keys it does ${denser.toFixed(1)} times what the cluster does: some of them carry the load, and which slots they are in cannot be told here. CLUSTER SLOT-STATS of Valkey 8 or Redis 8.2 (cluster-slot-stats-enabled yes) tells, and so do its hot keys`
  return {
    slots: slotsOf((i) => (cold * record.keys[i]!) / keys + load * (hot.get(record.slots[i]!) ?? 0)),
    method: `its load shared out by the keys of each slot (CLUSTER COUNTKEYSINSLOT)${hot.size > 0 ? ' and its hot keys' : ''}`,
    error: (moved) => BY_KEYS_ERROR * moved,
  }
}
