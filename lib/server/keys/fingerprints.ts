import type { FingerprintView } from '../../model/answers/slow.ts'
import type { LargeEntry, SlowEntry } from '../../model/record.ts'
import { iso } from '../http/iso.ts'

const HOUR = 3_600_000
/** Hours of the trend, the present one last. */
const HOURS = 24
const CLIENTS = 3

type Log = FingerprintView['log']
/** An entry of any log; `value` in µs or bytes. */
type Entry = {
  log: Log
  target: string
  at: number
  value: number
  fingerprint: string
  client: string | undefined
  key: string | undefined
}

type Sum = Pick<FingerprintView, 'log' | 'fingerprint' | 'count' | 'total' | 'trend'> & {
  first: number
  last: number
  max: Entry
  targets: Map<string, number>
  clients: Map<string, number>
}

export const ofSlow = ({ target, at, durationUs, command, fingerprint, client, clientName }: SlowEntry): Entry => ({
  log: 'slow',
  target,
  at,
  value: durationUs,
  // Entries of an older Evenkeel: by the command's name.
  fingerprint: fingerprint ?? (command[0] ?? '').toUpperCase(),
  client: clientName ?? hostOf(client),
  key: command[1],
})

export const ofLarge = ({ log, target, at, bytes, fingerprint, key, client, clientName }: LargeEntry): Entry => ({
  log,
  target,
  at,
  value: bytes,
  fingerprint,
  client: clientName ?? hostOf(client),
  key,
})

/** Counts entries of one kind together, over all targets: the costliest first within each log. */
export function fingerprints(entries: Iterable<Entry>, now: number): FingerprintView[] {
  const sums = new Map<string, Sum>()
  const firstHour = Math.floor(now / HOUR) - HOURS + 1
  for (const entry of entries) {
    const { log, fingerprint, at, value, target, client } = entry
    const id = `${log} ${fingerprint}`
    let sum = sums.get(id)
    if (!sum) {
      sum = {
        log,
        fingerprint,
        count: 0,
        total: 0,
        trend: Array<number>(HOURS).fill(0),
        first: at,
        last: at,
        max: entry,
        targets: new Map(),
        clients: new Map(),
      }
      sums.set(id, sum)
    }
    sum.count++
    sum.total += value
    sum.first = Math.min(sum.first, at)
    sum.last = Math.max(sum.last, at)
    if (value > sum.max.value) sum.max = entry
    const hour = Math.floor(at / HOUR) - firstHour
    if (hour >= 0 && hour < HOURS) sum.trend[hour]! += 1
    add(sum.targets, target)
    if (client) add(sum.clients, client)
  }
  return [...sums.values()].map(viewOf).sort((a, b) => b.total - a.total || (a.fingerprint < b.fingerprint ? -1 : 1))
}

function viewOf({ first, last, max, targets, clients, ...sum }: Sum): FingerprintView {
  return {
    ...sum,
    max: max.value,
    maxAt: { target: max.target, at: iso(max.at), ...(max.key === undefined ? {} : { key: max.key }) },
    firstAt: iso(first),
    lastAt: iso(last),
    targets: commonest(targets),
    clients: commonest(clients).slice(0, CLIENTS),
  }
}

const add = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1)
const commonest = (counts: Map<string, number>) => [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name)

/** A client without a name, by its host. */
const hostOf = (client: string | undefined) => client?.replace(/:\d+$/, '')
