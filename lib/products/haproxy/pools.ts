import type { RingNode, RingSpec } from '../../model/ring.ts'
import { servingOf } from '../../model/serving.ts'
import type { Can, Pool, PoolAbilities, PoolServer } from '../../model/topology.ts'
import { socketOf } from '../../rings/ipAddress.ts'
import type { SocketAddress } from '../exchange.ts'
import type { ConfigFile, FilePool, FileServer } from './configFile.ts'
import { fileLineOf, reloadOf } from './lasting.ts'
import type { StateRow } from './serversState.ts'
import { isBackup, numbersIn, poolOf, poolsWithActive, type Stat, type StatRow, serverOf, stateOf, weightsOf } from './stat.ts'
import { consistentOf, tunableOf } from './written.ts'

/** What is known beside the statistics. */
export type Beside = {
  state: StateRow[] | null
  file: ConfigFile | null
  version: string | null
  /** True, or why nothing can be set at run time. */
  writable: true | string
  /** The admin socket. */
  socket: SocketAddress | null
}

/** HAProxy takes weights up to this; 0 takes a server out of new requests. */
const WEIGHT_MAX = 256

const HASHED = new Set(['source', 'uri', 'url_param', 'hdr', 'rdp-cookie', 'hash'])

/** The pools as they are now, with their rings where the file tells how they hash. */
export function poolsOf(stat: Stat, beside: Beside): Omit<Pool, 'target'>[] {
  const { servers, serversLeft } = stat
  const active = poolsWithActive(servers)
  const byPool = Map.groupBy(servers, poolOf)
  const badIn = Map.groupBy(stat.bad, ({ pool }) => pool)
  const stateOfServer = new Map(beside.state?.map((row) => [`${row.pool}/${row.server}`, row]))
  const sections = new Map(beside.file?.pools.map((pool) => [pool.name, pool]))
  return withMissing(stat.pools, byPool).map((row) => {
    const name = poolOf(row)
    const { file, stale } = fileOf(row, sections, beside.version)
    const lines = new Map(file?.servers.map((server) => [server.name, server]))
    const own = (byPool.get(name) ?? []).map((server) =>
      poolServer(server, {
        idleBackup: isBackup(server) && active.has(name),
        line: lines.get(serverOf(server)),
        state: stateOfServer.get(`${name}/${serverOf(server)}`),
        hasFile: beside.file !== null,
      }),
    )
    const badRows = badIn.get(name) ?? []
    const bad = badRows.map(({ row: named, because }) => `the row of ${named} cannot be read: ${because}`)
    const left = serversLeft.get(name) ?? badRows.filter(({ isServer }) => isServer).length
    const { weight, unknown, ...algorithm } = algorithmOf(row, { file, stale, bad }, beside)
    const noRing = algorithm.balances === 'hash' && file ? noRingBecause(file, own, beside.version) : undefined
    const ring = algorithm.balances === 'hash' && noRing === undefined ? ringOf(file, own, beside.version) : undefined
    const tunable = tunableOf(name, algorithm, ring)
    const consistent = consistentOf(tunable)
    const sticky = file ? file.sticky : stickyOf(byPool.get(name) ?? [])
    return {
      name,
      ...algorithm,
      ...(tunable ? { tunable } : {}),
      ...(consistent ? { consistent } : {}),
      can: abilitiesOf(weight, beside.writable),
      weightMax: WEIGHT_MAX,
      lasting: {
        because: 'a weight set at run time is lost when HAProxy reloads',
        section: `backend ${name}`,
        line: 'server NAME … weight WEIGHT',
      },
      ...(file?.allBackups ? {} : { firstBackupOnly: true }),
      ...(sticky ? { sticky } : {}),
      ...(ring ? { ring } : {}),
      ...(noRing ? { ringBecause: noRing } : {}),
      ...(unknown.length > 0 ? { unknown } : {}),
      ...(file && beside.file ? { reload: reloadOf(file, beside.file, beside.socket) } : {}),
      ...(left > 0 ? { serversLeft: left } : {}),
      servers: own,
    }
  })
}

/** The rows of pools, and a bare one for a pool of which only servers could be read. */
function withMissing(pools: readonly StatRow[], byPool: ReadonlyMap<string, StatRow[]>): StatRow[] {
  const known = new Set(pools.map(poolOf))
  const missing = [...byPool].filter(([name]) => !known.has(name))
  const bare = missing.map(([, [server]]): StatRow => ({ get: (column) => (column === 'pxname' ? server!.get(column) : undefined) }))
  return [...pools, ...bare]
}

/** Where no file tells of cookies: the socket, and a page with `stats show-legends`, tell which server has one. */
const stickyOf = (servers: readonly StatRow[]) => (servers.some((row) => row.get('cookie')) ? 'a cookie' : undefined)

/** `set server … state` is taken in every algorithm, `set server … weight` not. A slow start asks for both by itself. */
const abilitiesOf = (weight: Can, writable: true | string): PoolAbilities => {
  const can = writable === true || { because: writable }
  return { weight, state: can, slowStart: can }
}

/** The algorithms that `show stat` calls by their names; it says `unknown` of every other one (`backend_lb_algo_str` of HAProxy's backend.c). */
const NAMED = new Set(['roundrobin', 'static-rr', 'leastconn', 'first', 'source', 'uri', 'url_param', 'hdr', 'rdp-cookie'])

/** The algorithm without `balance`: 3.3 made it random (its commit 93cc18ac4), roundrobin before; null where the version is not known. */
function usualAlgorithm(version: string | null): string | null {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? []
  if (major === undefined) return null
  return Number(major) > 3 || (Number(major) === 3 && Number(minor) >= 3) ? 'random' : 'roundrobin'
}

/** The algorithm of a section, by its first word; null where the file does not tell it for certain. */
function algorithmIn(file: FilePool, version: string | null): string | null {
  if (file.unclear.some((one) => one.of === 'balance')) return null
  return file.balance === undefined ? usualAlgorithm(version) : keywordOf(file.balance)
}

/** The file's section of this pool; none, and why, where the file says another algorithm than the one that runs: it was changed, not reloaded. */
function fileOf(row: StatRow, sections: ReadonlyMap<string, FilePool>, version: string | null): { file?: FilePool; stale?: string } {
  const found = sections.get(row.get('pxname') ?? '')
  if (!found) return {}
  const [running, said] = [row.get('algo'), algorithmIn(found, version)]
  const same = !running || said === null || (running === 'unknown' ? !NAMED.has(said) : running === said)
  if (same) return { file: found }
  const runs = running === 'unknown' ? 'another algorithm' : running
  return {
    stale: `the file says \`balance ${found.balance ?? said}\`, and ${runs} runs: it was changed and not reloaded, or is not the file that runs`,
  }
}

const keywordOf = (balance: string) => /^[a-z_-]+/.exec(balance)?.[0] ?? balance

type Known = { idleBackup: boolean; line: FileServer | undefined; state: StateRow | undefined; hasFile: boolean }

function poolServer(row: StatRow, { idleBackup, line, state, hasFile }: Known): PoolServer {
  const { needed, optional } = numbersIn(row)
  const throttle = optional('throttle')
  // Empty where an agent is switched off at run time; HAProxy before 1.7 has no such column.
  const status = row.get('agent_status')
  const agent = status === undefined ? line?.agentCheck : status !== ''
  const slow = throttle !== undefined && throttle < 100 ? `slowstart, at ${throttle} %` : undefined
  const otherWriter = agent ? 'an agent check' : ofDns(line, state) ? 'DNS, by its SRV record,' : slow
  // Without a configured file, what HAProxy read at its start is used instead; a server that a given file does not have is in no file.
  const weightFile = hasFile ? line?.weight : state?.weightInitial
  const seen = { name: serverOf(row), ...weightsOf(row, idleBackup), state: stateOf(row) }
  // `MAINT (resolution)`, `MAINT (via …)`, `DRAIN (agent)`: HAProxy itself has set these, and no line of the file would.
  const isSet = !/^(MAINT|DRAIN) ?\(/.test(row.get('status') ?? '')
  const fileLine = line && fileLineOf(isSet || line.disabled ? seen : { ...seen, state: 'up' }, line)
  return {
    ...seen,
    address: row.get('addr') || state?.address || '',
    id: needed('sid'),
    ...(isBackup(row) ? { backup: true } : {}),
    ...(weightFile === undefined ? {} : { weightFile }),
    ...(state === undefined ? {} : { weightInitial: state.weightInitial }),
    ...(fileLine ? { fileLine } : {}),
    ...(line?.slowstart ? { slowstart: true } : {}),
    ...(otherWriter ? { otherWriter } : {}),
  }
}

/** A server made of an SRV record gets the record's weight at each resolution (HAProxy's manual, `resolve-opts`). */
const ofDns = (line: FileServer | undefined, state: StateRow | undefined) =>
  !line?.ignoresDnsWeight && (state?.srvRecord !== undefined || (line?.template === true && line.address.startsWith('_')))

type Seen = { file: FilePool | undefined; stale: string | undefined; bad: string[] }
type Found = Pick<Pool, 'algorithm' | 'balances' | 'fixedWeights'> & { weight: Can; unknown: string[] }

/** How requests are shared, whether this algorithm takes weights at run time (HAProxy's manual, `set weight`), and what of it is not understood. */
function algorithmOf(row: StatRow, seen: Seen, beside: Beside): Found {
  const found = namedAlgorithm(row, seen.file, beside)
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
  return given ? NOT_IN_FILE : 'the statistics do not report the algorithm: give `config`, the path of haproxy.cfg'
}

const NOT_IN_FILE = 'the file of `config` has no such backend: it was added at run time, or another file runs'

function namedAlgorithm(row: StatRow, file: FilePool | undefined, { writable, file: given, version }: Beside): Omit<Found, 'unknown'> {
  const running = row.get('algo') || undefined
  const said = file && algorithmIn(file, version)
  // The page tells none, and of random the statistics say `unknown`: without a `balance` it can be nothing else then.
  const keyword = said ?? (running === 'unknown' && file?.balance === undefined && file && file.mode !== 'log' ? 'random' : running)
  if (keyword === undefined || keyword === 'unknown')
    return refuse('unknown', 'unknown', given ? (file ? 'the algorithm is not known for certain' : NOT_IN_FILE) : 'the statistics do not report the algorithm: give `config`, the path of haproxy.cfg') // biome-ignore format: one line
  const takes = (algorithm: string, balances: Pool['balances']) =>
    writable === true ? { algorithm, balances, weight: true as const } : refuse(algorithm, balances, writable)
  const balance = said !== null && file?.balance !== undefined ? file.balance : keyword
  if (HASHED.has(keyword)) {
    if (!file) return refuse(keyword, 'hash', given ? NOT_IN_FILE : 'the statistics do not report the hash type: give `config`, the path of haproxy.cfg') // biome-ignore format: one line
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

/** Why no ring says exactly where this pool's keys go, though it hashes; undefined where one does. */
function noRingBecause(file: FilePool, servers: PoolServer[], version: string | null): string | undefined {
  const options = optionsBecause(file)
  if (options) return options
  const known = new Set(file.servers.map(({ name }) => name))
  const added = servers.filter((server) => !known.has(server.name))
  const key = file.hashType?.[0] === 'consistent' ? hashKeyOf(file) : 'id'
  const unaddressed = key.startsWith('addr') ? servers.find(({ address }) => socketOf(address) === null) : undefined
  if (unaddressed) return `the IP address of ${unaddressed.name} is not known, which \`hash-key ${key}\` hashes`
  if (key !== 'id' && added.length > 0)
    return `${added[0]!.name} is not in the file: its \`hash-key\` is not known, and \`add server\` takes none from default-server`
  if (hashesAssignedIds(version)) return undefined
  const ids = new Set(servers.map(({ id }) => id))
  let next = 1
  while (ids.has(next)) next++
  const perhaps = added.find((server) => mayHashAsZero(server, next))
  if (perhaps)
    return `${perhaps.name} was added at run time: without \`id N\` HAProxy before 3.0 hashes it as id 0 until the next reload, and it is not known whether it had one`
  return undefined
}

/**
 * Whether a server that was added at run time is hashed by the id that the statistics show. Since 3.0 its points are made anew when it is enabled
 * (haproxy/haproxy#3413); before, by 0 where it was given no id, but in releases with the fix of June 2026 (2ff861747).
 */
const hashesAssignedIds = (version: string | null) => Number(/^(\d+)\./.exec(version ?? '')?.[1] ?? 0) >= 3

const FUNCTIONS = ['sdbm', 'djb2', 'wt6', 'crc32', 'none'] as const
const KEYS = ['id', 'id32', 'addr', 'addr-port', 'guid'] as const

/** The reason why an option of the file makes the server of a key unpredictable. */
function optionsBecause(file: FilePool): string | undefined {
  const doubt = file.unclear.find(({ touches }) => touches !== 'file')
  if (doubt) return doubt.text
  if (file.hashBalanceFactor)
    return `hash-balance-factor ${file.hashBalanceFactor} passes requests beyond a server's limit to another one: the hash gives only the server that is asked first`
  if (file.hashPreserveAffinity && file.hashPreserveAffinity !== 'always')
    return `hash-preserve-affinity ${file.hashPreserveAffinity} passes requests beyond a server's limit to another one: the hash gives only the server that is asked first`
  const [type = 'map-based', ...rest] = file.hashType ?? []
  const odd = [...(type === 'consistent' || type === 'map-based' ? [] : [type]), ...rest.filter((word) => word !== 'avalanche' && !FUNCTIONS.includes(word as 'none'))] // biome-ignore format: one line
  if (odd[0] !== undefined) return `\`hash-type … ${odd[0]}\` is not known here`
  const key = hashKeyOf(file)
  if (type !== 'consistent' || (KEYS as readonly string[]).includes(key)) return undefined
  return key === '' ? 'the `hash-key` of its servers is not known for certain' : key === 'mixed' ? 'its servers have different `hash-key`s' : `\`hash-key ${key}\` is not known here` // biome-ignore format: one line
}

/** What its servers' points are made of: one of KEYS or a word of the file; `mixed` where they differ, empty where the file does not tell it. */
function hashKeyOf(file: FilePool): string {
  const keys = new Set(file.servers.map(({ hashKey }) => (hashKey === null ? '' : (hashKey ?? 'id'))))
  return keys.has('') ? '' : keys.size > 1 ? 'mixed' : ([...keys][0] ?? 'id')
}

/** One that is not in the file, takes keys, and has an id that HAProxy itself would have given it (seen in 2.6: `add server`): all lower ones are taken. */
const mayHashAsZero = ({ id, state, weightSet }: PoolServer, firstFree: number) => state === 'up' && weightSet !== 0 && id <= firstFree

/** The pool's ring, where its options make one that is exact. */
export function ringOf(file: FilePool | undefined, servers: RingServer[], version: string | null): RingSpec | undefined {
  if (!file || !HASHED.has(keywordOf(file.balance ?? '')) || servers.length === 0 || optionsBecause(file) !== undefined) return undefined
  const [type = 'map-based', ...rest] = file.hashType ?? []
  const consistent = type === 'consistent'
  const functionName = FUNCTIONS.find((word) => rest.includes(word))
  const hashKey = hashKeyOf(file) as (typeof KEYS)[number]
  const guids = new Map(file.servers.map(({ name, guid }) => [name, guid]))
  const serving = servingOf({ servers, firstBackupOnly: !file.allBackups })
  const backups = serving[0]?.backup === true
  const nodes = servers
    .filter((server) => Boolean(server.backup) === backups)
    .map((server) => ({
      ...nodeOf(server),
      ...(consistent && hashKey === 'guid' && guids.get(server.name) ? { label: guids.get(server.name)! } : {}),
      ...(backups && server.state === 'up' && !serving.includes(server) && { state: 'down' as const }),
    }))
  const number = /^\d+\.\d+\.\d+/.exec(version ?? '')?.[0]
  return {
    algorithm: consistent ? 'haproxy-consistent' : 'haproxy-map',
    nodes,
    options: {
      ...(functionName ? { function: functionName } : {}),
      ...(rest.includes('avalanche') ? { avalanche: true } : {}),
      ...(consistent && hashKey !== 'id' ? { hashKey } : {}),
      ...(keywordOf(file.balance ?? '') === 'source' ? { input: 'source' as const } : {}),
      ...(number ? { version: number } : {}),
    },
  }
}

/** Without an id it is left to the server's place: a node put before the others then renumbers them, as in HAProxy. */
type RingServer = Pick<PoolServer, 'name' | 'address' | 'weightSet' | 'state' | 'backup'> & { id?: number }

function nodeOf(server: RingServer): RingNode {
  return {
    name: server.name,
    ...(server.address ? { address: server.address } : {}),
    ...(server.id === undefined ? {} : { id: server.id }),
    weight: server.weightSet,
    // Weight 0 shows as drain; the ring says it by the weight.
    state: server.state === 'drain' && server.weightSet === 0 ? 'up' : server.state,
  }
}
