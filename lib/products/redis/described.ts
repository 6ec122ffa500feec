import type { RingNode, RingSpec } from '../../model/ring.ts'
import { announcedIn } from './clusterNodes.ts'

/**
 * The slots of each primary in what `CLUSTER NODES` answers, or in the commands that give them out. Slots on their way, in brackets, are
 * still their owner's.
 */
export function describes(text: string): RingSpec | null {
  const lines = text.split('\n')
  const given = lines.flatMap(givenOut)
  const nodes = given.length > 0 ? given : primariesIn(lines)
  return nodes.length > 0 ? { algorithm: 'redis-cluster', nodes } : null
}

/** `redis-cli … CLUSTER ADDSLOTSRANGE FROM TO … # NAME`, as `writes` has it. */
function givenOut(line: string): RingNode[] {
  const [, ranges, name] = /^redis-cli .* CLUSTER ADDSLOTSRANGE ([\d ]+) # (\S+)$/.exec(line.trim()) ?? []
  if (ranges === undefined) return []
  const ends = ranges.split(' ').map(Number)
  return [{ name: name!, slots: ends.flatMap((from, at): [number, number][] => (at % 2 === 0 ? [[from, ends[at + 1] ?? from]] : [])) }]
}

function primariesIn(lines: readonly string[]): RingNode[] {
  return lines.flatMap((line): RingNode[] => {
    // ID HOST:PORT@BUS[,HOSTNAME] FLAGS MASTER PING PONG EPOCH LINK [SLOTS…]
    const words = line.trim().split(' ')
    const [id = '', place = '', flags = '', master = '', ping = '', pong = '', epoch = '', link = '', ...slots] = words
    const isNode = isId(id) && (master === '-' || isId(master)) && [ping, pong, epoch].every((word) => /^\d+$/.test(word))
    if (!isNode || (link !== 'connected' && link !== 'disconnected') || !flags.split(',').includes('master')) return []
    const ranges = slots.flatMap((part): [number, number][] => {
      const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
      return from === undefined ? [] : [[Number(from), Number(to)]]
    })
    return [{ name: announcedIn(place), ...(ranges.length > 0 ? { slots: ranges } : {}) }]
  })
}

const isId = (word: string) => /^[0-9a-f]{40}$/.test(word)
