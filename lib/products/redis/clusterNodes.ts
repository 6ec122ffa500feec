import { malformed } from '../../model/error.ts'

/** One line of CLUSTER NODES. */
export type ClusterNode = {
  id: string
  /** `10.0.0.1:6379` as the cluster announces it; null for a node whose address it does not know. */
  address: string | null
  self: boolean
  master: boolean
  /** Known by hearsay or being forgotten: not to be asked. */
  strange: boolean
  /** How many slots it serves. */
  slots: number
}

/**
 * CLUSTER NODES, one line a node: `id ip:port@bus[,hostname] flags master ping pong epoch link slot…`
 * (https://redis.io/docs/latest/commands/cluster-nodes/). Slots on the move (`[93-<-id]`) are counted where they still are.
 * Throws `malformed`.
 */
export function parseClusterNodes(text: string): ClusterNode[] {
  const nodes = text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line): ClusterNode => {
      const [id, place, flags, ...rest] = line.split(' ')
      if (!id || place === undefined || flags === undefined || rest.length < 5) throw malformed('a line of CLUSTER NODES', line)
      const words = flags.split(',')
      const announced = announcedIn(place)
      const colon = announced.lastIndexOf(':')
      const [host, port] = [announced.slice(0, Math.max(0, colon)), announced.slice(colon + 1)]
      const known = host !== '' && /^\d+$/.test(port) && port !== '0' && !words.includes('noaddr')
      return {
        id,
        address: known ? `${host.includes(':') ? `[${host}]` : host}:${port}` : null,
        self: words.includes('myself'),
        master: words.includes('master'),
        strange: !known || words.includes('handshake'),
        slots: rest.slice(5).reduce((sum, range) => sum + slotsIn(range, line), 0),
      }
    })
  if (nodes.length === 0) throw malformed('CLUSTER NODES', text)
  return nodes
}

/** `HOST:PORT` of `HOST:PORT@BUS[,HOSTNAME[,…]]`. */
export function announcedIn(place: string): string {
  const [first = ''] = place.split(',', 1)
  const at = first.lastIndexOf('@')
  return at >= 0 && /^\d+$/.test(first.slice(at + 1)) ? first.slice(0, at) : first
}

function slotsIn(range: string, line: string): number {
  if (range.startsWith('[')) return 0
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range) ?? []
  const slots = first === undefined ? Number.NaN : Number(last ?? first) - Number(first) + 1
  if (!(slots >= 1 && slots <= 16_384)) throw malformed('slots in CLUSTER NODES', line)
  return slots
}

/** One name for the whole cluster, the same seen from each of its nodes: its lowest node id. */
export const clusterId = (nodes: readonly ClusterNode[]): string =>
  nodes
    .map(({ id }) => id)
    .sort()[0]!
    .slice(0, 40)
