import { count, text } from '../format/format.ts'
import { measuredValue } from '../metrics/measure.ts'
import type { HotKey } from '../model/record.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

/** What takes load off the node that holds a hot key. `off`: accesses of the key a second that no longer reach it; null: `because` says why there is no number. */
export type HotKeyRemedy = {
  id: 'local-cache' | 'split' | 'replica-reads' | 'own-node'
  title: string
  off: { low: number; high: number } | null
  because: string
  /** The cache inside the application that it is, as the curves ask about it. */
  local?: { keys: number; ttlMs: number }
}

/** Where a hot key lives. `nodes`: among how many the keys are spread, its own included; `connections`: of clients to its node. */
export type HotKeyPlace = { nodes: number; of: 'ring' | 'cluster' | null; replicas: number | null; connections: number | null }

/** A copy in the application's memory lives for so long. */
export const LOCAL_SECONDS = 1
/** So many entries are what a process can spare. */
const LOCAL_KEYS = 10_000
const COPIES_MOST = 8

/** Copies of a key that are split over the nodes: more than there are nodes take nothing more off. */
export const copiesFor = (nodes: number): number => Math.min(COPIES_MOST, Math.max(2, nodes))

export function placeOf(target: string, topology: Topology, window: SeriesWindow): HotKeyPlace {
  const facts = topology.targets.find(({ name }) => name === target)
  const ring = topology.rings.find(({ nodes }) => nodes.some((node) => node.target === target))
  const masters = facts?.cluster ? topology.targets.filter(({ cluster }) => cluster?.id === facts.cluster!.id && cluster.slots > 0) : []
  return {
    nodes: ring?.nodes.length ?? Math.max(1, masters.length),
    of: ring ? 'ring' : facts?.cluster ? 'cluster' : null,
    replicas: measuredValue('redis_connected_slaves', { target }, window),
    connections: measuredValue('cache_connections', { target }, window),
  }
}

/** The four remedies, each with what it takes off the hot node at the measured rate; no numbers where that is not known. */
export function hotKeyRemedies({ perSecond }: Pick<HotKey, 'perSecond'>, place: HotKeyPlace): HotKeyRemedy[] {
  if (perSecond === null) return hotKeyRemedies({ perSecond: 0 }, place).map(withoutRate)
  const rate = text(perSecond, 'perSecond')
  return [
    localCache(perSecond, rate, place),
    split(perSecond, rate, place),
    replicaReads(perSecond, place),
    ownNode(perSecond, rate, place),
  ]
}

/** What is said of a remedy that is none here stays true at any rate. */
const withoutRate = (remedy: HotKeyRemedy): HotKeyRemedy =>
  remedy.off === null
    ? remedy
    : { ...remedy, off: null, because: 'How often the key is used is not known: its CPU time alone was counted.' }

function localCache(perSecond: number, rate: string, { connections }: HotKeyPlace): HotKeyRemedy {
  const about = {
    id: 'local-cache' as const,
    title: `A copy in each application for ${LOCAL_SECONDS} s`,
    local: { keys: LOCAL_KEYS, ttlMs: LOCAL_SECONDS * 1_000 },
  }
  // Each process has at least one connection: no more than these ask once while a copy lives.
  const [least, most] = [1 / LOCAL_SECONDS, connections === null ? null : Math.max(1, connections) / LOCAL_SECONDS]
  const stale = `A reader sees a value that is up to ${LOCAL_SECONDS} s old.`
  if (most === null) return { ...about, off: null, because: `How many clients there are is not known. ${stale}` }
  return {
    ...about,
    off: { low: Math.max(0, perSecond - most), high: Math.max(0, perSecond - least) },
    because: `Each process asks once a second at most: of ${rate} no more than ${text(Math.min(perSecond, most), 'perSecond')} are left with ${count(connections ?? 0)} connections. ${stale}`,
  }
}

function split(perSecond: number, rate: string, { nodes, of }: HotKeyPlace): HotKeyRemedy {
  const copies = copiesFor(nodes)
  const about = { id: 'split' as const, title: `The key split in ${copies}` }
  if (of === null || nodes < 2)
    return {
      ...about,
      off: null,
      because: 'All copies would be on this one server: it takes nothing off. With more servers in a ring or a Cluster each holds a part.',
    }
  // Names fall where they fall: none of the copies may be here, or more than one.
  return {
    ...about,
    off: { low: perSecond * (1 - Math.min(1, 2 / copies)), high: perSecond },
    because: `Readers pick one of ${copies} copies at random, a write writes them all. Of ${rate} about ${text(perSecond / nodes, 'perSecond')} stay here, where one copy in ${nodes} falls on this node; choose names that fall on different nodes.`,
  }
}

function replicaReads(perSecond: number, { replicas }: HotKeyPlace): HotKeyRemedy {
  const about = { id: 'replica-reads' as const, title: 'Reads from replicas' }
  if (replicas === null) return { ...about, off: null, because: 'How many replicas the server has is not known.' }
  if (replicas === 0) return { ...about, off: null, because: 'The server has no replica.' }
  const spread = (perSecond * replicas) / (replicas + 1)
  return {
    ...about,
    off: { low: spread, high: perSecond },
    because: `${count(replicas)} ${replicas === 1 ? 'replica takes' : 'replicas take'} an equal part each, or all of it. A reader sees a value that is as old as the replica is behind.`,
  }
}

function ownNode(perSecond: number, rate: string, { of, nodes }: HotKeyPlace): HotKeyRemedy {
  const about = { id: 'own-node' as const, title: 'A node of its own' }
  if (of === null) return { ...about, off: null, because: 'The server stands alone: there is no ring or Cluster to move the key in.' }
  const how =
    of === 'cluster'
      ? 'Its slot is moved to a node that serves nothing else; the other keys of the slot go with it.'
      : 'The application sends this key to a server of its own by name: a ring places by hash, not by load.'
  return {
    ...about,
    off: { low: perSecond, high: perSecond },
    because: `All of ${rate} leave this node${nodes > 1 ? '' : ', which is the only one now'}. ${how} It helps the node's other keys: the key itself is as hot there.`,
  }
}
