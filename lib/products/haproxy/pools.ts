import type { RingNode, RingSpec } from '../../model/ring.ts'
import { servingOf } from '../../model/serving.ts'
import type { Can, Pool, PoolAbilities, PoolServer } from '../../model/topology.ts'
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
export function poolsOf({ pools, servers, serversLeft }: Stat, beside: Beside): Omit<Pool, 'target'>[] {
  const active = poolsWithActive(servers)
  const byPool = Map.groupBy(servers, poolOf)
  const stateOfServer = new Map(beside.state?.map((row) => [`${row.pool}/${row.server}`, row]))
  return pools.map((row) => {
    const name = poolOf(row)
    const file = fileOf(row, beside.file)
    const lines = new Map(file?.servers.map((server) => [server.name, server]))
    const own = (byPool.get(name) ?? []).map((server) =>
      poolServer(
        server,
        isBackup(server) && active.has(name),
        lines.get(serverOf(server)),
        stateOfServer.get(`${name}/${serverOf(server)}`),
      ),
    )
    const noRing = file ? noRingBecause(file, own) : undefined
    const ring = noRing === undefined ? ringOf(file, own, beside.version) : undefined
    const { weight, ...algorithm } = algorithmOf(row, file, beside)
    const tunable = tunableOf(name, algorithm, ring)
    const consistent = consistentOf(tunable)
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
      ...(file?.sticky ? { sticky: file.sticky } : {}),
      ...(ring ? { ring } : {}),
      ...(noRing ? { ringBecause: noRing } : {}),
      ...(file && beside.file ? { reload: reloadOf(file, beside.file, beside.socket) } : {}),
      ...(serversLeft.has(name) ? { serversLeft: serversLeft.get(name)! } : {}),
      servers: own,
    }
  })
}

/** `set server … state` is taken in every algorithm, `set server … weight` not. A slow start asks for both by itself. */
const abilitiesOf = (weight: Can, writable: true | string): PoolAbilities => {
  const can = writable === true || { because: writable }
  return { weight, state: can, slowStart: can }
}

/** The file's section of this pool; none where the file says another algorithm than the one that runs: it was changed, not reloaded. */
function fileOf(row: StatRow, file: ConfigFile | null): FilePool | undefined {
  const found = file?.pools.find((pool) => pool.name === row.get('pxname'))
  const running = row.get('algo')
  return found && running && running !== 'unknown' && running !== keywordOf(found.balance) ? undefined : found
}

const keywordOf = (balance: string) => /^[a-z_-]+/.exec(balance)?.[0] ?? balance

function poolServer(row: StatRow, idleBackup: boolean, file: FileServer | undefined, state: StateRow | undefined): PoolServer {
  const { needed, optional } = numbersIn(row)
  const throttle = optional('throttle')
  const agent = file?.agentCheck || (row.get('agent_status') ?? '') !== ''
  const otherWriter = agent ? 'an agent check' : throttle !== undefined && throttle < 100 ? `slowstart, at ${throttle} %` : undefined
  const weightFile = file?.weight ?? state?.weightInitial
  const seen = { name: serverOf(row), ...weightsOf(row, idleBackup), state: stateOf(row) }
  const fileLine = file && fileLineOf(seen, { ...file, weight: weightFile })
  return {
    ...seen,
    address: row.get('addr') || state?.address || '',
    id: needed('sid'),
    ...(isBackup(row) ? { backup: true } : {}),
    ...(weightFile === undefined ? {} : { weightFile }),
    ...(state === undefined ? {} : { weightInitial: state.weightInitial }),
    ...(fileLine ? { fileLine } : {}),
    ...(file?.slowstart ? { slowstart: true } : {}),
    ...(otherWriter ? { otherWriter } : {}),
  }
}

/** How requests are shared, and whether this algorithm takes weights at run time (HAProxy's manual, `set weight`). */
function algorithmOf(
  row: StatRow,
  file: FilePool | undefined,
  { writable }: Beside,
): Pick<Pool, 'algorithm' | 'balances' | 'fixedWeights'> & { weight: Can } {
  const running = row.get('algo') || undefined
  const keyword = file ? keywordOf(file.balance) : running
  // The page tells none, and 2.6 calls `random` unknown.
  if (keyword === undefined || keyword === 'unknown')
    return refuse('unknown', 'unknown', 'the statistics do not tell the algorithm: give `config`, the path of haproxy.cfg')
  const takes = (algorithm: string, balances: Pool['balances']) =>
    writable === true ? { algorithm, balances, weight: true as const } : refuse(algorithm, balances, writable)
  if (HASHED.has(keyword)) {
    if (!file) return refuse(keyword, 'hash', 'the statistics do not tell the hash type: give `config`, the path of haproxy.cfg')
    const type = file.hashType?.[0] ?? 'map-based'
    const algorithm = `${file.balance} ${type}`
    if (type !== 'consistent')
      return fixed(algorithm, 'hash', 'map-based hashing takes only 0 % and 100 % at run time; `hash-type consistent` takes any weight')
    return takes(algorithm, 'hash')
  }
  const algorithm = file?.balance ?? keyword
  if (keyword === 'static-rr')
    return fixed(algorithm, 'weight', 'static-rr takes only 0 % and 100 % at run time; roundrobin takes any weight')
  if (keyword === 'first') return refuse(algorithm, 'load', 'first fills servers in order and ignores weights')
  if (keyword === 'roundrobin') return takes(algorithm, 'weight')
  if (keyword === 'leastconn') return takes(algorithm, 'load')
  // random draws two by weight and takes the less loaded one; the statistics call it unknown.
  if (keyword === 'random') return takes(algorithm, algorithm === 'random(1)' ? 'weight' : 'load')
  return refuse(algorithm, 'unknown', `Evenkeel does not know ${algorithm}: HAProxy itself decides whether it takes a weight`)
}

function refuse(algorithm: string, balances: Pool['balances'], because: string) {
  return { algorithm, balances, weight: { because } }
}

function fixed(algorithm: string, balances: Pool['balances'], because: string) {
  return { ...refuse(algorithm, balances, because), fixedWeights: true }
}

/** Why no ring says exactly where this pool's keys go, though it hashes; undefined where one does, or where nothing is hashed. */
function noRingBecause(file: FilePool, servers: PoolServer[]): string | undefined {
  const keyword = keywordOf(file.balance)
  if (!HASHED.has(keyword)) return undefined
  const options = optionsBecause(file)
  if (options) return options
  const known = new Set(file.servers.map(({ name }) => name))
  const ids = new Set(servers.map(({ id }) => id))
  let next = 1
  while (ids.has(next)) next++
  const added = servers.find((server) => !known.has(server.name) && mayHashAsZero(server, next))
  if (added)
    return `${added.name} was added at run time: without \`id N\` HAProxy hashes it as id 0 until the next reload, and nothing tells whether it had one`
  return undefined
}

/** Options of the file with which keys go elsewhere than to the nearest point of an id. */
function optionsBecause(file: FilePool): string | undefined {
  if (file.hashBalanceFactor)
    return `hash-balance-factor ${file.hashBalanceFactor} hands on what is too much for a server: the hash tells only which one is asked first`
  if (file.hashPreserveAffinity && file.hashPreserveAffinity !== 'always')
    return `hash-preserve-affinity ${file.hashPreserveAffinity} hands on what is too much for a server: the hash tells only which one is asked first`
  const keyed = file.servers.find(({ hashKey }) => hashKey !== undefined && hashKey !== 'id')
  if (keyed) return `${keyed.name} has its points from \`hash-key ${keyed.hashKey}\`, which is not computed here`
  if (file.hashType?.includes('none')) return 'hash-type … none takes the key itself for a number, which is not computed here'
  return undefined
}

/** One that is not in the file, takes keys, and has an id that HAProxy itself would have given it (seen in 2.6: `add server`): all lower ones are taken. */
const mayHashAsZero = ({ id, state, weightSet }: PoolServer, firstFree: number) => state === 'up' && weightSet !== 0 && id <= firstFree

/** The pool's ring, where its options make one that is exact. */
export function ringOf(file: FilePool | undefined, servers: RingServer[], version: string | null): RingSpec | undefined {
  if (!file || !HASHED.has(keywordOf(file.balance)) || servers.length === 0 || optionsBecause(file) !== undefined) return undefined
  const [type = 'map-based', ...rest] = file.hashType ?? []
  const functionName = rest.find((word) => ['sdbm', 'djb2', 'wt6', 'crc32'].includes(word)) as 'sdbm' | undefined
  const serving = servingOf({ servers, firstBackupOnly: !file.allBackups })
  const backups = serving[0]?.backup === true
  const nodes = servers
    .filter((server) => Boolean(server.backup) === backups)
    .map((server) => ({
      ...nodeOf(server),
      ...(backups && server.state === 'up' && !serving.includes(server) && { state: 'down' as const }),
    }))
  const number = /^\d+\.\d+\.\d+/.exec(version ?? '')?.[0]
  return {
    algorithm: type === 'consistent' ? 'haproxy-consistent' : 'haproxy-map',
    nodes,
    options: {
      ...(functionName ? { function: functionName } : {}),
      ...(rest.includes('avalanche') ? { avalanche: true } : {}),
      ...(keywordOf(file.balance) === 'source' ? { input: 'source' as const } : {}),
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
