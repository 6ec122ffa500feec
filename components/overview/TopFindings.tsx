'use client'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { subjectText } from '@/components/findings/words.ts'
import { path } from '@/components/frame/api.ts'
import { Go, linkLook, useGo } from '@/components/frame/Go.tsx'
import { mineFirst } from '@/components/frame/mine.ts'
import { inScope, useScope } from '@/components/frame/Scope.tsx'
import { useApi } from '@/components/frame/useApi.ts'
import { cn } from '@/components/ui/cn.ts'
import { holdOrder } from '@/components/ui/hold.ts'
import { Section } from '@/components/ui/page.tsx'
import { typing, useRowKeys } from '@/components/ui/rows.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { OverviewView } from '@/lib/model/answers/overview.ts'
import { TopFindingRow } from './TopFindingRow.tsx'

type TopFinding = OverviewView['pains'][number]

/** The findings that cost most now. Rows hold still while the pointer or the focus is on them: nobody applies what slid under the cursor. */
export function TopFindings({ view }: { view: OverviewView }) {
  const [scope] = useScope()
  const [held, setHeld] = useState(false)
  const shown = useRef<TopFinding[]>([])
  const list = useRef<HTMLUListElement>(null)
  useRowKeys(list)
  useOpenRemedy(list)
  const { data: frame } = useApi<FrameView>(['frame'], 'frame', { everyMs: 10_000 })
  const fresh = mineFirst(frame?.person, view.pains, ({ finding }) => finding.labels).filter(({ finding }) =>
    inScope(scope, [finding.summary, finding.rule, subjectText(finding.subject)], { ...finding.labels, ...finding.subject }),
  )
  const still = held && shown.current.length > 0 ? holdOrder(shown.current, fresh, (top) => top.finding.id) : null
  const rows = still?.rows ?? fresh
  shown.current = rows
  if (rows.length === 0) return null
  return (
    <Section
      flush
      title="What costs most now"
      note={still?.moved ? 'holding still while you are here' : undefined}
      actions={
        <Go href="/findings" className={cn(linkLook, 'text-sm')}>
          All findings
        </Go>
      }
    >
      <ul
        ref={list}
        className="border-line border-t"
        onPointerEnter={() => setHeld(true)}
        onPointerLeave={(event) => !event.currentTarget.contains(document.activeElement) && setHeld(false)}
        onFocus={() => setHeld(true)}
        onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && !event.currentTarget.matches(':hover') && setHeld(false)}
      >
        {rows.map((top) => (
          <TopFindingRow key={top.finding.id} top={top} gone={still?.gone.has(top.finding.id)} />
        ))}
      </ul>
    </Section>
  )
}

/** `a` opens the proposal of the row in focus, else of the first; Enter opens the row. Neither applies anything. */
function useOpenRemedy(list: RefObject<HTMLElement | null>) {
  const go = useGo()
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || typing(event)) return
      const row = document.activeElement?.closest<HTMLElement>('[data-row]') ?? null
      const mine = row && list.current?.contains(row) ? row : null
      const chosen =
        event.key === 'a'
          ? (mine ?? list.current?.querySelector<HTMLElement>('[data-row]'))
          : event.key === 'Enter' && document.activeElement === mine
            ? mine
            : null
      if (chosen?.dataset.row) go(path`/findings/${chosen.dataset.row}`)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [list, go])
}
