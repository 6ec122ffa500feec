import { malformed } from '../../model/error.ts'
import { CLUSTER_SLOTS } from '../../model/slots.ts'
import { memberAddress } from './memberAddress.ts'

/** One line of CLUSTER NODES. */
export type ClusterNode = {
  id: string
  /** `10.0.0.1:6379` as the cluster announces it; null for a node whose address it does not know. */
  address: string | null
  self: boolean
  master: boolean
  /** Most masters agree that it does not answer (flag `fail`). */
  failed: boolean
  /** Of a replica: the node whose slots it would take over. */
  follows: string | null
  /** Why it is not polled: it is only known from other nodes, is being forgotten, or has no address. */
  strange: string | null
  /** The slots that it serves, in ranges from the first to the last. */
  ranges: SlotRange[]
  /** How many those are. */
  slots: number
  /** Of this node itself: slots that are open, on their way to another node and from one. */
  open: OpenSlot[]
  migrating: number
  importing: number
}

export type SlotRange = [first: number, last: number]
/** `[93->-ID]` and `[93-<-ID]`: a slot that is open, and the node at its other end. */
export type OpenSlot = { slot: number; way: 'migrating' | 'importing'; node: string }

/** `unread`: lines that are none, as they stand there. */
type ClusterNodes = { nodes: ClusterNode[]; unread: string[] }

/**
 * CLUSTER NODES, one line a node: `id ip:port@bus[,hostname] flags master ping pong epoch link slot…`
 * (https://redis.io/docs/latest/commands/cluster-nodes/). Slots on the move (`[93->-id]`) are counted where they still are. A line that
 * cannot be read costs itself alone. Throws `malformed` where none can.
 */
export function parseClusterNodes(text: string): ClusterNodes {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const read = lines.map(nodeOf)
  const nodes = read.filter((node) => node !== null)
  if (nodes.length === 0) throw malformed('CLUSTER NODES', text)
  return { nodes, unread: lines.filter((_, i) => read[i] === null) }
}

function nodeOf(line: string): ClusterNode | null {
  const [id, place, flags, ...rest] = line.trim().split(' ')
  if (!id || place === undefined || flags === undefined || rest.length < 5) return null
  const ranges: SlotRange[] = []
  const open = openIn(rest.slice(5).join(' '))
  for (const part of rest.slice(5)) {
    if (part === '' || part.startsWith('[')) continue
    const range = rangeIn(part)
    if (!range) return null
    ranges.push(range)
  }
  const words = flags.split(',')
  const self = words.includes('myself')
  const address = words.includes('noaddr') ? null : addressIn(place, self)
  return {
    id,
    address,
    self,
    master: words.includes('master'),
    failed: words.includes('fail'),
    follows: rest[0] === undefined || rest[0] === '-' ? null : rest[0],
    strange: address === null ? 'has no address that is known' : words.includes('handshake') ? 'is being met (handshake)' : null,
    ranges,
    slots: ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0),
    open,
    migrating: open.filter(({ way }) => way === 'migrating').length,
    importing: open.filter(({ way }) => way === 'importing').length,
  }
}

/** Another node that announces no IP may have a host name; this one is where it was asked. */
function addressIn(place: string, self: boolean): string | null {
  const announced = announcedIn(place)
  const colon = announced.lastIndexOf(':')
  const port = announced.slice(colon + 1)
  const named = self ? '' : (place.split(',')[1] ?? '')
  return memberAddress(announced.slice(0, Math.max(0, colon)).replace(/^\?$/, '') || named, port)
}

/** `HOST:PORT` of `HOST:PORT@BUS[,HOSTNAME[,…]]`. */
export function announcedIn(place: string): string {
  const [first = ''] = place.split(',', 1)
  const at = first.lastIndexOf('@')
  return at >= 0 && /^\d+$/.test(first.slice(at + 1)) ? first.slice(0, at) : first
}

/** `93` or `0-92`; null: it is no range of slots. */
function rangeIn(text: string): SlotRange | null {
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  const range: SlotRange = [Number(first), Number(last ?? first)]
  return first !== undefined && range[0] <= range[1] && range[1] < CLUSTER_SLOTS ? range : null
}

/** The slots that the line of a node itself shows as open. */
export function openIn(line: string): OpenSlot[] {
  const found = line.matchAll(/\[(\d{1,5})-([<>])-([^\]\s]{1,60})\]?/g)
  return [...found].flatMap(([, slot, arrow, node]): OpenSlot[] =>
    Number(slot) < CLUSTER_SLOTS ? [{ slot: Number(slot), way: arrow === '>' ? 'migrating' : 'importing', node: node! }] : [],
  )
}

/** One name for the whole cluster, the same seen from each of its nodes: its lowest node id. */
export const clusterId = (nodes: readonly ClusterNode[]): string =>
  nodes
    .map(({ id }) => id)
    .sort()[0]!
    .slice(0, 40)
