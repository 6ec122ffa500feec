import type { RingNode, RingOptions, RingSpec } from '../../model/ring.ts'
import { calls, type Group, groupsIn } from './literals.ts'
import { refuse, serversOf, some } from './servers.ts'

/** PHP's Memcached, which is libmemcached: its default is the remainder of a hash, not a ring. */
export function phpMemcached(text: string, source: Group): RingSpec | null {
  const lists = calls(source, /(->|^)addServers$/)
  const single = calls(source, /(->|^)addServer$/)
  if (lists.length + single.length === 0) return null
  if (!/\bMemcached\b/.test(text)) {
    if (/\bMemcache\b/.test(text))
      throw refuse('This is the older PHP extension Memcache, whose ring is not known here; Memcached (with d) is')
    return null
  }
  const nodes = [
    ...lists.flatMap(({ entries }) =>
      entries.flatMap(({ values }) => values.flatMap((value) => (value.kind === 'group' ? serversOf(value) : []))),
    ),
    ...single.flatMap((call) => serversOf({ kind: 'group', name: '', entries: [{ key: null, values: [call], line: 0 }] })),
  ]
  return libmemcachedRing(some('Memcached', nodes), source)
}

const HASHES: Record<string, NonNullable<RingOptions['hash']>> = {
  DEFAULT: 'one_at_a_time',
  ONE_AT_A_TIME: 'one_at_a_time',
  MD5: 'md5',
  CRC: 'crc32',
  FNV1_64: 'fnv1_64',
  FNV1A_64: 'fnv1a_64',
  FNV1_32: 'fnv1_32',
  FNV1A_32: 'fnv1a_32',
  MURMUR: 'murmur',
  JENKINS: 'jenkins',
}

/** By the options that stand around the servers; without any it is MODULA with one_at_a_time. Throws `bad_request` for a distribution that is not known. */
export function libmemcachedRing(nodes: RingNode[], around: Group): RingSpec {
  const on = settings(around)
  const compatible =
    isOn(on.get('OPT_LIBKETAMA_COMPATIBLE')) || isOn(on.get('ketama_weighted')) || on.get('distribution') === 'consistent_ketama_weighted'
  if (compatible) return { algorithm: 'libmemcached', options: { weighted: true }, nodes }
  const distribution = (on.get('OPT_DISTRIBUTION') ?? on.get('distribution') ?? 'modula').replace(/^.*DISTRIBUTION_/, '').toLowerCase()
  const hash = (on.get('OPT_HASH') ?? on.get('hash') ?? 'default').replace(/^.*HASH_/, '').toUpperCase()
  const named = Object.hasOwn(HASHES, hash) ? HASHES[hash] : undefined
  if (!named) throw refuse(`libmemcached's hash ${hash.slice(0, 40)} is not known here`)
  if (isOn(on.get('ketama')) || ['consistent', 'consistent_ketama', 'ketama'].includes(distribution)) {
    if (named !== 'one_at_a_time')
      throw refuse(
        `libmemcached's consistent distribution is known with its own hash (one_at_a_time) or as OPT_LIBKETAMA_COMPATIBLE, not with ${hash}`,
      )
    return { algorithm: 'libmemcached', nodes }
  }
  if (distribution !== 'modula') throw refuse(`libmemcached's distribution ${distribution.slice(0, 40)} is not known here`)
  return {
    algorithm: 'modulo',
    options: { client: 'libmemcached', ...(named === 'one_at_a_time' ? {} : { hash: named }) },
    nodes,
  }
}

const isOn = (value: string | undefined) => value !== undefined && /^(true|1)$/i.test(value)

/** `OPTION => VALUE`, `setOption(OPTION, VALUE)` and `"behavior": value`, by the option's last word. */
function settings(around: Group): Map<string, string> {
  const found = new Map<string, string>()
  for (const { name, entries } of groupsIn(around)) {
    for (const {
      key,
      values: [value],
    } of entries)
      if (key !== null && value?.kind === 'atom') found.set(key.replace(/^.*::/, ''), value.text)
    const [option, value] = entries.map(({ values: [one] }) => (one?.kind === 'atom' ? one.text : null))
    if (/setOption$/.test(name) && option && value) found.set(option.replace(/^.*::/, ''), value)
  }
  return found
}
