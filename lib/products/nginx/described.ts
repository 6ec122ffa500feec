import type { RingSpec } from '../../model/ring.ts'
import { readUpstream } from './upstreamFile.ts'

const SERVER = /(^|[\s;{])server\s+[^;{}]+;/

/** The ring of the first upstream in a piece of nginx.conf, or of bare `server` statements. Without a `hash` it is what `hash … consistent` would make of them. */
export function describes(text: string): RingSpec | null {
  if (!SERVER.test(text)) return null
  const name = /(^|[\s;}])upstream\s+([^\s{]+)\s*\{/.exec(text)?.[2]
  const { servers, method } = readUpstream(name === undefined ? text : upstreamIn(text, name), name ?? 'pasted')
  const nodes = servers.filter(({ backup }) => !backup)
  if (nodes.length === 0) return null
  const plain = method?.startsWith('hash ') && !/\sconsistent$/.test(method)
  return {
    algorithm: plain ? 'nginx-hash' : 'nginx-consistent',
    nodes: nodes.map(({ address, weight, down }) => ({ name: address, weight, ...(down ? { state: 'down' as const } : {}) })),
  }
}

/** From `upstream NAME {` to its `}`: the rest of the file may nest it in `http { }`. */
function upstreamIn(text: string, name: string): string {
  const from = text.indexOf('upstream', text.search(new RegExp(`upstream\\s+${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*\\{`)))
  const to = text.indexOf('}', from)
  return text.slice(from, to < 0 ? undefined : to + 1)
}
