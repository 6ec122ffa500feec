'use client'
import { useQuery } from '@tanstack/react-query'
import { PendingApprovals } from '@/components/approvals/PendingApprovals.tsx'
import { errorText, get, path } from '@/components/frame/api.ts'
import { FilterNote, isNarrowed, NoneMatch } from '@/components/frame/FilterNote.tsx'
import { Go, linkLook, useGo } from '@/components/frame/Go.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { type First, useFiltered } from '@/components/frame/useFiltered.ts'
import { stepsLine } from '@/components/proposals/words.ts'
import { Empty, Failure, Skeleton } from '@/components/ui/empty.tsx'
import { More } from '@/components/ui/more.tsx'
import { PageHead } from '@/components/ui/page.tsx'
import { Sheet } from '@/components/ui/sheet.tsx'
import { safe } from '@/lib/format/format.ts'
import type { ChangeView } from '@/lib/model/answers/change.ts'
import type { OverviewView } from '@/lib/model/answers/overview.ts'
import { ChangePanel } from './ChangePanel.tsx'
import { ChangesTable } from './ChangesTable.tsx'

const CHANGE_WORDS = ['change', 'changes'] as const
type Props = { first: First<ChangeView>; score: OverviewView['score']; open: string | null; initialOpen: ChangeView | null }

/** Everything that was done to the fleet through Evenkeel, and how often its predictions came true. */
export function ChangesPage({ first, score, open, initialOpen }: Props) {
  const go = useGo()
  const list = useFiltered<ChangeView>(['changes'], 'changes', { first, everyMs: 5_000 })
  const { error } = list
  const { data: overview } = useApi<OverviewView>(['overview'], 'overview', { everyMs: 10_000 })
  // Of all changes, not of those that have been read.
  const { inside, judged } = overview?.score ?? score
  return (
    <>
      <PageHead
        title="Changes"
        lead={judged === 0 ? 'No prediction has been judged yet.' : `${inside} of ${judged} predictions lay inside their band.`}
      >
        <Go href="/runs" className={linkLook}>
          Load tests
        </Go>
        <Go href="/calibration" className={linkLook}>
          Calibration
        </Go>
      </PageHead>
      <PendingApprovals />
      {error && <Failure tried="The list of changes could not be refreshed." answer={errorText(error)} />}
      <FilterNote lists={[list]} noun={CHANGE_WORDS} />
      <ChangesTable
        changes={list.items}
        question={list.question}
        selected={open}
        onOpen={(change) => go(`/changes/${change.id}`)}
        empty={
          isNarrowed([list]) ? (
            <NoneMatch lists={[list]} noun={CHANGE_WORDS} />
          ) : (
            <Empty title="Nothing has been changed yet" config={'mode: tune   # observe, the default, never writes to a server'}>
              <p>
                Each applied proposal stands here with what it promised, what was measured, and whether it was kept or rolled back by
                itself.
              </p>
            </Empty>
          )
        }
      />
      <More list={list} />
      {open && <ChangeSheet id={open} initial={initialOpen} onClose={() => go('/changes')} />}
    </>
  )
}

function ChangeSheet({ id, initial, onClose }: { id: string; initial: ChangeView | null; onClose: () => void }) {
  const { data: change, error } = useQuery({
    queryKey: ['changes', id],
    queryFn: ({ signal }) => get<ChangeView>(path`changes/${id}`, {}, signal),
    initialData: initial?.id === id ? initial : undefined,
  })
  return (
    <Sheet
      wide
      onClose={onClose}
      title={change ? safe(stepsLine(change.steps), 120) : 'Change'}
      lead={change ? safe(change.steps[0]?.setting.target ?? '', 60) : undefined}
    >
      {error && <Failure tried={`Change ${id} could not be read.`} answer={errorText(error)} />}
      {!change && !error && <Skeleton className="h-40 w-full" />}
      {change && <ChangePanel change={change} />}
    </Sheet>
  )
}
