import type { RingNode, RingSpec } from '../../model/ring.ts'

/** `ID HOST:PORT@BUS[,HOSTNAME] FLAGS MASTER PING PONG EPOCH LINK [SLOTS…]` (CLUSTER NODES). */
const LINE = /^[0-9a-f]{40} (\S*?)(?:@\d+)?(?:,\S*)? (\S+) (?:-|[0-9a-f]{40}) \d+ \d+ \d+ (?:connected|disconnected)(.*)$/

/** The slots of each primary in what `CLUSTER NODES` answers. Slots on their way, in brackets, are still their owner's. */
export function describes(text: string): RingSpec | null {
  const found = text.split(/\r?\n/).flatMap((line) => {
    const match = LINE.exec(line.trim())
    return match ? [match] : []
  })
  const nodes = found
    .filter(([, , flags]) => flags!.split(',').includes('master'))
    .map(([, address, , slots]): RingNode => {
      const ranges = slots!.split(' ').flatMap((part): [number, number][] => {
        const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
        return from === undefined ? [] : [[Number(from), Number(to)]]
      })
      return { name: address!, ...(ranges.length > 0 ? { slots: ranges } : {}) }
    })
  return nodes.length > 0 ? { algorithm: 'redis-cluster', nodes } : null
}
