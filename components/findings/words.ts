import type { Tone } from '@/components/ui/status.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import { subjectName } from '@/lib/model/finding.ts'

/** The mark of a finding: its severity while it fires, grey once it is over. */
export function findingTone(finding: Pick<FindingView, 'state' | 'severity'>): Tone {
  return finding.state === 'resolved' ? 'ok' : finding.severity
}

/** The word beside the mark. */
export function findingWord(finding: Pick<FindingView, 'state' | 'severity' | 'stale'>): string {
  if (finding.state === 'resolved') return 'resolved'
  if (finding.state === 'pending') return 'pending'
  return finding.stale ? `${finding.severity}, stale` : finding.severity
}

/** The page of a finding's subject: its pool's, ring's or target's. */
export function subjectHref(subject: FindingView['subject']): string | null {
  const part = encodeURIComponent
  if (subject.ring) return `/rings/${part(subject.ring)}`
  if (subject.pool && subject.target) return `/pools/${part(subject.target)}/${part(subject.pool)}`
  if (subject.key || subject.pattern) return `/keys?target=${part(subject.target ?? '')}`
  return subject.target ? `/targets/${part(subject.target)}` : null
}

/** Names come from servers and from keys: any bytes. */
export const subjectText = (subject: FindingView['subject']) => safe(subjectName(subject), 80)

const ORDER = { critical: 0, warning: 1, info: 2 }
/** What needs a person first: firing before pending before resolved, worse before milder, newer before older. */
export function byUrgency(a: FindingView, b: FindingView): number {
  const state = { firing: 0, pending: 1, resolved: 2 }
  return state[a.state] - state[b.state] || ORDER[a.severity] - ORDER[b.severity] || Date.parse(b.since) - Date.parse(a.since)
}

/** The head of the list: who is needed, from the server's own counts of what fires and of what of it only informs. */
export function needsWords(firing: number, info: number): string {
  if (firing === 0) return 'Even keel: nothing needs you.'
  const needs = firing - info
  if (needs <= 0) return `Nothing needs you; ${firing} for your information.`
  return `${needs} ${needs === 1 ? 'thing needs' : 'things need'} you.`
}
