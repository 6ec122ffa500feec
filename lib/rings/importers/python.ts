import type { RingNode, RingSpec } from '../../model/ring.ts'
import { libmemcachedRing } from './libmemcached.ts'
import { calls, type Entry, type Group, groupOf, groupsIn, keyedBy, textOf } from './literals.ts'
import { listed, refuse, serverOf, serversOf, some, unweighted } from './servers.ts'

/** pymemcache's HashClient, python-memcached, pylibmc, and what Django's CACHES make of them. */
export function python(_text: string, source: Group): RingSpec | null {
  const caches = [...groupsIn(source)].filter(({ entries }) =>
    entries.some((entry) => entry.key === 'BACKEND' && backendOf(entry) !== null),
  )
  if (caches.length > 1) throw refuse('The text has several caches: paste the one whose ring it is')
  if (caches.length === 1) return django(caches[0]!)
  const [hash] = calls(source, /(^|\.)HashClient$/)
  if (hash) return pymemcache(first(hash), hash)
  const [pylibmc] = calls(source, /^pylibmc\.Client$/)
  if (pylibmc) return libmemcachedRing(some('pylibmc', first(pylibmc)), source)
  const [memcache] = calls(source, /^memcache\.Client$/)
  return memcache
    ? { algorithm: 'modulo', options: { client: 'python-memcached' }, nodes: some('python-memcached', weighed(memcache)) }
    : null
}

function backendOf(entry: Entry): 'pymemcache' | 'pylibmc' | 'python-memcached' | null {
  const name = textOf(entry) ?? ''
  if (name.endsWith('PyMemcacheCache')) return 'pymemcache'
  if (name.endsWith('PyLibMCCache')) return 'pylibmc'
  return name.endsWith('.MemcachedCache') ? 'python-memcached' : null
}

function django(cache: Group): RingSpec {
  const backend = backendOf(cache.entries.find(({ key }) => key === 'BACKEND')!)!
  const location = cache.entries.find(({ key }) => key === 'LOCATION')
  const list = location && groupOf(location)
  const nodes = list ? serversOf(list) : location ? listed(textOf(location) ?? '').map((text) => serverOf(text.replace(/^unix:/, ''))) : []
  if (backend === 'pymemcache') return pymemcache(nodes, cache)
  if (backend === 'pylibmc') return libmemcachedRing(some('pylibmc', nodes), cache)
  return { algorithm: 'modulo', options: { client: 'python-memcached' }, nodes: some('python-memcached', nodes) }
}

function pymemcache(nodes: RingNode[], options: Group): RingSpec {
  if ([...keyedBy(options, 'hasher')].length > 0) throw refuse('HashClient has a `hasher` of its own here, which is not known')
  return { algorithm: 'rendezvous', options: { client: 'pymemcache' }, nodes: unweighted(some('pymemcache', nodes)) }
}

const first = (call: Group): RingNode[] => {
  const list = call.entries[0] && groupOf(call.entries[0])
  return list ? serversOf(list) : []
}

/** `["10.0.0.1:11211", ("10.0.0.2:11211", 3)]`: here a pair is a server and its weight. */
function weighed(call: Group): RingNode[] {
  const list = call.entries[0] && groupOf(call.entries[0])
  return (list?.entries ?? []).flatMap(({ values: [value] }) => {
    if (value?.kind === 'atom') return value.quoted ? [serverOf(value.text.replace(/^unix:|^inet6?:/, ''))] : []
    const [server, weight] = value?.entries.map(textOf) ?? []
    return server ? [{ name: serverOf(server).name, weight: Number(weight ?? 1) }] : []
  })
}
