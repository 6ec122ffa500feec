import { type PoolRef, type RingRef, refText } from '../model/ref.ts'

/** The address of the lab with a known ring as it is. A link with an edit is packed (link.ts): what only points at the lab need not load that. */
export const labAddress = (of: RingRef | PoolRef): string => `/lab?of=${encodeURIComponent(refText(of))}`
