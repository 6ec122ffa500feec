import { debounce, parseAsString, useQueryState } from 'nuqs'
import { use, useMemo, useState } from 'react'
import { errorText } from '@/components/frame/api.ts'
import { toast } from '@/components/ui/toast.tsx'
import { EMPTY_LAB, type LabState } from '@/lib/lab/state.ts'
import { loadLabCodec } from './labCodec.ts'

/** `fresh`: another ring, which the back button leaves. */
export type PutLab = (next: LabState, fresh?: boolean) => void

/** A state that was put on this page, and its link: null until it is written, '' where it is too `large` for an address. */
type Put = { state: LabState; link: string | null; large: boolean }

const OPTIONS = { scroll: false } as const

/**
 * The state of the lab, kept in the address: packed as `lab`, or as `of` with `points` (lib/lab/address.ts), which the first edit turns into
 * a packed one. A ring too large for an address is kept in the page alone. Suspends while the codec of a link from outside is loaded.
 */
export function useLabLink() {
  const [link, setLink] = useQueryState('lab', parseAsString.withDefault('').withOptions({ ...OPTIONS, limitUrlUpdates: debounce(150) }))
  const [of, setOf] = useQueryState('of', parseAsString.withOptions(OPTIONS))
  const [points, setPoints] = useQueryState('points', parseAsString.withDefault('').withOptions(OPTIONS))
  const [own, setOwn] = useState<Put | null>(null)
  /** Counts fresh starts: a key that resets the fields that hold a text of their own. */
  const [epoch, setEpoch] = useState(0)
  const isOwn = own !== null && (own.link === null || own.link === link)
  // What was put here is known: only an edit from outside, or one that the back button leads to, must be read and checked.
  const codec = !isOwn && (link !== '' || points !== '') ? use(loadLabCodec()) : null
  const read = useMemo(() => {
    if (isOwn) return own.state
    return codec && link !== '' ? codec.readLab(link) : { ...EMPTY_LAB, of }
  }, [isOwn, own, codec, link, of])

  const put: PutLab = (next, fresh = false) => {
    const putNow: Put = { state: next, link: null, large: false }
    setOwn(putNow)
    if (fresh) setEpoch((count) => count + 1)
    loadLabCodec().then(
      ({ writeLab, LINK_MAX }) => {
        const written = writeLab(next)
        const large = written.length > LINK_MAX
        const link = large ? '' : written
        setOwn((last) => (last === putNow ? { state: next, link, large } : last))
        void setLink(link || null, { history: fresh ? 'push' : 'replace' })
        if (of !== null) void setOf(null)
        if (points !== '') void setPoints(null)
      },
      (error) => toast.error('The address does not hold this edit', { description: errorText(error) }),
    )
  }
  return {
    read,
    put,
    epoch,
    /** An edit of points in the address, of the ring that `of` names. */
    points: !isOwn && link === '' ? points : '',
    /** Whether the ring is too large for an address. */
    large: isOwn && own.large,
  }
}
