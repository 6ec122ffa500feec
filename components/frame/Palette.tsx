'use client'
import { Command } from 'cmdk'
import { usePathname } from 'next/navigation'
import { useTheme } from 'next-themes'
import { Fragment, type ReactNode, useEffect, useState } from 'react'
import { applyWords } from '@/components/proposals/words.ts'
import { Shape } from '@/components/ui/status.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import type { ProposalView } from '@/lib/model/answers/proposal.ts'
import type { RingView } from '@/lib/model/answers/ring.ts'
import type { TargetView } from '@/lib/model/answers/target.ts'
import { subjectName } from '@/lib/model/finding.ts'
import { path } from './api.ts'
import { useGo } from './Go.tsx'
import { useLive } from './live.tsx'
import { matching } from './matching.ts'
import { nounsFor } from './nav.ts'
import { SPANS } from './range.ts'
import { usePages } from './usePages.ts'
import { useRange } from './useRange.ts'

/**
 * Ctrl/Cmd-K: go anywhere, open what is firing or proposed, set the range. "Apply…" and "Silence…" open the finding at its button or its
 * dialog: the same confirmation as everywhere. The palette itself never applies anything.
 */
export function Palette({ open, onClose, frame }: { open: boolean; onClose: () => void; frame: FrameView }) {
  const go = useGo()
  const { live, setLive } = useLive()
  const { setSpan } = useRange()
  const { setTheme } = useTheme()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState('')
  const things = useThings(open, text)
  const first = things.findings[0]
  const here = /^\/findings\/([^/]+)$/.exec(usePathname())?.[1]
  // Of the finding that is open; of all, once somebody types what to do.
  const actOn = things.findings.filter(({ id }) => id === here || text !== '')
  // What fires comes first, also when it arrives after the rest was drawn.
  useEffect(() => {
    if (open && first && text === '') setChosen(findingValue(first))
  }, [open, first, text])
  const run = (act: () => void) => () => {
    setText('')
    onClose()
    act()
  }
  return (
    <Command.Dialog
      open={open}
      onOpenChange={(now) => !now && onClose()}
      label="Go, find, act"
      value={chosen}
      onValueChange={setChosen}
      overlayClassName="fixed inset-0 z-50 animate-fade bg-[oklch(0.15_0.01_250/0.35)]"
      contentClassName="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded border border-line bg-raised shadow-float outline-none"
    >
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Go to, find, open…"
        className="h-12 w-full border-line border-b bg-transparent px-4 text-base outline-none placeholder:text-dim"
      />
      <Command.List className="max-h-[52vh] overflow-y-auto p-2">
        <Command.Empty className="px-2 py-6 text-dim text-sm">Nothing of that name.</Command.Empty>
        {things.findings.length > 0 && (
          <Command.Group heading="Firing" className={group}>
            {things.findings.map((finding) => (
              <Item key={finding.id} value={findingValue(finding)} onSelect={run(() => go(path`/findings/${finding.id}`))}>
                <Shape tone={finding.severity} />
                <span className="truncate">{safe(finding.summary)}</span>
              </Item>
            ))}
          </Command.Group>
        )}
        {things.proposals.length > 0 && (
          <Command.Group heading="Proposed" className={group}>
            {things.proposals.map((proposal) => (
              <Item
                key={proposal.id}
                value={`apply proposal ${proposal.because} ${proposal.id}`}
                onSelect={run(() => go(path`/findings/${proposal.finding}`))}
              >
                <Shape tone="change" />
                <span className="truncate">{safe(proposal.because)}</span>
              </Item>
            ))}
          </Command.Group>
        )}
        {actOn.length > 0 && (
          <Command.Group heading={text === '' ? 'This finding' : 'Act'} className={group}>
            {actOn.map((finding) => {
              const proposal = things.proposals.find((one) => one.finding === finding.id)
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
        )}
        <Command.Group heading="Go to" className={group}>
          {nounsFor(frame).map((noun) => (
            <Item key={noun.href} value={`go ${noun.label}`} hint={`g ${noun.key}`} onSelect={run(() => go(noun.href))}>
              <noun.icon size={16} strokeWidth={1.75} aria-hidden className="text-dim" />
              {noun.label}
            </Item>
          ))}
        </Command.Group>
        <Command.Group heading="The fleet" className={group}>
          {things.places.map((place) => (
            <Item key={place.href} value={`${place.kind} ${place.name}`} hint={place.kind} onSelect={run(() => go(place.href))}>
              <span className="truncate">{safe(place.name)}</span>
            </Item>
          ))}
        </Command.Group>
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
      </Command.List>
    </Command.Dialog>
  )
}

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

const findingValue = (finding: FindingView) => `finding ${finding.rule} ${finding.summary} ${finding.id}`.trim()

/** So many places are offered at once; with what is typed, of all that there are those whose words hold it. */
const PLACES = 200

/** Lists the palette offers; asked for when it opens, and what fails is simply not offered. */
function useThings(open: boolean, text: string) {
  const options = { enabled: open, everyMs: 10_000, all: true }
  const { items: findings } = usePages<FindingView>(['findings'], 'findings', { ...options, query: { state: 'firing' } })
  const { items: proposals } = usePages<ProposalView>(['proposals'], 'proposals', { ...options, query: { state: 'open' } })
  const { items: targets } = usePages<TargetView>(['targets'], 'targets', options)
  const { items: pools } = usePages<PoolView>(['pools'], 'pools', options)
  const { items: rings } = usePages<RingView>(['rings'], 'rings', options)
  return {
    findings: matching(text, findings, (finding) => `${finding.rule} ${finding.summary}`, 12),
    proposals: matching(text, proposals, (proposal) => proposal.because, 8),
    places: matching(
      text,
      [
        { kind: 'page', name: 'Ring lab', href: '/lab' },
        ...targets.map((target) => ({ kind: target.title || target.kind, name: target.name, href: path`/targets/${target.name}` })),
        ...pools.map((pool) => ({ kind: 'pool', name: `${pool.target}/${pool.name}`, href: path`/pools/${pool.target}/${pool.name}` })),
        ...rings.map((ring) => ({ kind: 'ring', name: ring.name, href: path`/rings/${ring.name}` })),
      ],
      (place) => `${place.kind} ${place.name}`,
      PLACES,
    ),
  }
}
