import { EvenkeelError } from '../../model/error.ts'
import type { RingNode } from '../../model/ring.ts'
import type { Group } from './literals.ts'

export const refuse = (because: string) => new EvenkeelError('bad_request', because)

/** Servers that a program gets only at run time are no ring yet. */
export const NO_SERVERS = 'names no servers in the text: they may come from a variable or the environment. Write them in its place'

/** `memcached://user:password@host:port` without what is not hashed; a password never goes on. */
export const withoutUser = (text: string): string =>
  text
    .trim()
    .replace(/^[a-z]+:\/\/(?!\/)/i, '')
    // A password may hold any sign, a path may hold an @.
    .replace(/^(?!\/).*@/s, '')
    .replace(/\/$/, '')

/** Parts of a text that are servers, between commas, semicolons and spaces. */
export const listed = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean)

/** `HOST[:PORT[:WEIGHT]]`, `[IPv6]:PORT`, or a path with its weight. Throws `bad_request`. */
export function serverOf(text: string): RingNode {
  const place = withoutUser(text)
  const path = /^(\/[^:\s]+)(?::(\d{1,9}))?$/.exec(place)
  if (path) return node(path[1]!, path[2])
  const found = /^(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?(?::(\d{1,9}))?$/.exec(place)
  if (!found) throw refuse(`${JSON.stringify(place.slice(0, 80))} is no server: expected HOST:PORT, with the client's weight behind it`)
  return node(found[2] === undefined ? found[1]! : `${found[1]}:${found[2]}`, found[3])
}

const node = (name: string, weight: string | undefined): RingNode => (weight === undefined ? { name } : { name, weight: Number(weight) })

/** Servers as a list of a program has them: strings, and lists of host, port and weight. */
export function serversOf(list: Group): RingNode[] {
  return list.entries.flatMap(({ key, values }) => {
    if (key !== null) return []
    return values.flatMap((value): RingNode[] => {
      if (value.kind === 'atom') return value.quoted ? listed(value.text).map(serverOf) : []
      const parts = value.entries.flatMap(({ key: name, values: inner }) => {
        const [first] = inner
        return first?.kind === 'atom' && (name === null || ['host', 'port', 'weight'].includes(name)) ? [first.text] : []
      })
      return parts.length === 0 ? [] : [serverOf(parts.join(':'))]
    })
  })
}

/** At least one server. Throws `bad_request` by the client's name. */
export function some(client: string, nodes: RingNode[]): RingNode[] {
  if (nodes.length === 0) throw refuse(`${client} ${NO_SERVERS}`)
  return nodes
}

/** Of clients that know no weights. */
export const unweighted = (nodes: readonly RingNode[]): RingNode[] => nodes.map(({ name }) => ({ name }))
