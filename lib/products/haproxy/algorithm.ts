import type { Can, Pool } from '../../model/topology.ts'
import type { Beside } from './beside.ts'
import type { FilePool } from './configFile.ts'
import { algorithmIn, HASHED, noSection } from './section.ts'
import type { StatRow } from './stat.ts'

type Seen = { file: FilePool | undefined; stale: string | undefined; bad: string[] }
type Found = Pick<Pool, 'algorithm' | 'balances' | 'fixedWeights'> & { weight: Can; unknown: string[] }

/** How requests are shared, whether this algorithm takes weights at run time (HAProxy's manual, `set weight`), and what of it is not understood. */
export function algorithmOf(row: StatRow, seen: Seen, beside: Beside): Found {
  const found = namedAlgorithm(row, seen, beside)
  const hashes = found.balances === 'hash'
  const unclear = (seen.file?.unclear ?? []).filter(({ touches }) => touches !== 'ring' || hashes)
  const unknown = [...unclear.map(({ text }) => text), ...(seen.stale ? [seen.stale] : []), ...seen.bad]
  if (found.balances === 'unknown' && unknown.length === 0) unknown.push(unknownBecause(found.algorithm, seen.file, beside))
  const certain = seen.bad.length === 0 && unclear.every(({ touches }) => touches !== 'shares')
  return { ...found, balances: certain ? found.balances : 'unknown', unknown }
}

function unknownBecause(algorithm: string, file: FilePool | undefined, { file: given, version }: Beside): string {
  if (algorithm !== 'unknown') return `${algorithm} is not known here: nothing says what it gives to each server`
  if (file && version === null)
    return 'it has no `balance`: that is roundrobin up to HAProxy 3.2 and random since, and the version is not known'
  return noSection(undefined, given, 'algorithm')
}

function namedAlgorithm(row: StatRow, { file, stale }: Seen, beside: Beside): Omit<Found, 'unknown'> {
  const { file: given, version } = beside
  const writable = beside.fixedWeights ?? beside.writable
  const running = row.get('algo') || undefined
  const said = file && algorithmIn(file, version)
  // The page tells none, and of random the statistics say `unknown`: without a `balance` it can be nothing else then.
  const keyword = said ?? (running === 'unknown' && file?.balance === undefined && file && file.mode !== 'log' ? 'random' : running)
  if (keyword === undefined || keyword === 'unknown')
    return refuse('unknown', 'unknown', file ? 'the algorithm is not known for certain' : noSection(stale, given, 'algorithm'))
  const takes = (algorithm: string, balances: Pool['balances']) =>
    writable === true ? { algorithm, balances, weight: true as const } : refuse(algorithm, balances, writable)
  const balance = said !== null && file?.balance !== undefined ? file.balance : keyword
  if (HASHED.has(keyword)) {
    if (!file) return refuse(keyword, 'hash', noSection(stale, given, 'hash type'))
    const doubt = file.unclear.find((one) => one.of === 'hash-type')
    if (doubt) return refuse(balance, 'hash', doubt.text)
    const type = file.hashType?.[0] ?? 'map-based'
    const algorithm = `${balance} ${type}`
    if (type !== 'consistent')
      return fixed(algorithm, 'hash', 'map-based hashing takes only 0 % and 100 % at run time; `hash-type consistent` takes any weight')
    return takes(algorithm, 'hash')
  }
  if (keyword === 'static-rr')
    return fixed(balance, 'weight', 'static-rr takes only 0 % and 100 % at run time; roundrobin takes any weight')
  if (keyword === 'first') return refuse(balance, 'load', 'first fills servers in order and ignores weights')
  if (keyword === 'roundrobin') return takes(balance, 'weight')
  if (keyword === 'leastconn') return takes(balance, 'load')
  // random draws two by weight and takes the less loaded one.
  if (keyword === 'random') return takes(balance, balance === 'random(1)' ? 'weight' : 'load')
  return refuse(balance, 'unknown', `Evenkeel does not know ${balance}: HAProxy itself decides whether it takes a weight`)
}

function refuse(algorithm: string, balances: Pool['balances'], because: string) {
  return { algorithm, balances, weight: { because } }
}

function fixed(algorithm: string, balances: Pool['balances'], because: string) {
  return { ...refuse(algorithm, balances, because), fixedWeights: true }
}
