import { maglevTable } from '../lib/rings/algorithms/envoyMaglev.ts'
import { envoyPoints, ringCounts, ringScale } from '../lib/rings/algorithms/envoyRingHash.ts'
import { clusterSlot } from '../lib/rings/algorithms/redisCluster.ts'
import { murmur2 } from '../lib/rings/hashes/murmur2.ts'
import { xxh64 } from '../lib/rings/hashes/xxh64.ts'
import { locate } from '../lib/rings/placement.ts'
import { findProgram } from '../test/daemon.ts'
import { CAPTURED_KEYS, type CapturedRing, hashringRings, libmemcachedRings } from '../test/rings/captured.ts'
import { CLIENT_LIBRARIES, isInstalled, keysFor } from '../test/rings/clientLibraries.ts'
import { maglevVectors, ringVectors } from '../test/rings/envoyVectors.ts'
import { haproxyRouted, haproxySpec, headerCases, startHaproxyRings } from '../test/rings/haproxy.ts'
import { nginxCases, nginxRouted, startNginxRings } from '../test/rings/nginx.ts'
import { keySlots, TAGGED } from '../test/rings/redis.ts'
import { startTwemproxyRings } from '../test/rings/twemproxy.ts'
import { routedKeys } from '../test/routed.ts'
import { startRedis } from '../test/servers.ts'
import type { Row } from './table.ts'

const KEYS = 2_000

/** Keys tried and keys that went where lib/rings predicts, by algorithm. */
class Tally {
  private readonly counts = new Map<string, { rings: number; tried: number; equal: number }>()

  add(algorithm: string, tried: number, equal: number): void {
    const { rings, ...sums } = this.counts.get(algorithm) ?? { rings: 0, tried: 0, equal: 0 }
    this.counts.set(algorithm, { rings: rings + 1, tried: sums.tried + tried, equal: sums.equal + equal })
  }

  rows(against: string, unit = 'keys'): Row[] {
    return [...this.counts].map(([algorithm, { rings, tried, equal }]) => ({
      what: `exact, ${algorithm} against ${against}: ${rings} ${rings === 1 ? 'ring' : 'rings'}, ${tried} ${unit} tried, equal`,
      value: equal,
      goal: { least: tried },
    }))
  }
}

/** Runs where the program is installed; else one row for each algorithm says what is missing. */
async function against(program: string, algorithms: string[], run: (tally: Tally) => Promise<void>): Promise<Row[]> {
  const installed = findProgram(program) !== null
  if (!installed)
    return algorithms.map((algorithm) => ({ what: `exact, ${algorithm} against ${program}`, value: 'skipped: not installed' }))
  const tally = new Tally()
  await run(tally)
  return tally.rows(`the running ${program}`)
}

const agreeing = (keys: readonly string[], seen: readonly (string | null)[], computed: (key: string) => string | null) => {
  // Where nginx falls back to round robin no owner is predicted.
  const foretold = keys.map((key) => computed(key))
  const judged = foretold.filter((owner) => owner !== null).length
  return [judged, foretold.filter((owner, i) => owner !== null && owner === seen[i]).length] as const
}

function captured(rings: CapturedRing[], from: string): Row[] {
  const tally = new Tally()
  for (const { spec, owners } of rings) {
    const computed = locate(spec)
    const equal = CAPTURED_KEYS.filter((key, i) => computed(key) === spec.nodes[Number(owners[i])]!.name).length
    tally.add(spec.algorithm, CAPTURED_KEYS.length, equal)
  }
  return tally.rows(`${from}, captured`)
}

function envoy(): Row[] {
  const tally = new Tally()
  for (const { hosts, minimum, murmur, points } of ringVectors) {
    const placed = envoyPoints(hosts, ringCounts(hosts, ringScale(hosts, minimum)), murmur ? murmur2 : xxh64)
    const isAt = (i: number, host: number, place: bigint) =>
      placed.owners[i] === host && ((BigInt(placed.hi[i]!) << 32n) | BigInt(placed.lo[i]!)) === place
    tally.add('envoy-ring-hash', points.length, points.filter(([host, place], i) => isAt(i, host, place)).length)
  }
  for (const { hosts, table } of maglevVectors) {
    const filled = maglevTable(hosts, table.length)
    tally.add('envoy-maglev', table.length, table.filter((host, slot) => filled[slot] === host).length)
  }
  return tally.rows('Envoy’s own unit tests', 'points or slots')
}

/** Client libraries: asked where they are installed, else as they once answered (lib/rings/fixtures/clients). */
function clientLibraries(): Row[] {
  return CLIENT_LIBRARIES.flatMap((library) => {
    const { ask } = library
    if (!ask || !isInstalled(library))
      return [{ what: `exact, ${library.name}`, value: 'skipped: not installed; captured answers are compared by npm test' }]
    const tally = new Tally()
    const keys = keysFor(library)
    let version = ''
    for (const spec of library.rings) {
      const answer = ask(spec, keys)
      version = answer.version
      const find = locate(spec)
      const equal = keys.filter((key, i) => find(key) === (answer.owners[i] === null ? null : spec.nodes[answer.owners[i]!]!.name)).length
      tally.add(library.name, keys.length, equal)
    }
    return tally.rows(`the library itself, ${version}`)
  })
}

/** Every algorithm compared with the running program, or with captured or published results where Debian has no package. */
export async function exactness(): Promise<Row[]> {
  return [
    ...(await against('haproxy', ['haproxy-consistent', 'haproxy-map'], async (tally) => {
      const keys = routedKeys(KEYS)
      await using haproxy = await startHaproxyRings()
      for (const one of headerCases)
        tally.add(one.algorithm, ...agreeing(keys, await haproxyRouted(haproxy, one.name, keys), locate(haproxySpec(one))))
    })),
    ...(await against('nginx', ['nginx-consistent', 'nginx-hash'], async (tally) => {
      const keys = routedKeys(KEYS, 2)
      await using nginx = await startNginxRings()
      for (const [name, spec] of nginxCases)
        tally.add(spec.algorithm, ...agreeing(keys, await nginxRouted(nginx, name, keys), locate(spec)))
    })),
    ...(await against('nutcracker', ['twemproxy-ketama', 'twemproxy-modula'], async (tally) => {
      const keys = routedKeys(KEYS, 4)
      await using twemproxy = await startTwemproxyRings()
      for (const one of twemproxy.cases) {
        const { spec, owners } = await twemproxy.routed(one, keys)
        tally.add(spec.algorithm, ...agreeing(keys, owners, locate(spec)))
      }
    })),
    ...(await against('redis-server', ['redis-cluster'], async (tally) => {
      const keys = [...routedKeys(KEYS, 3), ...TAGGED]
      await using redis = await startRedis({ config: ['cluster-enabled yes'] })
      const slots = await keySlots(redis.about.port, keys)
      tally.add('redis-cluster', keys.length, keys.filter((key, i) => clusterSlot(key) === slots[i]).length)
    })),
    ...captured(libmemcachedRings(), 'libmemcached 1.1.4'),
    ...captured(hashringRings(), 'npm hashring 3.2.0'),
    ...envoy(),
    ...clientLibraries(),
  ]
}
