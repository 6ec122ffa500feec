'use client'
import { parseAsStringEnum, useQueryState } from 'nuqs'
import { Annotate } from '@/components/annotations/Annotate.tsx'
import { Go, linkLook, useGo } from '@/components/frame/Go.tsx'
import { useMineFirst } from '@/components/frame/mine.ts'
import { inScope, useScope } from '@/components/frame/Scope.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { usePages } from '@/components/frame/usePages.ts'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { More } from '@/components/ui/more.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { Segmented } from '@/components/ui/segmented.tsx'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { Page } from '@/lib/model/answers/shape.ts'
import { FindingSheet } from './FindingSheet.tsx'
import { FindingsTable } from './FindingsTable.tsx'
import { byUrgency, needsWords, subjectText } from './words.ts'

const STATES = ['firing', 'all'] as const
/** `initial`: what fires. `info`: how many of these only inform. */
type Props = { initial: Page<FindingView>; info: number; open: string | null; initialOpen: FindingView | null }

/** What fires now, or everything that is remembered; one finding opens in a sheet at its own address. */
export function FindingsPage({ initial, info, open, initialOpen }: Props) {
  const go = useGo()
  const [show, setShow] = useQueryState('show', parseAsStringEnum([...STATES]).withDefault('firing'))
  const [scope] = useScope()
  // What fires or is about to stands here whole: the worst comes first, however long ago it began.
  const firing = usePages<FindingView>(['findings'], 'findings', {
    query: { state: 'firing' },
    initialData: initial,
    everyMs: 10_000,
    all: true,
  })
  const pending = usePages<FindingView>(['findings'], 'findings', { query: { state: 'pending' }, everyMs: 10_000, all: true })
  const resolved = usePages<FindingView>(['findings'], 'findings', {
    query: { state: 'resolved' },
    everyMs: 10_000,
    all: scope !== '',
    enabled: show === 'all',
  })
  const { data: informs } = useApi<Page<FindingView>>(['findings'], 'findings', {
    query: { state: 'firing', severity: 'info', limit: 1 },
    everyMs: 10_000,
  })
  const error = firing.error ?? pending.error ?? (show === 'all' ? resolved.error : null)
  const mineFirst = useMineFirst()
  const shown = mineFirst(
    [...firing.items, ...pending.items, ...(show === 'all' ? resolved.items : [])]
      .filter((finding) =>
        inScope(scope, [finding.summary, finding.rule, subjectText(finding.subject)], { ...finding.labels, ...finding.subject }),
      )
      .sort(byUrgency),
  )
  return (
    <>
      <PageHead title="Findings" lead={needsWords(firing.total, informs?.total ?? info)}>
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
      <FindingsTable
        findings={shown}
        selected={open}
        onOpen={(finding) => go(`/findings/${finding.id}`)}
        empty={
          <Empty
            title="Nothing is wrong here"
            config={'rules:\n  cache/hit-ratio-drop: { drop: 0.1, for: 10s }   # every threshold can be set'}
          >
            <p>
              A finding is a problem that a rule has measured: what, where, since when, with the numbers behind it and, where a setting can
              mend it, a proposal with the effect it predicts. Each rule, why it matters and what it can judge now stands under Settings.
            </p>
          </Empty>
        }
      />
      {show === 'all' && <More list={resolved} />}
      {open && <FindingSheet id={open} initial={initialOpen} onClose={() => go('/findings')} />}
    </>
  )
}
