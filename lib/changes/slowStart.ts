import { duration } from '../format/format.ts'
import type { Step } from '../model/proposal.ts'
import { serverRef } from '../model/ref.ts'
import { type SettingText, serverOf, settingKey, settingText, weightOf } from '../model/setting.ts'
import type { SlowStart } from '../model/slowStart.ts'
import type { Pool, PoolServer, Topology } from '../model/topology.ts'

/** Number of stages: enough to see each take effect before the next; more would only be more writes. */
const STAGES = 4

type Returning = { pool: Pool; server: PoolServer; state: SettingText; weight: SettingText }

/** The servers that these steps may bring back into their pool, each with the setting of its weight, which a slow start has to know. */
export function returning(steps: readonly { setting: SettingText; after: string }[], topology: Topology): Returning[] {
  return steps.flatMap(({ setting, after }): Returning[] => {
    const found = after === 'ready' ? serverOf(setting, topology.pools) : null
    if (found?.what !== 'state' || found.pool.can.slowStart !== true) return []
    const { pool, server } = found
    const weight = settingText(weightOf(serverRef(pool, server)))
    return [{ pool, server, state: setting, weight }]
  })
}

/**
 * The slow start of servers that come back from maintenance or a drain: their weight rises in even stages over `ms`, so that what is cold warms
 * up under a part of its load. `notes`: which servers get their whole weight at once, and why. `live`: the weights as just read from the server.
 */
export function slowStartOf(
  steps: readonly Step[],
  live: ReadonlyMap<string, string>,
  topology: Topology,
  ms: number,
): { slowStart?: SlowStart; notes: string[] } {
  const notes: string[] = []
  const rises = returning(steps, topology).flatMap(({ pool, server, state: setting, weight }) => {
    const state = steps.find((step) => settingKey(step.setting) === settingKey(setting))!
    if (state.before !== 'drain' && state.before !== 'maint') return []
    const before = live.get(settingKey(weight))
    const goal = steps.find(({ setting }) => settingKey(setting) === settingKey(weight))?.after ?? before
    const why = atOnceBecause(pool, server, state.before, Number(goal), ms)
    if (why || before === undefined) {
      notes.push(`${server.name} gets its whole weight at once: ${why ?? 'its weight cannot be read'}.`)
      return []
    }
    const values = Array.from({ length: STAGES }, (_, i) => String(Math.max(1, Math.round((Number(goal) * (i + 1)) / STAGES))))
    return [{ setting: weight, before, values }]
  })
  if (rises.length === 0) return { notes }
  return { slowStart: { rises, stage: 0, everyMs: ms / (STAGES - 1) }, notes }
}

/** Why a server gets its whole weight at once: a slow start would be useless or harmful. Null where it would help. */
function atOnceBecause(pool: Pool, server: PoolServer, from: string, weight: number, ms: number): string | null {
  if (ms <= 0) return '`watch: { slowStart: 0s }` in the configuration turns slow starts off'
  if (server.otherWriter) return `${server.otherWriter} moves its weight already`
  // HAProxy starts slowly what was down or in maintenance, not what was drained (seen in 2.6).
  if (server.slowstart && from === 'maint') return "HAProxy's own `slowstart` does that here"
  if (pool.balances === 'hash') return `in ${pool.algorithm} each stage would move keys once more`
  if (pool.can.weight !== true) return pool.can.weight.because
  const others = pool.servers.some((other) => other !== server && other.state === 'up' && other.weightEffective > 0)
  if (!others) return 'no other server takes requests, so its weight makes no difference'
  if (weight < 2) return `weight ${weight} has no smaller part; larger weights, or \`slowstart ${duration(ms)}\` on its server line, would`
  return null
}

/** Why the next stage is held although its time has come, or null: a server that is not up would come back to its whole load. */
export function heldBecause({ rises }: SlowStart, topology: Topology): string | null {
  for (const { setting } of rises) {
    const server = serverOf(setting, topology.pools)?.server
    if (server && server.state !== 'up') return `${server.name} is ${server.state}`
  }
  return null
}
