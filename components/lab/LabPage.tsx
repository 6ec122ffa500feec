'use client'
import { useSearchParams } from 'next/navigation'
import { Suspense, useEffect, useState } from 'react'
import { Button } from '@/components/ui/button.tsx'
import { CopyButton } from '@/components/ui/code.tsx'
import { Failure } from '@/components/ui/empty.tsx'
import { Select } from '@/components/ui/field.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { safe } from '@/lib/format/format.ts'
import { EXAMPLE } from '@/lib/lab/edit.ts'
import { readEdit } from '@/lib/lab/pointsEdit.ts'
import { sourceOfDescription } from '@/lib/lab/source.ts'
import { EMPTY_LAB } from '@/lib/lab/state.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { Bench } from './Bench.tsx'
import { useKnownRings } from './useKnownRings.ts'
import { useLabLink } from './useLabLink.ts'

type Props = { rings: Page<RingView>; pools: Page<PoolView> }

/** The value of the list of rings that stands for one described on the page. */
const DESCRIBED = ''

/** The page of the ring lab: a ring of the fleet, or a described one, and what an edit of it would move. The address holds all of it. */
export function LabPage(props: Props) {
  return (
    <Suspense fallback={<PageHead title="Ring lab" lead="Opening the link." />}>
      <Lab {...props} />
    </Suspense>
  )
}

function Lab({ rings, pools }: Props) {
  const { read, points, put, epoch, large } = useLabLink()
  const known = useKnownRings(rings, pools, 'because' in read ? null : read.of)
  if ('because' in read)
    return (
      <>
        <PageHead title="Ring lab" />
        <Failure
          tried="This link does not open a ring."
          answer={`It cannot be read: ${safe(read.because, 200)}.`}
          todo={<Button onClick={() => put(EMPTY_LAB, true)}>Start over</Button>}
        />
      </>
    )
  const first = read.before ? null : (read.of ?? known.ids[0] ?? null)
  const source = first === null ? sourceOfDescription(read.before ?? EXAMPLE, read.traffic) : known.find(first)
  const state = source && points ? { ...read, after: readEdit(source.spec, points) } : read
  return (
    <>
      <PageHead title="Ring lab" lead="What would move, before anything moves.">
        <Select
          aria-label="Ring"
          value={first ?? DESCRIBED}
          options={[...(first !== null && !known.ids.includes(first) ? [first] : []), ...known.ids]
            .map((id) => ({ value: id, label: safe(id, 80) }))
            .concat({ value: DESCRIBED, label: 'a described ring' })}
          onChange={({ target }) =>
            put(target.value === DESCRIBED ? { ...EMPTY_LAB, before: EXAMPLE } : { ...EMPTY_LAB, of: target.value }, true)
          }
          className="max-w-full"
        />
        {!large && <CopyLink of={first} />}
      </PageHead>
      {source ? (
        <Bench key={`${first} ${epoch}`} state={state} source={source} put={put} large={large} />
      ) : (
        <Failure
          tried={`${safe(first!, 100)} cannot be opened in the lab.`}
          answer={safe(known.because, 400)}
          todo="Choose another one above."
        />
      )}
    </>
  )
}

/** Copies the address of what is shown, with the name of the known ring: another one may be the first in the list tomorrow. */
function CopyLink({ of }: { of: string | null }) {
  const query = new URLSearchParams(useSearchParams())
  const [origin, setOrigin] = useState('')
  useEffect(() => setOrigin(window.location.origin), [])
  if (of !== null && !query.has('lab')) query.set('of', of)
  return <CopyButton label="Copy link" text={`${origin}/lab${query.size > 0 ? `?${query}` : ''}`} />
}
