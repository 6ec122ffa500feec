import { malformed } from '../../../model/error.ts'
import { CLUSTER_SLOTS } from '../../../model/slots.ts'
import { shown } from '../../answers.ts'
import type { Command, RedisClient } from '../client.ts'
import type { SlotRange } from '../clusterNodes.ts'
import type { SlotCount } from './meter.ts'

/** SLOT-STATS of so many slots holds Valkey 9.1 for 0.4 ms; of all at once for 4 ms and more. */
export const SLOTS_A_CALL = 1_024

/** The stretches of at most `SLOTS_A_CALL` slots in which something is served. */
export function stretchesOf(ranges: readonly SlotRange[]): SlotRange[] {
  const out: SlotRange[] = []
  for (let from = 0; from < CLUSTER_SLOTS; from += SLOTS_A_CALL) {
    const to = from + SLOTS_A_CALL - 1
    const within = ranges.filter(([first, last]) => last >= from && first <= to)
    if (within.length > 0)
      out.push([Math.max(from, Math.min(...within.map(([first]) => first))), Math.min(to, Math.max(...within.map(([, last]) => last)))])
  }
  return out
}

/** CLUSTER SLOT-STATS of all slots that are served, one stretch after the other, so that clients are served in between. */
export async function askSlotStats(client: RedisClient, ranges: readonly SlotRange[], signal: AbortSignal): Promise<SlotCount[]> {
  const counts: SlotCount[] = []
  for (const [first, last] of stretchesOf(ranges))
    counts.push(...slotStatsIn(await client.call(['CLUSTER', 'SLOT-STATS', 'SLOTSRANGE', first, last], signal)))
  return counts
}

/**
 * The answer of CLUSTER SLOT-STATS in both dialects: `[[slot, [key-count, n, cpu-usec, n, …]], …]`. Valkey counts `network-bytes-in` and `-out`
 * too, Redis 8.2 `memory-bytes`; all but the keys only where `cluster-slot-stats-enabled` is on.
 */
export function slotStatsIn(answer: unknown): SlotCount[] {
  const wrong = () => malformed('CLUSTER SLOT-STATS is to answer [[slot, [name, number, …]], …]', shown(answer))
  if (!Array.isArray(answer)) throw wrong()
  return answer.map((row): SlotCount => {
    const [slot, fields] = Array.isArray(row) ? row : []
    if (!Number.isInteger(slot) || slot < 0 || slot >= CLUSTER_SLOTS || !Array.isArray(fields)) throw wrong()
    const field = (name: string): number | null => {
      const at = fields.indexOf(name)
      if (at < 0) return null
      const value = typeof fields[at + 1] === 'string' ? Number(fields[at + 1]) : fields[at + 1]
      if (!Number.isSafeInteger(value) || value < 0) throw wrong()
      return value
    }
    const keys = field('key-count')
    if (keys === null) throw wrong()
    return { slot, keys, cpuUs: field('cpu-usec'), bytes: field('memory-bytes') }
  })
}

/** CLUSTER COUNTKEYSINSLOT of these slots: 0.3 µs each. A slot that has gone meanwhile is left out. */
export async function askKeyCounts(client: RedisClient, slots: readonly number[], signal: AbortSignal): Promise<SlotCount[]> {
  if (slots.length === 0) return []
  const answers = await client.pipeline(
    slots.map((slot): Command => ['CLUSTER', 'COUNTKEYSINSLOT', slot]),
    signal,
  )
  const first = answers.find((answer) => answer instanceof Error)
  if (first && answers.every((answer) => answer instanceof Error)) throw first
  return answers.flatMap((keys, i): SlotCount[] =>
    typeof keys === 'number' && keys >= 0 ? [{ slot: slots[i]!, keys, cpuUs: null, bytes: null }] : [],
  )
}
