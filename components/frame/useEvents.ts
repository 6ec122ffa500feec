'use client'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { plainSentence } from '@/components/ui/sentence.tsx'
import { toast } from '@/components/ui/toast.tsx'
import type { AppEvent } from '@/lib/model/events.ts'
import { subjectName } from '@/lib/model/finding.ts'
import { setConnection } from './connection.ts'
import { openEvents } from './openEvents.ts'
import { pace } from './pace.ts'
import { createRefetch } from './refetch.ts'

/** The first words of the query keys that an event invalidates. */
const TOUCHES: Record<AppEvent['type'], string[]> = {
  finding: ['findings', 'overview', 'frame', 'incidents', 'rules'],
  proposal: ['proposals', 'overview', 'findings'],
  change: ['changes', 'proposals', 'overview', 'pools', 'rings', 'ttls'],
  annotation: ['annotations', 'incidents', 'runs'],
  approval: ['approvals', 'frame', 'proposals'],
  warming: ['warming'],
  target: ['targets', 'overview', 'caches'],
  sample: [],
  clock: ['frame', 'overview', 'findings', 'changes', 'silences'],
}

const EVERYTHING = [...new Set(Object.values(TOUCHES).flat())]

/**
 * One EventSource a tab. Events make queries old, many at a time; firing, resolved and verdicts become toasts, and the
 * browser's notifications where a person allowed them.
 */
export function useEvents(live: boolean) {
  const client = useQueryClient()
  const isLive = useRef(live)
  useEffect(() => {
    isLive.current = live
  })
  useEffect(() => {
    const refetch = createRefetch({
      delay: pace.delay,
      busy: (key) => client.isFetching({ queryKey: [key] }) > 0,
      seen: () => isLive.current && !document.hidden,
      invalidate(keys, now) {
        for (const key of keys) void client.invalidateQueries({ queryKey: [key], refetchType: now ? 'active' : 'none' })
      },
    })
    const ranks = new Map<string, number>()
    const states = new Map<string, string>()
    const burst = createBurst()
    let rest: ReturnType<typeof setTimeout> | null = null
    const source = openEvents({ retry: pace.retry, onOpen: (connected) => setConnection({ connected }) })
    const listen = <T extends AppEvent['type']>(type: T, then: (data: Extract<AppEvent, { type: T }>) => void) =>
      source.on(type, (event) => {
        refetch.touch(TOUCHES[type])
        try {
          then(normalise(type, JSON.parse(event.data)) as Extract<AppEvent, { type: T }>)
        } catch {
          // An event that cannot be read still made its queries old.
        }
      })
    // Something was missed that nobody tells any more.
    source.on('resync', () => refetch.touch(EVERYTHING))
    listen('finding', ({ finding }) => {
      const news = newsOf(ranks.get(finding.id), finding, Date.now())
      ranks.set(finding.id, rankOf(finding))
      if (!news) return
      if (!burst.admit(performance.now())) {
        // Each toast lays all of them out again: hundreds at once hold the page up for twenty seconds.
        rest ??= setTimeout(() => {
          rest = null
          const more = burst.takeRest()
          showNotice(
            'warning',
            `${more} more ${more === 1 ? 'finding' : 'findings'} began, got worse or ended`,
            'Too many at once to be listed one by one.',
            '/findings',
          )
        }, 1_000)
        return
      }
      const firing = finding.state === 'firing'
      showNotice(
        firing ? finding.severity : 'ok',
        firing ? finding.summary : `Resolved: ${subjectName(finding.subject)}`,
        firing ? finding.rule : finding.summary,
        `/findings/${finding.id}`,
      )
    })
    listen('change', ({ change }) => {
      const before = states.get(change.id)
      states.set(change.id, change.state)
      if (!endedNow(before, change, Date.now())) return
      const words = {
        kept: 'Kept',
        rolled_back: 'Rolled back',
        failed: 'Failed',
        applying: 'Applying',
        awaiting: 'Awaiting',
        watching: 'Watching',
      }[change.state]
      showNotice(
        change.state === 'failed' ? 'critical' : 'ok',
        change.drill ? `Drill ended: ${change.drill.of}` : `${words}${change.verdict ? `: ${change.verdict.replace('_', ' ')}` : ''}`,
        change.outcome ?? change.because,
        `/changes/${change.id}`,
      )
    })
    listen('proposal', () => {})
    listen('annotation', () => {})
    listen('approval', () => {})
    listen('target', () => {})
    listen('warming', () => {})
    listen('clock', () => {})
    listen('sample', ({ at, spreadMs }) => {
      pace.asked(spreadMs)
      setConnection({ newestAt: typeof at === 'number' ? at : Date.parse(at) })
    })
    return () => {
      source.close()
      if (rest) clearTimeout(rest)
      refetch.stop()
    }
  }, [client])
}

/** So many toasts in so long are read one by one. */
const BURST_MOST = 10
const BURST_MS = 3_000

/** A rate limit on toasts: what it does not admit is counted, to be shown as one. */
export function createBurst() {
  let admitted: number[] = []
  let left = 0
  return {
    /** `now`: ms of a clock that nobody sets. */
    admit(now: number): boolean {
      admitted = admitted.filter((at) => now - at < BURST_MS)
      if (admitted.length >= BURST_MOST) {
        left++
        return false
      }
      admitted.push(now)
      return true
    },
    /** How many were not admitted since this was asked last. */
    takeRest(): number {
      const rest = left
      left = 0
      return rest
    },
  }
}

const RANK = { info: 0, warning: 1, critical: 2 } as const
const rankOf = (finding: FindingRank) => (finding.state === 'firing' ? RANK[finding.severity] : 0)
type FindingRank = { state: string; severity: keyof typeof RANK; firingAt?: number | string }
/** What began to fire or ended so long ago was news before this page was opened. */
const NEWS_MS = 20_000

/**
 * Whether a finding's event is worth a toast: it begins to fire or gets worse, or one that was shown is resolved. `before` is the rank
 * at its last event (0: it needs nobody), undefined when this page does not know it. Pure.
 */
export function newsOf(before: number | undefined, finding: FindingRank, now: number): boolean {
  if (finding.state === 'resolved') return (before ?? 0) > 0
  const rank = rankOf(finding)
  if (before !== undefined) return rank > before
  return rank > 0 && isNew(finding.firingAt, now)
}

/**
 * Whether a change's event is the news of its end. `before` is the state at its last event, undefined when this page does not know it: it may
 * have begun before the page was opened. Pure.
 */
export function endedNow(before: string | undefined, change: { state: string; endedAt?: number | string | null }, now: number): boolean {
  if (!change.endedAt || before === change.state) return false
  return before !== undefined || isNew(change.endedAt, now)
}

const isNew = (at: number | string | undefined, now: number) =>
  at !== undefined && now - (typeof at === 'string' ? Date.parse(at) : at) < NEWS_MS

/** An event's data is the noun itself or a wrapper around it. */
function normalise(type: AppEvent['type'], data: Record<string, unknown>): unknown {
  if (type === 'sample' || type === 'target' || type in data) return data
  return { type, [type]: data }
}

/** Shows a toast with a way to what it is about, and a notification of the browser while the page is out of sight. */
function showNotice(tone: 'critical' | 'warning' | 'info' | 'ok', title: string, text: string, href: string) {
  const options = {
    description: text,
    action: { label: 'Open', onClick: () => window.dispatchEvent(new CustomEvent('evenkeel:go', { detail: href })) },
  }
  if (tone === 'critical') toast.error(title, options)
  else if (tone === 'warning') toast.warning(title, options)
  else toast(title, options)
  if (document.hidden) notify(title, text, href)
}

/** One of the browser's own notifications, where a person allowed them; a later one of the same address takes its place. */
export function notify(title: string, text: string, href: string): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  const note = new Notification(plainSentence(title), { body: plainSentence(text, 300), tag: href })
  note.onclick = () => {
    window.focus()
    window.dispatchEvent(new CustomEvent('evenkeel:go', { detail: href }))
    note.close()
  }
}

/** Invalidates every query: after the page was paused, all of them may be old. */
export const refreshAll = (client: QueryClient) => void client.invalidateQueries()
