import { TtlSample } from '../ttlSample.ts'
import { createRedisClient, type RedisClient } from './client.ts'
import { type RedisConfig, redisAddress } from './config.ts'
import { endSession, type HotkeysMemory, noHotkeys } from './hotkeys/session.ts'
import type { ReplicationRole } from './infoFacts.ts'
import { Leaders } from './leaders.ts'
import { LookupBudget } from './lookups.ts'
import { emptyMemory, type MonitorMemory } from './monitor/memory.ts'
import { freshBudget, type TapBudget } from './monitor/tapBudget.ts'
import { OwnLookups } from './ownLookups.ts'
import { KeyQueue } from './packedKeys.ts'
import { PatternSample } from './patternSample.ts'
import { SliceSize } from './sliceSize.ts'
import { type Measured, SlotMeter } from './slots/meter.ts'
import type { Vitals } from './vitals.ts'
import { WriteCommands } from './writes.ts'

/**
 * The newest looks at TTLs, by the monotonic clock: when keys were looked at and the histogram was told. `settled`: the sample is full and says
 * what is found; `toRenew`: what was found last ends otherwise, and so many of its keys are still to be looked at anew;
 * `gathering`: some of its keys end together.
 */
type TtlLooks = { at: number; toldAt: number; settled: boolean; gathering: boolean; toRenew: number }

/** Of all servers that have none. */
export const NONE_OPEN: ReadonlyMap<string, number> = new Map()
/** Names that are kept for the look at sizes: as many as one takes. */
const PASSED_MOST = 500

/** What the probes of one target share: the connection, the newest INFO's few numbers that other probes ask before they cost something. */
export type RedisLink = {
  config: RedisConfig
  client: RedisClient
  /** From the newest INFO; null before the first. */
  seen: Vitals | null
  /** Of the newest INFO: to tell that it changed. */
  role: ReplicationRole | null
  ttl: TtlSample
  ttlLooks: TtlLooks
  /** What may be looked up of keys beside what clients do. */
  lookups: LookupBudget
  /** What they found. */
  looks: OwnLookups
  writes: WriteCommands
  /** How many of them had been made at the newest INFO. */
  madeBefore: number
  /** Of SCAN. */
  slices: SliceSize
  /** Names that the sample of TTLs has come past since sizes were looked at. */
  passed: KeyQueue
  /** Where the walk for further names stands: SCAN's cursor. */
  walk: string
  /** LFU counters are read here, which costs lookups too. */
  lfuRead: boolean
  /** The load of each slot of a Cluster. `walk`: where the count of keys goes on; `noStatsOn`: the run that knows no SLOT-STATS. */
  slots: { meter: SlotMeter; walk: number; noStatsOn?: string; newest: Measured | null }
  /** When each open slot of a Cluster was first seen open, by the monotonic clock. */
  openSince: ReadonlyMap<string, number>
  /** Slices of keys, one after the other, of which none was answered for here. */
  noneHere: number
  /** Entries of SLOWLOG that could not be read, of all that were. */
  slowUnread: { count: number; of: number; example: string }
  /** Takes one section of INFO at a time: Redis before 7. */
  oldInfo: boolean
  /** This Evenkeel's connections, of the newest CLIENT LIST. */
  own: readonly string[]
  hotkeys: HotkeysMemory
  monitored: MonitorMemory
  /** MONITOR without an end, for references. */
  tapped: TapBudget
  /** Why MONITOR cannot be run here; null when it can, or was not tried. */
  deaf: string | null
  /** When sizes were looked at last, by the monotonic clock. */
  sizedAt: number
  /** Bytes and LFU counters of keys that the walk came past. What is noted of the largest is their type. */
  sizes: Leaders
  frequencies: Leaders
  /** Sizes, types and idle times by pattern. */
  patterns: PatternSample
  /** Some keys of the newest slice of that walk, packed, and the pattern of each. */
  slice: { keys: string; patterns: readonly string[] }
}

export const openRedis = (config: RedisConfig): RedisLink => ({
  config,
  client: createRedisClient(config),
  seen: null,
  role: null,
  ttl: new TtlSample(),
  ttlLooks: { at: Number.NEGATIVE_INFINITY, toldAt: Number.NEGATIVE_INFINITY, settled: false, gathering: false, toRenew: 0 },
  lookups: new LookupBudget(),
  looks: new OwnLookups(redisAddress(config)),
  writes: new WriteCommands(),
  madeBefore: 0,
  slices: new SliceSize(),
  passed: new KeyQueue(PASSED_MOST),
  walk: '0',
  lfuRead: false,
  slots: { meter: new SlotMeter(), walk: 0, newest: null },
  openSince: NONE_OPEN,
  noneHere: 0,
  slowUnread: { count: 0, of: 0, example: '' },
  oldInfo: false,
  own: [],
  hotkeys: noHotkeys(),
  monitored: emptyMemory(),
  tapped: freshBudget(),
  deaf: null,
  sizedAt: Number.NEGATIVE_INFINITY,
  sizes: new Leaders(20),
  frequencies: new Leaders(20),
  patterns: new PatternSample(),
  slice: { keys: '', patterns: [] },
})

/** How long a goodbye may take: a server that hangs delays no shutdown, and its session ends by itself. */
const GOODBYE_MS = 500

/** Ends what Evenkeel has begun on the server, then the connection. */
export async function closeRedis({ client, hotkeys, tapped }: RedisLink): Promise<void> {
  tapped.tap?.stop('the target is closed')
  await endSession(client, hotkeys, AbortSignal.timeout(GOODBYE_MS)).catch(() => {})
  await client.close()
}
