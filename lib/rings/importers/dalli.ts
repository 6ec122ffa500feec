import type { RingSpec } from '../../model/ring.ts'
import { calls, type Group, groupsIn } from './literals.ts'
import { listed, serverOf, serversOf, some } from './servers.ts'

/** Dalli, and what Rails makes of `:mem_cache_store`. */
export function dalli(text: string, source: Group): RingSpec | null {
  if (!/\bDalli::Client\b|\bmem_cache_store\b/.test(text)) return null
  return { algorithm: 'dalli', nodes: some('Dalli', [...calls(source, /^Dalli::Client\.new$/).flatMap(servers), ...ofRails(source)]) }
}

/** The first argument: a list, or servers between commas in one string. */
function servers({ entries: [first] }: Group) {
  const [value] = first?.key === null ? first.values : []
  if (value?.kind === 'group') return serversOf(value)
  return value?.quoted ? listed(value.text).map(serverOf) : []
}

/** What follows `:mem_cache_store` in its statement, list or call: `config.cache_store = :mem_cache_store, 'cache-1', { … }`. */
function ofRails(source: Group) {
  return [...groupsIn(source)].flatMap((group) => {
    const at = group.entries.findIndex(({ values }) => values.some((value) => value.kind === 'atom' && value.text === 'mem_cache_store'))
    if (at < 0) return []
    const entries = group.entries.slice(at + 1).filter(({ line, key }) => line === group.entries[at]!.line && key === null)
    return serversOf({ ...group, entries })
  })
}
