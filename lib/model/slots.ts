/** The slots of a Redis or Valkey Cluster. */
export const CLUSTER_SLOTS = 16_384

/** A slot that a node has open, towards or from the node at its other end. */
export type OpenSlotFact = {
  slot: number
  way: 'migrating' | 'importing'
  /** The other node's id, and its address as it is announced; null where it is not known. */
  node: string
  address: string | null
  /** For how long it has been seen open, in ms. */
  ms: number
}
