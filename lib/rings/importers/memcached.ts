import type { RingNode, RingSpec } from '../../model/ring.ts'
import { calls, type Group, groupOf, keyedBy, stringsIn, textOf } from './literals.ts'
import { listed, NO_SERVERS, refuse, serverOf, some, unweighted } from './servers.ts'

/** gomemcache: `memcache.New("10.0.0.1:11211", …)`, or servers set in its ServerList. */
export function gomemcache(text: string, source: Group): RingSpec | null {
  const found = calls(source, /(^memcache\.New|\.SetServers)$/)
  if (found.length === 0 || !/\bmemcache\b/.test(text)) return null
  return {
    algorithm: 'modulo',
    options: { client: 'gomemcache' },
    nodes: unweighted(some('gomemcache', found.flatMap(stringsIn).map(serverOf))),
  }
}

/** memjs: servers between commas in one string, each with its user and password. */
export function memjs(text: string, source: Group): RingSpec | null {
  const [call] = calls(source, /\bClient\.create$/)
  if (!call || !/memjs/i.test(text)) return null
  const value = call.entries[0] ? textOf(call.entries[0]) : null
  const quoted = call.entries[0]?.values.some((one) => one.kind === 'atom' && one.quoted)
  if (!value || !quoted) throw refuse(`memjs ${NO_SERVERS}`)
  return { algorithm: 'modulo', options: { client: 'memjs' }, nodes: unweighted(listed(value).map(serverOf)) }
}

/** spymemcached and the AWS client: the remainder, or ketama where the factory says so. */
export function spymemcached(text: string, source: Group): RingSpec | null {
  if (!/\b(MemcachedClient|AddrUtil)\b/.test(text)) return null
  const addresses = calls(source, /AddrUtil\.getAddresses$/)
    .flatMap(stringsIn)
    .flatMap(listed)
  const sockets = calls(source, /\bInetSocketAddress$/).map(({ entries }) => entries.map(textOf).join(':'))
  const nodes = some('spymemcached', [...addresses, ...sockets].map(javaNode))
  const consistent = /\bLocator\.CONSISTENT\b/.test(text)
  if (!consistent && !/\bKetamaConnectionFactory\b/.test(text))
    return { algorithm: 'modulo', options: { client: 'spymemcached' }, nodes: unweighted(nodes) }
  if (consistent && !/\bKETAMA_HASH\b/.test(text))
    throw refuse('spymemcached: Locator.CONSISTENT is known here with `setHashAlg(DefaultHashAlgorithm.KETAMA_HASH)` alone')
  const named = nodes.find(({ name }) => !name.includes('/') && !/^[\d.]+:\d+$/.test(name))
  if (named)
    throw refuse(
      `spymemcached hashes a server as Java prints it, name and address: write ${named.name} as ${named.name.replace(/:(\d+)$/, '/ADDRESS:$1')}`,
    )
  return { algorithm: 'ketama', options: { client: 'spymemcached' }, nodes }
}

/** `10.0.0.1:11211`, or `cache-a/10.0.0.1:11211`. */
function javaNode(text: string): RingNode {
  const [, host, place = ''] = /^([\w.-]+)\/(.+)$/.exec(text) ?? [null, null, text]
  const { name } = serverOf(place)
  return { name: host ? `${host}/${name}` : name }
}

/** memcached's own proxy: pools of its route library, or those that Lua makes of backends. */
export function memcachedProxy(_text: string, source: Group): RingSpec | null {
  const pools = calls(source, /^mcp\.pool$/)
  const listedPools = calls(source, /^pools$/).flatMap(({ entries }) => entries)
  if (pools.length + listedPools.length === 0) return null
  if (pools.length + listedPools.length > 1) throw refuse('The text has several pools: paste the one whose ring it is')
  const options = pools[0] ?? groupOf(listedPools[0]!) ?? source
  const dist = [...keyedBy(source, 'dist')].map(textOf)[0]
  if (dist !== undefined && dist !== 'mcp.dist_jump_hash' && dist !== 'jump_hash')
    throw refuse(`memcached's proxy: the distribution ${(dist ?? 'of this pool').slice(0, 60)} is not known here, jump hashing is`)
  const strange = [...keyedBy(source, 'hash', 'key_hash')].map(textOf).find((hash) => hash !== null && !/xxhash|xx3/i.test(hash))
  if (strange !== undefined) throw refuse(`memcached's proxy: the hash ${strange!.slice(0, 60)} is not known here`)
  const backends = calls(source, /^(mcp\.)?backend$/).map(({ entries }) => entries.map(textOf))
  const nodes =
    backends.length > 0 ? backends.map(([, host, port]) => serverOf(port ? `${host}:${port}` : String(host))) : ofBackends(options)
  const filter = [...keyedBy(source, 'filter')].map(textOf)[0]
  const conf = [...keyedBy(source, 'filter_conf')].map(textOf)[0] ?? undefined
  const seed = [...keyedBy(source, 'seed')].map(textOf)[0] ?? undefined
  return {
    algorithm: 'jump',
    options: {
      client: 'memcached-proxy',
      ...(filter && conf ? (/tags/.test(filter) ? { hashTag: conf } : { hashStop: conf }) : {}),
      ...(seed ? { seed } : {}),
    },
    nodes: unweighted(some("memcached's proxy", nodes)),
  }
}

function ofBackends(pool: Group): RingNode[] {
  const [list] = keyedBy(pool, 'backends')
  const group = list && groupOf(list)
  return group ? stringsIn(group).map(serverOf) : []
}

/** Loki, Mimir, Tempo and Thanos: `addresses:` of a memcached client of dskit. */
export function dskit(text: string): RingSpec | null {
  if (!/\bmemcached(_client)?\b/.test(text)) return null
  const found = /^[ \t]*(?:-[ \t]+)?(?:addresses|-[\w.-]*memcached\.addresses)[:=][ \t]*(\[[^\]]*\]|[^\n]*(?:\n[ \t]*-[ \t][^\n]*)*)/m.exec(
    text,
  )?.[1]
  if (found === undefined) return null
  if (/\bdns(srv|srvnoa)?\+/.test(found))
    throw refuse('These addresses are looked up while it runs (dns+): paste what they resolve to, as addresses: "a:11211,b:11211"')
  if (/consistent_hash:\s*false/.test(text))
    throw refuse('consistent_hash: false is the remainder over the addresses as they resolve: give it as gomemcache and its servers')
  const nodes = listed(found.replace(/["'[\]]|^[ \t]*-[ \t]/gm, ' ').replace(/#[^\n]*/g, ' ')).map(serverOf)
  return { algorithm: 'jump', options: { client: 'dskit' }, nodes: unweighted(some('dskit', nodes)) }
}
