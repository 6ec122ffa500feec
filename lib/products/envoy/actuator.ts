import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { drifted, EvenkeelError } from '../../model/error.ts'
import { createKeyedMutex } from '../../model/keyedMutex.ts'
import type { Actuator, Cause, Edit } from '../../model/product.ts'
import type { ServerPart } from '../../model/setting.ts'
import { clearLeftover, readText, replaceFile } from '../replaceFile.ts'
import { serverSetting } from '../serverSetting.ts'
import { adminPage, type EnvoyConfig } from './client.ts'
import { parseClusters } from './clusters.ts'
import { type EdsEdit, type EdsFile, edsEndpoint, parseEds, withEdits } from './eds.ts'
import { nackSince } from './nacks.ts'
import { parseStats, STATS_FILTER } from './stats.ts'

/** By EDS file: two writes at once would each undo the other's text. */
const mutex = createKeyedMutex()
/** Envoy watches the file's directory and answers within milliseconds; one that polls needs its `refresh_delay`. */
const SEEN_WITHIN_MS = 10_000
const LOOK_MS = 100

const PERSISTENCE = 'for good: it stands in the EDS file'

/**
 * Weights and draining through EDS: the file is replaced by rename (the only thing that Envoy's watch sees), and the write counts as done when
 * the admin page shows every value. An update that is rejected, unreadable or not seen puts the old file back.
 */
export const envoyActuator: Actuator<EnvoyConfig> = {
  kind: 'envoy',
  settings: [
    {
      pattern: /^.+\/[^/]+\/weight$/,
      value: z
        .string()
        .regex(/^[1-9]\d{0,4}$/, 'a whole number from 1 to 99999 (Envoy has no weight 0: to take a host out, set its state to drain)'),
      reversal: 'exact',
      persistence: PERSISTENCE,
    },
    {
      pattern: /^.+\/[^/]+\/state$/,
      value: z
        .enum(['ready', 'drain', 'maint'], { error: 'allowed: ready, drain (or maint, which is the same here)' })
        .transform((state) => (state === 'ready' ? state : 'drain')),
      reversal: 'exact',
      persistence: PERSISTENCE,
    },
  ],
  async get(config, names, signal) {
    const live = await liveOf(config, signal)
    for (const name of names) weightOf(live, parts(name, live))
    const file = parseEds(await readText(fileOf(config)))
    return Object.fromEntries(names.map((name) => [name, foundOf(live, file, name)]))
  },
  write: (config, edits, signal, cause) => mutex.run(fileOf(config), () => write(config, edits, signal, cause)),
  resume: (config, edits, signal, cause) => mutex.run(fileOf(config), () => resume(config, edits, signal, cause)),
  commands(config, edits) {
    const file = config.eds?.file ?? 'the EDS file'
    return edits.map(({ name, value }) => {
      const { pool, server, what } = parts(name)
      const said =
        what === 'weight'
          ? `"load_balancing_weight": ${value}`
          : value === 'ready'
            ? 'without "health_status"'
            : '"health_status": "DRAINING"'
      return `${file}: cluster ${pool}, endpoint ${server}: ${said}`
    })
  },
}

/** A server is `ip:port` or the path of a pipe; a cluster's name may hold slashes, which older versions wrote as they are. */
const parts = (name: string, live?: Live): ServerPart =>
  serverSetting(name, 'CLUSTER/ADDRESS', { exists: (pool, server) => live?.servers.get(pool)?.has(server) === true })

function fileOf({ eds }: EnvoyConfig): string {
  if (!eds) throw new EvenkeelError('invalid', 'this target has no `eds.file`: its weights are read-only')
  return eds.file
}

type Live = {
  /** By cluster, then by address. */
  servers: Map<string, Map<string, { weight: number; up: boolean }>>
  /** Under which name a cluster's endpoints stand in the file. */
  assignments: Map<string, string>
}

async function liveOf(config: EnvoyConfig, signal: AbortSignal): Promise<Live> {
  const { pools, assignments } = parseClusters(await adminPage(config, '/clusters?format=json', signal), new Map(), () => true)
  const hosts = pools.map(({ name, servers }) => {
    const byAddress = servers.map((server) => [server.name, { weight: server.weightSet, up: server.state === 'up' }] as const)
    return [name, new Map(byAddress)] as const
  })
  return { servers: new Map(hosts), assignments }
}

function weightOf({ servers }: Live, { pool, server }: ServerPart): string {
  const found = servers.get(pool)?.get(server)
  if (!found) throw new EvenkeelError('not_found', `Envoy has no host ${server} in a cluster ${pool}`)
  return String(found.weight)
}

/** Weights as the running Envoy has them. Its page does not tell draining from failing in every version: the state is the file's. */
function foundOf(live: Live, file: EdsFile, name: string): string {
  const of = parts(name, live)
  return of.what === 'weight' ? weightOf(live, of) : inFile(live, file, name)
}

function inFile(live: Live, file: EdsFile, name: string): string {
  const { pool, server, what } = parts(name, live)
  const { weight, draining } = edsEndpoint(file, live.assignments.get(pool) ?? pool, server)
  return what === 'weight' ? String(weight) : draining ? 'drain' : 'ready'
}

const sameState = (value: string) => value.replace(/^maint$/, 'drain')

async function write(config: EnvoyConfig, edits: Edit[], signal: AbortSignal, cause: Cause): Promise<void> {
  const path = fileOf(config)
  const live = await liveOf(config, signal)
  const text = await readText(path)
  const file = parseEds(text)
  for (const { name, expect } of edits) {
    const found = { 'running Envoy': foundOf(live, file, name), 'EDS file': inFile(live, file, name) }
    for (const [where, value] of Object.entries(found))
      if (value !== sameState(expect)) throw drifted(`${name} is ${value} in the ${where}, not ${expect}`)
  }
  const before = await updates(config, signal)
  const { restore } = await replaceFile(path, { from: text, to: withEdits(file, edsEdits(live, edits)) }, cause)
  const refusal = await untilSeen(config, edits, before, signal)
  if (refusal === null) return
  const end = await restore().then(
    () => 'the EDS file is as it was',
    (error: Error) => `and the EDS file could not be put back: ${error.message}`,
  )
  throw new EvenkeelError('unreachable', `${refusal}; ${end}`)
}

/** One edit an endpoint: its weight and its state may change at once. */
function edsEdits(live: Live, edits: readonly Edit[]): EdsEdit[] {
  return edits.map(({ name, value }) => {
    const { pool, server, what } = parts(name, live)
    const assignment = live.assignments.get(pool) ?? pool
    return { assignment, server, ...(what === 'weight' ? { weight: Number(value) } : { draining: value !== 'ready' }) }
  })
}

/** Envoy reloads the file by itself, but after a crash nobody has checked that: either it shows the new values soon, or the file is put back. */
async function resume(config: EnvoyConfig, edits: Edit[], signal: AbortSignal, cause: Cause): Promise<void> {
  const path = fileOf(config)
  await clearLeftover(path)
  const live = await liveOf(config, signal)
  const text = await readText(path)
  const file = parseEds(text)
  const written = edits.filter(({ name, value }) => inFile(live, file, name) === value)
  if (written.length === 0) return
  const refusal = await untilSeen(config, written, null, signal)
  if (refusal === null) return
  const back = written.map(({ name, expect, value }) => ({ name, expect: value, value: expect }))
  await replaceFile(path, { from: text, to: withEdits(file, edsEdits(live, back)) }, cause)
}

type Updates = { at: number; success: Map<string, number>; rejected: Map<string, number>; failure: Map<string, number> }

/** How often each cluster took, refused or could not read an update. */
async function updates(config: EnvoyConfig, signal: AbortSignal): Promise<Updates> {
  const at = performance.now()
  const { samples } = parseStats(await adminPage(config, `/stats/prometheus?filter=${encodeURIComponent(STATS_FILTER)}`, signal), null)
  const of = (what: string) =>
    new Map(
      samples
        .filter(({ metric }) => metric === `envoy_cluster_update_${what}_total`)
        .map(({ labels, value }) => [labels?.pool ?? '', value]),
    )
  return { at, success: of('success'), rejected: of('rejected'), failure: of('failure') }
}

/** Null when every value is in force; else why not. `before`: the counters before the file changed; null where they were not read. */
async function untilSeen(config: EnvoyConfig, edits: Edit[], before: Updates | null, signal: AbortSignal): Promise<string | null> {
  const deadline = performance.now() + SEEN_WITHIN_MS
  let missing = ''
  let failures = 0
  while (performance.now() < deadline && !signal.aborted) {
    try {
      const live = await liveOf(config, signal)
      const now = before && (await updates(config, signal))
      const rose = (what: 'success' | 'rejected' | 'failure', pool: string) =>
        now ? (now[what].get(pool) ?? 0) - (before[what].get(pool) ?? 0) : 0
      const pools = [...new Set(edits.map(({ name }) => parts(name, live).pool))]
      const rejected = pools.find((pool) => rose('rejected', pool) > 0)
      if (rejected) {
        const words = nackSince(config.name, before!.at)
        return `Envoy rejected the update of ${rejected} (update_rejected rose${words ? `: ${words}` : '; its log says why'})`
      }
      failures = pools.reduce((sum, pool) => sum + rose('failure', pool), 0)
      // A file that Envoy cannot read will not become readable; a poll that failed is tried again.
      if (failures > 0 && !config.eds?.serve) return 'Envoy could not read the EDS file (update_failure rose): may its user read it?'
      const differs = edits.find(
        ({ name, value }) => !isInForce(live, parts(name, live), value, rose('success', parts(name, live).pool) > 0),
      )
      // Where this counter is not shown, the values alone tell.
      const unseen = pools.find((pool) => now?.success.has(pool) && rose('success', pool) <= 0)
      if (!differs && !unseen) return null
      missing = differs ? `${differs.name} is not ${differs.value} yet` : `update_success of ${unseen} has not risen`
    } catch (error) {
      missing = error instanceof EvenkeelError ? error.message : 'its admin interface does not answer'
    }
    // Anybody may poll and say that he refuses: it counts when Envoy's own counters say that something went wrong.
    const words = before && failures > 0 ? nackSince(config.name, before.at) : null
    if (words) return `Envoy refused what it was served: ${words}`
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {})
  }
  const polls = config.eds?.serve
    ? failures > 0
      ? '; its polls of Evenkeel fail (update_failure rises)'
      : '; is its refresh_delay longer?'
    : ''
  return `Envoy did not take the update in ${SEEN_WITHIN_MS / 1000} s: ${missing}${polls}`
}

/** A host that is ready in the file may fail its health check: that the update was taken has to do then. */
function isInForce({ servers }: Live, { pool, server, what }: ServerPart, value: string, taken: boolean): boolean {
  const found = servers.get(pool)?.get(server)
  if (!found) return false
  if (what === 'weight') return String(found.weight) === value
  return value === 'ready' ? found.up || taken : !found.up
}
