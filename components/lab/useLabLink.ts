import { debounce, parseAsString, useQueryState } from 'nuqs'
import { useMemo, useState } from 'react'
import { LINK_MAX, readLab, writeLab } from '@/lib/lab/link.ts'
import { EMPTY_LAB, type LabState } from '@/lib/lab/state.ts'

/** `fresh`: another ring, which the back button leaves. */
export type PutLab = (next: LabState, fresh?: boolean) => void

/** The state of the lab, kept in the address. A ring too large for an address is kept in the page alone. */
export function useLabLink() {
  const [link, setLink] = useQueryState('lab', parseAsString.withDefault('').withOptions({ scroll: false, limitUrlUpdates: debounce(150) }))
  /** A known ring as it is: how other pages point at it (address.ts). The first edit turns it into a link. */
  const [of, setOf] = useQueryState('of', parseAsString.withOptions({ scroll: false }))
  const [large, setLarge] = useState<LabState | null>(null)
  // The back button, from a ring that no address holds, leads to a link again.
  const read = useMemo(() => {
    if (link !== '') return readLab(link)
    return large ?? { ...EMPTY_LAB, of }
  }, [large, link, of])
  /** Counts fresh starts, so that fields with a text of their own begin anew. */
  const [epoch, setEpoch] = useState(0)
  const put: PutLab = (next, fresh = false) => {
    const written = writeLab(next)
    setLarge(written.length > LINK_MAX ? next : null)
    void setLink(written.length > LINK_MAX ? null : written || null, { history: fresh ? 'push' : 'replace' })
    if (of !== null) void setOf(null)
    if (fresh) setEpoch((count) => count + 1)
  }
  return { read, put, epoch, large: large !== null && link === '', linked: large === null }
}
