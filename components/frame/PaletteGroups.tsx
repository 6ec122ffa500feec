import { Command } from 'cmdk'
import { useTheme } from 'next-themes'
import { Fragment, type ReactNode } from 'react'
import { applyWords } from '@/components/proposals/words.ts'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Shape } from '@/components/ui/status.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { ProposalView } from '@/lib/model/answers/proposal.ts'
import { subjectName } from '@/lib/model/finding.ts'
import { path } from './api.ts'
import { useGo } from './Go.tsx'
import { useLive } from './live.tsx'
import { nounsFor } from './nav.ts'
import { SPANS } from './range.ts'
import type { Place } from './usePaletteThings.ts'
import { useRange } from './useRange.ts'

/** Wraps what an item does: the palette closes first. */
type Run = (act: () => void) => () => void

const group =
  '[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-dim [&_[cmdk-group-heading]]:text-xs'

function Item({ value, children, hint, onSelect }: { value: string; children: ReactNode; hint?: string; onSelect: () => void }) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-9 cursor-default items-center gap-2.5 rounded px-2 text-sm data-[selected=true]:bg-hover"
    >
      {children}
      {hint && <span className="ml-auto shrink-0 pl-2 text-dim text-xs">{hint}</span>}
    </Command.Item>
  )
}

export const findingValue = (finding: FindingView) => `finding ${finding.rule} ${finding.summary} ${finding.id}`.trim()

export function Firing({ findings, run }: { findings: FindingView[]; run: Run }) {
  const go = useGo()
  if (findings.length === 0) return null
  return (
    <Command.Group heading="Firing" className={group}>
      {findings.map((finding) => (
        <Item key={finding.id} value={findingValue(finding)} onSelect={run(() => go(path`/findings/${finding.id}`))}>
          <Shape tone={finding.severity} />
          <span className="truncate">
            <Sentence text={finding.summary} />
          </span>
        </Item>
      ))}
    </Command.Group>
  )
}

export function Proposed({ proposals, run }: { proposals: ProposalView[]; run: Run }) {
  const go = useGo()
  if (proposals.length === 0) return null
  return (
    <Command.Group heading="Proposed" className={group}>
      {proposals.map((proposal) => (
        <Item
          key={proposal.id}
          value={`apply proposal ${proposal.because} ${proposal.id}`}
          onSelect={run(() => go(path`/findings/${proposal.finding}`))}
        >
          <Shape tone="change" />
          <span className="truncate">
            <Sentence text={proposal.because} />
          </span>
        </Item>
      ))}
    </Command.Group>
  )
}

type ActProps = { heading: string; findings: FindingView[]; proposals: ProposalView[]; here: string | undefined; run: Run }

/** "Apply…" and "Silence…" of each finding; `here`: the one that is open. */
export function Act({ heading, findings, proposals, here, run }: ActProps) {
  const go = useGo()
  if (findings.length === 0) return null
  return (
    <Command.Group heading={heading} className={group}>
      {findings.map((finding) => {
        const proposal = proposals.find((one) => one.finding === finding.id)
        return (
          <Fragment key={finding.id}>
            {proposal && (
              <Item
                value={`apply ${applyWords(proposal.steps)} ${finding.summary} ${finding.id}`}
                hint={finding.id === here ? 'asks first' : subjectName(finding.subject)}
                onSelect={run(() => go(`${path`/findings/${finding.id}`}?do=apply`))}
              >
                <Shape tone="change" />
                <span className="truncate">{applyWords(proposal.steps)}…</span>
              </Item>
            )}
            <Item
              value={`silence ${finding.summary} ${finding.id}`}
              hint={finding.id === here ? 'asks first' : subjectName(finding.subject)}
              onSelect={run(() => go(`${path`/findings/${finding.id}`}?do=silence`))}
            >
              <Shape tone={finding.severity} />
              <span className="truncate">Silence…</span>
            </Item>
          </Fragment>
        )
      })}
    </Command.Group>
  )
}

/** Pages of the rail, then targets, pools and rings. */
export function GoTo({ frame, places, run }: { frame: FrameView; places: Place[]; run: Run }) {
  const go = useGo()
  return (
    <>
      <Command.Group heading="Go to" className={group}>
        {nounsFor(frame).map((noun) => (
          <Item key={noun.href} value={`go ${noun.label}`} hint={`g ${noun.key}`} onSelect={run(() => go(noun.href))}>
            <noun.icon size={16} strokeWidth={1.75} aria-hidden className="text-dim" />
            {noun.label}
          </Item>
        ))}
      </Command.Group>
      <Command.Group heading="The fleet" className={group}>
        {places.map((place) => (
          <Item key={place.href} value={`${place.kind} ${place.name}`} hint={place.kind} onSelect={run(() => go(place.href))}>
            <span className="truncate">{safe(place.name)}</span>
          </Item>
        ))}
      </Command.Group>
    </>
  )
}

/** Time range, live or paused, theme and notifications. */
export function ThePage({ run }: { run: Run }) {
  const { live, setLive } = useLive()
  const { setSpan } = useRange()
  const { setTheme } = useTheme()
  return (
    <Command.Group heading="The page" className={group}>
      {SPANS.map((span) => (
        <Item key={span} value={`range last ${span}`} hint="time range" onSelect={run(() => setSpan(span))}>
          Last {span}
        </Item>
      ))}
      <Item value="live pause" hint="l" onSelect={run(() => setLive(!live))}>
        {live ? 'Pause' : 'Go live'}
      </Item>
      {(['light', 'dark', 'system'] as const).map((theme) => (
        <Item key={theme} value={`theme ${theme}`} hint="theme" onSelect={run(() => setTheme(theme))}>
          {theme === 'system' ? 'As the system' : theme === 'dark' ? 'Dark' : 'Light'}
        </Item>
      ))}
      {'Notification' in globalThis && Notification.permission === 'default' && (
        <Item value="notifications allow browser" onSelect={run(() => void Notification.requestPermission())}>
          Allow this browser's notifications
        </Item>
      )}
    </Command.Group>
  )
}
