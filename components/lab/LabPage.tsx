'use client'
import { useEffect, useState } from 'react'
import { Button } from '@/components/ui/button.tsx'
import { CopyButton } from '@/components/ui/code.tsx'
import { Failure } from '@/components/ui/empty.tsx'
import { Select } from '@/components/ui/field.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { safe } from '@/lib/format/format.ts'
import { EXAMPLE } from '@/lib/lab/edit.ts'
import { writeLab } from '@/lib/lab/link.ts'
import { sourceOfDescription } from '@/lib/lab/source.ts'
import { EMPTY_LAB, printOf } from '@/lib/lab/state.ts'
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
export function LabPage({ rings, pools }: Props) {
  const { read, put, epoch, large, linked } = useLabLink()
  const known = useKnownRings(rings, pools, 'because' in read ? null : read.of)
  if ('because' in read)
    return (
      <>
        <PageHead title="Ring lab" />
        <Failure
          tried="This link does not open a ring."
          answer={`It cannot be read: ${safe(read.because, 200)}.`}
          todo={<Button onClick={() => put(EMPTY_LAB, true)}>Start anew</Button>}
        />
      </>
    )
  const first = read.before ? null : (read.of ?? known.ids[0] ?? null)
  const source = first === null ? sourceOfDescription(read.before ?? EXAMPLE, read.traffic) : known.find(first)
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
        {linked && <CopyLink link={writeLab({ ...read, of: first, print: first !== null && source ? printOf(source.spec) : null })} />}
      </PageHead>
      {source ? (
        <Bench key={`${first} ${epoch}`} state={read} source={source} put={put} large={large} />
      ) : (
        <Failure tried={`${safe(first!, 100)} is not there.`} answer={known.because} todo="Choose another one above." />
      )}
    </>
  )
}

function CopyLink({ link }: { link: string }) {
  const [origin, setOrigin] = useState('')
  useEffect(() => setOrigin(window.location.origin), [])
  return <CopyButton label="Copy link" text={`${origin}/lab${link ? `?lab=${encodeURIComponent(link)}` : ''}`} />
}
