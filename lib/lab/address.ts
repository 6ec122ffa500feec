import { type PoolRef, type RingRef, refText } from '../model/ref.ts'

/**
 * The address of the lab with a known ring, as it is or with an edit of its points (pointsEdit.ts). The link of any other edit is packed
 * (link.ts): what only points at the lab need not load that.
 */
export const labAddress = (of: RingRef | PoolRef, points = ''): string =>
  `/lab?of=${encodeURIComponent(refText(of))}${points && `&points=${encodeURIComponent(points)}`}`
