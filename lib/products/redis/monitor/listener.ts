import { createHash } from 'node:crypto'
import type { KeyReads } from '../../../model/warming.ts'
import { keyText } from '../../answers.ts'
import { type Counts, type HotKeyCount, hottest, remembered } from '../../hotKeys.ts'
import type { RedisLink } from '../link.ts'
import { type Burst, type BurstLimits, listen } from './burst.ts'
import { type CommandSpec, keyPositions, specOf, usualSpec } from './keySpecs.ts'
import { type MonitorLine, readMonitorLine } from './line.ts'
import { emptyMemory } from './memory.ts'

const KEY_MAX = 512
/** A longer one is not remembered for warming. */
const NAME_BYTES_MAX = 1_024
export const NAME_MAX = 64
/** Commands asked about after one burst; the others wait for the next. */
export const ASKED_MAX = 64
export const KNOWN_MAX = 1_000

/** `others`: commands of others than this Evenkeel. */
/** `names`: reads by the bytes of the key, where the cache is to be warmed. */
export type Listened = { burst: Burst; others: number; reads: number; hot: HotKeyCount[]; names?: KeyReads }

/** One burst, counted. Lines are taken apart as they come; only keys, sizes and clients outlive it. */
export async function listenOnce(link: RedisLink, limits: BurstLimits, signal: AbortSignal): Promise<Listened> {
  if (link.monitored.runId !== (link.seen?.runId ?? '')) link.monitored = emptyMemory(link.seen?.runId)
  const { monitored } = link
  const own = await ownAddresses(link, signal)
  const counts: Counts = new Map()
  const names = link.config.warm && new Map<string, number>()
  let reads = 0
  let others = 0
  const unknown = new Map<string, MonitorLine[]>()
  const add = (line: MonitorLine, spec: CommandSpec) => {
    for (const position of keyPositions(spec, line.count, (index) => line.argument(index).toString('latin1'))) {
      const key = line.argument(position)
      count(counts, nameOf(key), line.client)
      if (names && key.length <= NAME_BYTES_MAX) names.set(key.toString('latin1'), (names.get(key.toString('latin1')) ?? 0) + 1)
      reads++
    }
  }
  const burst = await listen(
    link.config,
    limits,
    (text) => {
      const line = readMonitorLine(text)
      if (own.has(line.client)) return
      others++
      const command = line.argument(0).toString('latin1', 0, NAME_MAX).toLowerCase()
      const spec = monitored.specs.get(command)
      if (spec) return add(line, spec)
      const waiting = unknown.get(command)
      if (waiting) waiting.push(line)
      else if (unknown.size < ASKED_MAX) unknown.set(command, [line])
    },
    signal,
  )
  for (const [command, spec] of await askSpecs(link, [...unknown.keys()], signal)) {
    if (monitored.specs.size < KNOWN_MAX) monitored.specs.set(command, spec)
    for (const line of unknown.get(command) ?? []) add(line, spec)
  }
  unknown.clear()
  monitored.bursts = remembered(monitored.bursts, { at: performance.now(), ms: burst.ms, reads, keys: counts })
  return { burst, others, reads, hot: hottest(monitored.bursts), ...(names && { names: { keys: [...names], reads } }) }
}

function count(counts: Counts, key: string, client: string): void {
  const known = counts.get(key) ?? { reads: 0, clients: new Map<string, number>() }
  counts.set(key, known)
  known.reads++
  known.clients.set(client, (known.clients.get(client) ?? 0) + 1)
}

/** A key as text. A very long one is cut, with a hash that distinguishes it from others with the same beginning. */
function nameOf(key: Buffer): string {
  if (key.length <= KEY_MAX) return keyText(key)
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 8)
  return `${keyText(key.subarray(0, KEY_MAX))}… (${key.length} bytes, ${hash})`
}

/** Where the keys of those commands stand, from the server itself; what is usual where it does not say. */
export async function askSpecs(link: RedisLink, commands: string[], signal: AbortSignal): Promise<[string, CommandSpec][]> {
  if (commands.length === 0) return []
  try {
    const rows = await link.client.call(['COMMAND', 'INFO', ...commands], signal)
    return commands.map((command, i) => [command, specOf(command, Array.isArray(rows) ? rows[i] : null)])
  } catch {
    // COMMAND is blocked on several services.
    return commands.map((command) => [command, usualSpec(command)])
  }
}

/** This Evenkeel's connections as MONITOR shows them. Over a unix socket all clients look alike: there our commands count as no reads. */
export async function ownAddresses(link: RedisLink, signal: AbortSignal): Promise<Set<string>> {
  const own = new Set(link.own)
  try {
    const answer = String(await link.client.call(['CLIENT', 'INFO'], signal))
    const address = /(?:^| )addr=(\S+)/.exec(answer)?.[1]
    if (address && !address.startsWith('/')) own.add(address)
  } catch {
    // Redis before 6.2, or CLIENT is hidden.
  }
  return own
}
