import type { RingAlgorithm, RingNode, RingSpec } from '../model/ring.ts'
import type { Circle } from './arcs.ts'
import type { Jump } from './jumpSpace.ts'
import type { Rendezvous } from './rendezvousSpace.ts'
import type { Table } from './table.ts'

/** A spec turned into what the program holds in memory. Owners are indexes into `spec.nodes`; −1 is nobody predictable. */
export type Placed = {
  /** How a key becomes a number, in words: two placements with equal words send every key to the same number. */
  number: string
  space: Circle | Table | Rendezvous | Jump
  ownerOf(key: string): number
  /** Fractions by node, nobody's last, where the space cannot say it: nginx's plain `hash` with a server down. */
  shares?: Float64Array
  /** Of a ring with bounded load: positions of the nodes that a key goes on to, its own one left out. */
  spillOf?(key: string): number[]
  /** Keys of dead nodes are hashed again: where they go no space says. */
  rehashes?: true
}

/** One algorithm of one program. */
export type Algorithm = {
  id: RingAlgorithm
  weightMin: number
  weightMax: number
  /** What a node weighs that is given none; 1 where absent. */
  usualWeight?(spec: RingSpec): number
  /** Why no weight changes who owns what here; null or absent where weights count. */
  weightless?(spec: RingSpec): string | null
  /** Points or table slots that `place` will make. */
  size(spec: RingSpec): number
  /** What else this algorithm refuses: the path within the spec and a sentence. */
  refuses?(spec: RingSpec): { path: string; because: string } | null
  /** Why this text is no key here. */
  refusesKey?(spec: RingSpec, key: string): string | null
  place(spec: RingSpec): Placed
}

export const weightOf = (node: RingNode): number => node.weight ?? 1
export const addressOf = (node: RingNode): string => node.address ?? node.name
export const isUp = (node: RingNode): boolean => (node.state ?? 'up') === 'up'
export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Nodes that are up, with their position in the spec. */
export const liveNodes = (spec: RingSpec): { node: RingNode; index: number }[] =>
  spec.nodes.map((node, index) => ({ node, index })).filter(({ node }) => isUp(node))
