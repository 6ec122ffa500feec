import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import { wordOf } from '../../answers.ts'
import type { SlotRange } from '../clusterNodes.ts'
import { parseClusterNodes } from '../clusterNodes.ts'
import { unavailableBecause } from '../errors.ts'
import type { RedisLink } from '../link.ts'
import { askKeyCounts, askSlotStats, SLOTS_A_CALL } from '../slots/ask.ts'
import type { Measured, SlotCount } from '../slots/meter.ts'

const EVERY_MS = 20_000
/** Counting keys is a command a slot: at most this part of what clients send, so that it hides no imbalance. */
const PART_OF_COMMANDS = 0.02
const COUNTS_LEAST = 64

/**
 * The load of each slot that this node of a Cluster serves, by CLUSTER SLOT-STATS where the server has it (Valkey 8, Redis 8.2), else each
 * slot's keys: which slots to move so that a busy master is relieved.
 */
export const slots: Probe<RedisLink, Measured | null> = {
  id: 'slots',
  feature: 'CLUSTER SLOT-STATS',
  emits: { records: ['slot-load'] },
  everyMs: EVERY_MS,
  cost: 'about 0.7 ms of Redis CPU for each 1,024 slots, each 20 s; before Valkey 8 and Redis 8.2 one COUNTKEYSINSLOT for each fifty commands of clients',
  wanted: ({ seen }) => (seen === null || seen.clustered ? true : 'it is no node of a Redis Cluster'),
  async read(link, _cursor, signal) {
    const answer = await link.client.call(['CLUSTER', 'NODES'], signal)
    if (typeof answer !== 'string') throw malformed('CLUSTER NODES is to answer text', wordOf(answer))
    const ranges = parseClusterNodes(answer).nodes.find(({ self }) => self)?.ranges ?? []
    const served = new Set(ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i)))
    link.slots.newest = null
    if (served.size === 0) return null
    link.slots.meter.note(await counts(link, ranges, served, signal), served, performance.now())
    link.slots.newest = link.slots.meter.measured(served)
    return link.slots.newest
  },
  parse(raw, { at }) {
    if (!raw) return { samples: [], records: [], topology: {} }
    const because =
      'it counts no CPU time for each slot (CLUSTER SLOT-STATS of Valkey 8 or Redis 8.2, with cluster-slot-stats-enabled yes): the load of a slot is taken from its keys'
    return {
      samples: [],
      records: [{ kind: 'slot-load', id: 'slots', at, ...raw }],
      topology: { capabilities: [{ feature: 'CLUSTER SLOT-STATS', available: true, ...(raw.method === 'key-count' && { because }) }] },
    }
  },
}

async function counts(
  link: RedisLink,
  ranges: readonly SlotRange[],
  served: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<SlotCount[]> {
  const state = link.slots
  const run = link.seen?.runId ?? ''
  if (state.noStatsOn !== run)
    try {
      return await askSlotStats(link.client, ranges, signal)
    } catch (error) {
      // Redis 7 takes it for a wrong number of arguments of its own subcommands.
      if (unavailableBecause(error) === null && !/unknown|syntax|wrong number/i.test(error instanceof Error ? error.message : ''))
        throw error
      state.noStatsOn = run
    }
  const own = [...served]
  const allowed = Math.round(PART_OF_COMMANDS * (link.seen?.opsPerSecond ?? 0) * (EVERY_MS / 1_000))
  const size = Math.min(own.length, SLOTS_A_CALL, Math.max(COUNTS_LEAST, allowed))
  const part = Array.from({ length: size }, (_, i) => own[(state.walk + i) % own.length]!)
  state.walk = (state.walk + size) % own.length
  return askKeyCounts(link.client, part, signal)
}
