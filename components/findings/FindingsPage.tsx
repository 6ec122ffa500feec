'use client'
import { parseAsStringEnum, useQueryState } from 'nuqs'
import { Annotate } from '@/components/annotations/Annotate.tsx'
import { FilterNote, isNarrowed, NoneMatch } from '@/components/frame/FilterNote.tsx'
import { Go, linkLook, useGo } from '@/components/frame/Go.tsx'
import { useMineFirst } from '@/components/frame/mine.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { type First, useFiltered } from '@/components/frame/useFiltered.ts'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { More } from '@/components/ui/more.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { Segmented } from '@/components/ui/segmented.tsx'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { FindingSheet } from './FindingSheet.tsx'
import { FindingsTable } from './FindingsTable.tsx'
import { byUrgency, needsWords } from './words.ts'

const FINDING_WORDS = ['finding', 'findings'] as const
const STATES = ['firing', 'all'] as const
/** `first`: what fires. `info`: how many of these only inform. */
type Props = { first: First<FindingView>; info: number; open: string | null; initialOpen: FindingView | null }

/** What fires now, or everything that is remembered; one finding opens in a sheet at its own address. */
export function FindingsPage({ first, info, open, initialOpen }: Props) {
  const go = useGo()
  const [show, setShow] = useQueryState('show', parseAsStringEnum([...STATES]).withDefault('firing'))
  // What fires or is about to stands here whole: the worst comes first, however long ago it began.
  const firing = useFiltered<FindingView>(['findings'], 'findings', {
    query: { state: 'firing' },
    first,
    everyMs: 10_000,
    all: true,
  })
  const pending = useFiltered<FindingView>(['findings'], 'findings', { query: { state: 'pending' }, everyMs: 10_000, all: true })
  const resolved = useFiltered<FindingView>(['findings'], 'findings', {
    query: { state: 'resolved' },
    everyMs: 10_000,
    enabled: show === 'all',
  })
  const { data: informs } = useApi<Page<FindingView>>(['findings'], 'findings', {
    query: { state: 'firing', severity: 'info', limit: 1 },
    everyMs: 10_000,
  })
  const error = firing.error ?? pending.error ?? (show === 'all' ? resolved.error : null)
  const mineFirst = useMineFirst()
  const lists = show === 'all' ? [firing, pending, resolved] : [firing, pending]
  const shown = mineFirst(lists.flatMap(({ items }) => items).sort(byUrgency))
  return (
    <>
      <PageHead title="Findings" lead={needsWords(firing.of, informs?.total ?? info)}>
        <Go href="/incidents" className={linkLook}>
          As incidents
        </Go>
        <Annotate />
        <Segmented
          label="Which findings"
          value={show}
          onChange={setShow}
          options={[
            { value: 'firing', label: 'Now' },
            { value: 'all', label: 'All' },
          ]}
        />
      </PageHead>
      {error && <Failure tried="The list of findings could not be refreshed." answer={error.message} />}
      <FilterNote lists={lists} noun={FINDING_WORDS} />
      <FindingsTable
        findings={shown}
        question={lists.map(({ question }) => question).join(' ')}
        selected={open}
        onOpen={(finding) => go(`/findings/${finding.id}`)}
        empty={
          isNarrowed(lists) ? (
            <NoneMatch lists={lists} noun={FINDING_WORDS} />
          ) : (
            <Empty
              title="Nothing is wrong here"
              config={'rules:\n  cache/hit-ratio-drop: { drop: 0.1, for: 10s }   # every threshold can be set'}
            >
              <p>
                A finding is a problem that a rule has measured: what, where, since when, with the numbers behind it and, where a setting
                can mend it, a proposal with the effect it predicts. Each rule, why it matters and what it can judge now stands under
                Settings.
              </p>
            </Empty>
          )
        }
      />
      {show === 'all' && <More list={resolved} />}
      {open && <FindingSheet id={open} initial={initialOpen} onClose={() => go('/findings')} />}
    </>
  )
}
