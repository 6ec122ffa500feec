import type { RingNode, RingSpec } from '../../model/ring.ts'
import { servingOf } from '../../model/serving.ts'
import type { PoolServer } from '../../model/topology.ts'
import { socketOf } from '../../rings/ipAddress.ts'
import { printable } from '../answers.ts'
import type { FilePool } from './configFile.ts'
import { HASHED, keywordOf } from './section.ts'

/** Why no ring says exactly where this pool's keys go, though it hashes; undefined where one does. */
export function noRingBecause(file: FilePool, servers: PoolServer[], version: string | null): string | undefined {
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
  const nameless = type === 'consistent' && key === 'guid' ? file.servers.find(({ guid }) => guid === null) : undefined
  if (nameless) return `the guid of ${printable(nameless.name.slice(0, 60))} is not known for certain, which \`hash-key guid\` hashes`
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
