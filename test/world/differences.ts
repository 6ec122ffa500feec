import type { Reading } from './runCase.ts'
import type { WorldCase } from './worldCase.ts'

/** Of a rate or a value: what rounding and the edges of a run may cost. */
const TOLERANCE = 0.03

/** Where the reading is not what the case must come to, a line each. */
export function differences({ expect }: WorldCase, reading: Reading): string[] {
  const { topology, targets } = reading
  const own = topology.targets[0]
  const sentences = sentencesOf(reading)
  const found: string[] = []
  const differ = (what: string, wanted: unknown, seen: unknown) => found.push(`${what}: ${show(wanted)} expected, ${show(seen)} read`)
  if (reading.refused !== null) found.push(`the configuration was refused: ${reading.refused}`)
  for (const key of ['state', 'version', 'role'] as const)
    if (expect[key] !== undefined && own?.[key] !== expect[key]) differ(key, expect[key], own?.[key] ?? targets[0]?.error)
  if (expect.members) {
    const members = topology.targets.slice(1).map(({ name }) => name)
    const all = expect.members.every((pattern) => members.some((name) => new RegExp(`^${pattern}$`).test(name)))
    if (!all || members.length !== expect.members.length) differ('members', expect.members, members)
  }
  if (expect.pools) comparePools(expect.pools, topology.pools, differ)
  for (const [text, wanted] of Object.entries(expect.series ?? {})) compareSeries(text, wanted, reading, differ)
  for (const [feature, wanted] of Object.entries(expect.capabilities ?? {})) {
    const capability = topology.targets.flatMap(({ capabilities }) => capabilities).find((one) => one.feature === feature)
    const right = typeof wanted === 'boolean' ? capability?.available === wanted : new RegExp(wanted).test(capability?.because ?? '')
    if (!right) differ(`capability ${feature}`, wanted, capability)
  }
  for (const pattern of expect.says ?? [])
    if (!sentences.some((sentence) => new RegExp(pattern).test(sentence))) differ('says', pattern, sentences)
  for (const pattern of expect.neverSays ?? [])
    for (const sentence of sentences) if (new RegExp(pattern).test(sentence)) differ('never says', pattern, sentence)
  if (expect.findings) {
    const rules = [...new Set(reading.fired.map(({ rule }) => rule))].sort()
    if (show(rules) !== show([...expect.findings].sort()))
      differ(
        'findings',
        expect.findings,
        reading.fired.map(({ rule, summary }) => `${rule}: ${summary}`),
      )
  }
  return found
}

type Differ = (what: string, wanted: unknown, seen: unknown) => void

function comparePools(wanted: NonNullable<WorldCase['expect']['pools']>, pools: Reading['topology']['pools'], differ: Differ): void {
  const names = pools.map(({ name }) => name).sort()
  if (show(names) !== show(Object.keys(wanted).sort())) {
    differ('pools', Object.keys(wanted), names)
    return
  }
  for (const [name, { servers, ...fields }] of Object.entries(wanted)) {
    const pool = pools.find((one) => one.name === name)!
    compareFields(`pool ${name}`, fields, pool, differ)
    if (!servers) continue
    const has = pool.servers.map((server) => server.name).sort()
    if (show(has) !== show(Object.keys(servers).sort())) {
      differ(`servers of ${name}`, Object.keys(servers), has)
      continue
    }
    for (const [server, expected] of Object.entries(servers))
      compareFields(`server ${name}/${server}`, expected, pool.servers.find((one) => one.name === server)!, differ)
  }
}

/** Each named field; null: it is absent; a text of the form `/…/` is a pattern. */
function compareFields(what: string, wanted: Record<string, unknown>, seen: object, differ: Differ): void {
  for (const [field, expected] of Object.entries(wanted)) {
    const value = (seen as Record<string, unknown>)[field]
    const right = expected === null ? value === undefined || value === null : holds(expected, value)
    if (!right) differ(`${what}, ${field}`, expected, value)
  }
}

/** Objects may hold more than is expected of them; lists and everything else are equal, or match a pattern. */
function holds(wanted: unknown, seen: unknown): boolean {
  const pattern = typeof wanted === 'string' ? /^\/(.+)\/$/.exec(wanted)?.[1] : undefined
  if (pattern) return new RegExp(pattern).test(show(seen))
  if (wanted !== null && typeof wanted === 'object' && !Array.isArray(wanted))
    return (
      seen !== null &&
      typeof seen === 'object' &&
      Object.entries(wanted).every(([key, value]) => holds(value, (seen as Record<string, unknown>)[key]))
    )
  return show(wanted) === show(seen)
}

function compareSeries(text: string, wanted: number | [number, number] | null, { series }: Reading, differ: Differ): void {
  const [, metric, labels = ''] = /^([\w:]+)(?:\{(.*)\})?$/.exec(text) ?? []
  const where = labels
    .split(',')
    .filter(Boolean)
    .map((part) => part.split(/=(.*)/s) as [string, string])
  const rows = [...series.values()].filter((row) => row.metric === metric && where.every(([name, value]) => row.labels[name] === value))
  if (wanted === null) {
    if (rows.length > 0) differ(text, 'no such series', rows)
    return
  }
  const [row] = rows
  if (rows.length !== 1 || row!.value === null) {
    differ(text, 'one series', rows)
    return
  }
  const [least, most] = typeof wanted === 'number' ? [wanted - Math.abs(wanted) * TOLERANCE, wanted + Math.abs(wanted) * TOLERANCE] : wanted
  if (row!.value < least || row!.value > most) differ(text, wanted, row!.value)
}

/** Every sentence that the pages of this target, its pools and its findings show. */
function sentencesOf({ topology, targets, fired, refused }: Reading): string[] {
  const all = [
    refused,
    ...targets.flatMap(({ error, probes }) => [error, ...probes.map(({ because }) => because)]),
    ...topology.targets.flatMap(({ error, capabilities }) => [
      error,
      ...capabilities.map(({ feature, because }) => because && `${feature}: ${because}`),
    ]),
    ...topology.pools.flatMap(textsOf),
    ...fired.map(({ summary }) => summary),
  ]
  return [...new Set(all.filter((text): text is string => typeof text === 'string' && text !== ''))]
}

/** Texts anywhere in a value that have a space in them: sentences, not names. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.includes(' ') ? [value] : []
  if (value === null || typeof value !== 'object') return []
  return Object.values(value).flatMap(textsOf)
}

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing'
