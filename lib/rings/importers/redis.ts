import type { RingNode, RingSpec } from '../../model/ring.ts'
import { calls, type Group, groupOf, groupsIn, keyedBy, stringsIn, textOf } from './literals.ts'
import { refuse, some } from './servers.ts'

/** go-redis's Ring: what is hashed is the shard's name, the key of `Addrs`. */
export function goRedis(text: string, source: Group): RingSpec | null {
  const [options] = calls(source, /\bRingOptions$/)
  if (!options || !text.includes('Addrs')) return null
  if ([...keyedBy(options, 'NewConsistentHash', 'Hash')].length > 0)
    throw refuse('RingOptions have a hash of their own here (NewConsistentHash), which is not known')
  const [addrs] = keyedBy(options, 'Addrs')
  const nodes =
    (addrs &&
      groupOf(addrs)?.entries.flatMap((entry): RingNode[] => {
        const address = textOf(entry)
        return entry.key === null || address === null ? [] : [{ name: entry.key, address }]
      })) ??
    []
  return { algorithm: 'rendezvous', options: { client: 'go-redis' }, nodes: some("go-redis's Ring", nodes) }
}

/** Predis's client-side sharding: nodes as URIs or as arrays, in the order in which they are given. */
export function predis(text: string, source: Group): RingSpec | null {
  if (!/\bPredis\b/.test(text)) return null
  const [client] = calls(source, /Client$/)
  const parameters = client?.entries[0] && groupOf(client.entries[0])
  if (!parameters) throw refuse('Predis: expected `new Predis\\Client([…])` with a list of nodes')
  const cluster = [...keyedBy(source, 'cluster')].map(textOf)
  if (cluster.some((name) => /^redis$/.test(name ?? '')))
    throw refuse('This is Predis with Redis Cluster, whose keys follow slots: paste CLUSTER NODES')
  const ketama = /\bKetamaRing\b/.test(text)
  const nodes = some(
    'Predis',
    parameters.entries.flatMap(({ values: [value] }) =>
      value === undefined ? [] : value.kind === 'atom' ? (value.quoted ? [ofUri(value.text)] : []) : [ofArray(value)],
    ),
  )
  return ketama ? { algorithm: 'ketama', options: { client: 'predis' }, nodes } : { algorithm: 'predis', nodes }
}

const REDIS_PORT = '6379'
function ofUri(text: string): RingNode {
  const found = /^(?:(tcp|redis|rediss|tls):\/\/)?(?:[^/?]*@)?(\[[^\]]+\]|[^:/?@]+)(?::(\d{1,5}))?(?:\/[^?]*)?(?:\?(.*))?$/.exec(
    text.trim(),
  )
  if (!found) throw refuse('Predis: a node is not tcp://HOST:PORT?alias=NAME&weight=N')
  const query = new URLSearchParams(found[4] ?? '')
  return predisNode(found[2]!, found[3], query.get('alias'), query.get('weight'))
}

function ofArray(array: Group): RingNode {
  const of = (name: string) => {
    const entry = array.entries.find(({ key }) => key === name)
    return entry ? textOf(entry) : null
  }
  return predisNode(of('host') ?? '127.0.0.1', of('port') ?? undefined, of('alias'), of('weight'))
}

function predisNode(host: string, port: string | undefined, alias: string | null, weight: string | null): RingNode {
  const address = `${host}:${port ?? REDIS_PORT}`
  if (weight !== null && !/^\d{1,9}$/.test(weight)) throw refuse(`Predis: the weight of ${address.slice(0, 80)} is no whole number`)
  return { name: alias ?? address, ...(alias === null ? {} : { address }), ...(weight === null ? {} : { weight: Number(weight) }) }
}

/** `Redis::Distributed` of redis-rb: its nodes' ids are hashed, which a release before 5 writes with the database. */
export function redisRb(text: string, source: Group): RingSpec | null {
  const [call] = calls(source, /^Redis::Distributed\.new$/)
  const list = call ?? (/\bRedis::Distributed\.new\b/.test(text) ? source : null)
  if (!list) return null
  if ([...keyedBy(list, 'ring', 'tag')].length > 0)
    throw refuse('Redis::Distributed has a `ring` or `tag` of its own here, which is not known')
  const urls = stringsIn(list).filter((one) => /^rediss?:\/\//.test(one))
  const hashes = [...groupsIn(list)].filter(({ entries }) => entries.some(({ key }) => key === 'host'))
  const nodes = [
    ...urls.map(idOf),
    ...hashes.map((hash) => idOf(`redis://${wordOf(hash, 'host')}:${wordOf(hash, 'port') ?? REDIS_PORT}/${wordOf(hash, 'db') ?? 0}`)),
  ]
  return { algorithm: 'redis-rb', nodes: some('Redis::Distributed', nodes) }
}

function wordOf(group: Group, name: string): string | null {
  const entry = group.entries.find(({ key }) => key === name)
  return entry ? textOf(entry) : null
}

function idOf(text: string): RingNode {
  const found = /^(rediss?):\/\/(?:[^/]*@)?(\[[^\]]+\]|[^:/?@]+)(?::(\d{1,5}))?(?:\/(\d{0,4}))?$/.exec(text)
  if (!found) throw refuse('Redis::Distributed: a node is not redis://HOST:PORT')
  const [, scheme, host, port = REDIS_PORT, db = '0'] = found
  if (db !== '0' && db !== '')
    throw refuse(
      'Redis::Distributed: nodes with a database are hashed as their release prints them. Give the ring as a RingSpec, with the text of `redis.id` as each address',
    )
  return { name: `${host}:${port}`, address: `${scheme}://${host}:${port}` }
}
