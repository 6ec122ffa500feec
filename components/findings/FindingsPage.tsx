'use client'
import { useQuery } from '@tanstack/react-query'
import { parseAsStringEnum, useQueryState } from 'nuqs'
import { get } from '@/components/frame/api.ts'
import { Go, linkLook, useGo } from '@/components/frame/Go.tsx'
import { inScope, useScope } from '@/components/frame/Scope.tsx'
import { Empty, Failure } from '@/components/ui/empty.tsx'
import { Segmented } from '@/components/ui/field.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import type { FindingView, Page } from '@/lib/model/views.ts'
import { FindingSheet } from './FindingSheet.tsx'
import { FindingsTable } from './FindingsTable.tsx'
import { byUrgency, subjectText } from './words.ts'

const STATES = ['firing', 'all'] as const
type Props = { initial: Page<FindingView>; open: string | null; initialOpen: FindingView | null }

/** What fires now, or everything that is remembered; one finding opens in a sheet at its own address. */
export function FindingsPage({ initial, open, initialOpen }: Props) {
  const go = useGo()
  const [show, setShow] = useQueryState('show', parseAsStringEnum([...STATES]).withDefault('firing'))
  const [scope] = useScope()
  const { data, error } = useQuery({
    queryKey: ['findings'],
    queryFn: ({ signal }) => get<Page<FindingView>>('findings', {}, signal),
    initialData: initial,
    refetchInterval: 10_000,
  })
  const shown = data.items
    .filter((finding) => show === 'all' || finding.state !== 'resolved')
    .filter((finding) => inScope(scope, [finding.summary, finding.rule, subjectText(finding.subject)], finding.subject))
    .sort(byUrgency)
  const firing = data.items.filter((finding) => finding.state === 'firing' && finding.severity !== 'info').length
  return (
    <>
      <PageHead
        title="Findings"
        lead={firing === 0 ? 'Even keel: nothing needs you.' : `${firing} ${firing === 1 ? 'thing needs' : 'things need'} you.`}
      >
        <Go href="/incidents" className={linkLook}>
          As incidents
        </Go>
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
      {error && <Failure tried="The list of findings could not be read anew." answer={error.message} />}
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
              mend it, a proposal with the effect it predicts. Each rule and what it can judge now stands under Settings.
            </p>
          </Empty>
        }
      />
      {open && <FindingSheet id={open} initial={initialOpen} onClose={() => go('/findings')} />}
    </>
  )
}
