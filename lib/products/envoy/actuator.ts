import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { EvenkeelError } from '../../model/error.ts'
import type { Actuator, Cause, Edit } from '../../model/product.ts'
import { inTurn } from '../inTurn.ts'
import { readText, replaceFile } from '../replaceFile.ts'
import { adminPage, type EnvoyConfig } from './client.ts'
import { parseClusters } from './clusters.ts'
import { edsWeight, parseEds, withWeights } from './eds.ts'
import { parseStats, STATS_FILTER } from './stats.ts'

/** Envoy watches the file's directory and answers within milliseconds; one that polls needs its `refresh_delay`. */
const SEEN_WITHIN_MS = 10_000

/**
 * Weights through EDS: the file is replaced by rename (the only thing that Envoy's watch sees), and the write counts as done when
 * the admin page shows every weight. A rejected or unseen update puts the old file back.
 */
export const envoyActuator: Actuator<EnvoyConfig> = {
  kind: 'envoy',
  settings: [
    {
      pattern: /^.+\/[^/]+\/weight$/,
      value: z.string().regex(/^[1-9]\d{0,4}$/, 'a whole number from 1 to 99999; to take a host out, set its health status to DRAINING'),
      reversal: 'exact',
      persistence: 'for good: it stands in the EDS file',
    },
  ],
  async get(config, names, signal) {
    const live = await liveWeights(config, signal)
    return Object.fromEntries(names.map((name) => [name, weightOf(live, name)]))
  },
  async write(config, edits, signal, cause) {
    const path = config.eds?.file
    if (!path) throw new EvenkeelError('invalid', 'this target has no `eds.file`: its weights are read-only')
    await inTurn(path, () => write(config, path, edits, signal, cause))
  },
  commands(config, edits) {
    const file = config.eds?.file ?? 'the EDS file'
    return edits.map(({ name, value }) => {
      const { pool, server } = parts(name)
      return `${file}: cluster ${pool}, endpoint ${server}: "load_balancing_weight": ${value}`
    })
  },
  group: (name, target) => `pool:${target}/${parts(name).pool}`,
}

async function write(config: EnvoyConfig, path: string, edits: Edit[], signal: AbortSignal, cause: Cause): Promise<void> {
  const live = await liveWeights(config, signal)
  const text = await readText(path)
  const file = parseEds(text)
  for (const { name, expect } of edits) {
    const { pool, server } = parts(name)
    const found = { live: weightOf(live, name), file: String(edsWeight(file, pool, server)) }
    for (const [where, value] of Object.entries(found))
      if (value !== expect)
        throw new EvenkeelError('drift', `${name} is ${value} in the ${where === 'live' ? 'running Envoy' : 'EDS file'}, not ${expect}`)
  }
  const rejectedBefore = await rejections(config, signal)
  const { restore } = await replaceFile(path, { from: text, to: withWeights(file, edits.map(toWeight)) }, cause)
  const refusal = await untilSeen(config, edits, rejectedBefore, signal)
  if (refusal === null) return
  await restore()
  throw new EvenkeelError('unreachable', `${refusal}; the EDS file is as it was`)
}

function parts(name: string): { pool: string; server: string } {
  const match = /^(.+)\/([^/]+)\/weight$/.exec(name)
  if (!match) throw new EvenkeelError('invalid', `${name} is not CLUSTER/ADDRESS/weight`)
  return { pool: match[1] as string, server: match[2] as string }
}

const toWeight = ({ name, value }: Edit) => ({ ...parts(name), weight: Number(value) })

async function liveWeights(config: EnvoyConfig, signal: AbortSignal): Promise<Map<string, string>> {
  const { pools } = parseClusters(await adminPage(config, '/clusters?format=json', signal), new Map(), true)
  return new Map(pools.flatMap((pool) => pool.servers.map((server) => [`${pool.name}/${server.name}/weight`, String(server.weightSet)])))
}

function weightOf(live: Map<string, string>, name: string): string {
  const value = live.get(name)
  if (value === undefined) throw new EvenkeelError('not_found', `Envoy has no host for ${name}`)
  return value
}

async function rejections(config: EnvoyConfig, signal: AbortSignal): Promise<number> {
  const { samples } = parseStats(await adminPage(config, `/stats/prometheus?filter=${encodeURIComponent(STATS_FILTER)}`, signal), null)
  return samples.filter(({ metric }) => metric === 'envoy_cluster_update_rejected_total').reduce((sum, { value }) => sum + value, 0)
}

/** Null when every weight is in force; else why not. */
async function untilSeen(config: EnvoyConfig, edits: Edit[], rejectedBefore: number, signal: AbortSignal): Promise<string | null> {
  const deadline = Date.now() + SEEN_WITHIN_MS
  let missing = ''
  while (Date.now() < deadline && !signal.aborted) {
    try {
      const live = await liveWeights(config, signal)
      const differs = edits.find(({ name, value }) => live.get(name) !== value)
      if (!differs) return null
      missing = `${differs.name} is still ${live.get(differs.name)}`
      if ((await rejections(config, signal)) > rejectedBefore) return 'Envoy rejected the update (update_rejected rose)'
    } catch (error) {
      missing = error instanceof Error ? error.message : String(error)
    }
    await sleep(100, undefined, { signal }).catch(() => {})
  }
  return `Envoy did not take the update in ${SEEN_WITHIN_MS / 1000} s: ${missing}`
}
