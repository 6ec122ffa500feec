import { EvenkeelError } from '../../model/error.ts'
import type { ProductText } from '../../model/product.ts'
import type { RingNode, RingSpec } from '../../model/ring.ts'
import type { Pool } from '../../model/topology.ts'
import { addressOf, isUp, liveNodes, weightOf } from '../../rings/algorithm.ts'
import { twemproxyName } from '../../rings/algorithms/twemproxy.ts'
import { bareWord, distinct } from '../bareWord.ts'

/** `HOST:PORT` or a socket's path. Brackets and signs that YAML takes for its own are left out. */
const PLACE = /^(?:[A-Za-z0-9_][\w.-]*:\d{1,5}|\/[\w./-]+)$/
const LABEL = /^[A-Za-z0-9_][\w./:-]*$/
/** The usual port is no part of the name that is hashed, so that a host alone stays what it is. */
const USUAL_PORT = 11_211

/** The settings of a pool that make this ring. The file has no word for a server that is out: its line becomes a comment. */
export function writes(spec: RingSpec): ProductText | null {
  const { algorithm, nodes, options = {} } = spec
  if (algorithm !== 'twemproxy-ketama' && algorithm !== 'twemproxy-modula') return null
  if (liveNodes(spec).length === 0)
    throw new EvenkeelError('invalid', 'No server of it takes keys: the file cannot hold a pool without servers')
  distinct(
    liveNodes(spec).map(({ node }) => twemproxyName(node)),
    'A hashed name',
  )
  return {
    title: 'the pool of nutcracker.yml',
    text: [
      `  distribution: ${algorithm === 'twemproxy-ketama' ? 'ketama' : 'modula'}`,
      `  hash: ${options.hash ?? 'fnv1a_64'}`,
      ...(options.hashTag ? [`  hash_tag: ${JSON.stringify(options.hashTag)}`] : []),
      '  servers:',
      ...nodes.map((node) => `${isUp(node) ? '  ' : '  # '}- ${serverOf(node)}`),
    ].join('\n'),
  }
}

function serverOf(node: RingNode): string {
  const address = addressOf(node)
  const place = address.startsWith('/') || /:\d+$/.test(address) ? address : `${address}:${USUAL_PORT}`
  const label = node.label === undefined ? '' : ` ${bareWord(node.label, 'A hashed name', LABEL)}`
  return `${bareWord(place, 'An address', PLACE)}:${weightOf(node)}${label}`
}

/** What to do about keys that move needlessly. Of modula it is another distribution; ketama's own way has only a rule of thumb. */
export function consistentOf(name: string, ring: RingSpec | undefined): Pool['consistent'] {
  if (ring?.algorithm === 'twemproxy-modula')
    return {
      advice: `In nutcracker.yml:\n${name}:\n  distribution: ketama\nA server that leaves then moves about its own keys alone.`,
      becomes: { ...ring, algorithm: 'twemproxy-ketama' },
    }
  return (
    ring && {
      advice: `twemproxy shares a fixed number of points out over all weights, so that one weight changes everyone's points. Change weights rarely and several at once; name the servers, so that their addresses can change without moving keys.`,
    }
  )
}
