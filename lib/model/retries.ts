/** How often a balancer sends a request to servers again that they have not answered, by its configuration. */
export type Retries = {
  /** Times beside the first, for one request, in which a server may work on it again; null: its configuration does not tell. */
  more: number | null
  /** Requests that may be tried again at once, over all of the pool. */
  atOnce?: number
  /** Part of the requests under way that may be tries again. */
  budget?: number
  /** The statements that say so, or why nobody knows; in the middle of a sentence. */
  text: string
}

/**
 * By how much tries again can add to what is asked once requests time out: each is sent as often as it may be (Huang et al., OSDI 2022), within
 * what the balancer lets through at once. `underWay`: requests under way then. Null: not known.
 */
export function addedByRetries({ more, atOnce, budget }: Retries, underWay: number | null): number | null {
  if (more === null) return null
  const bound = atOnce === undefined || underWay === null || underWay <= 0 ? Number.POSITIVE_INFINITY : atOnce / underWay
  return Math.min(more, budget ?? Number.POSITIVE_INFINITY, bound)
}
