import type { Labels } from './series.ts'

export type Severity = 'info' | 'warning' | 'critical'

/** One measured number behind a finding, over a span of time, with what it is compared with. */
export type Evidence = {
  /** A metric that `measure` or the series API knows, so that the page can draw it. */
  metric: string
  where: Labels
  /** What the number is, as the page says it: "mean response of app3". */
  label: string
  value: number
  unit: Unit
  low?: number
  high?: number
  /** The same before, or elsewhere (the other servers). */
  baseline?: number
  threshold?: number
  from: number
  to: number
  method?: string
}

export type Unit = 'seconds' | 'ratio' | 'bytes' | 'count' | 'perSecond' | 'factor' | 'none'

/** The result of a detector for one subject. */
export type Verdict = { subject: Labels } & (
  | { is: 'clear' }
  | { is: 'unjudged'; because: string }
  | { is: 'found'; severity: Severity; summary: string; evidence: [Evidence, ...Evidence[]]; ttlMs?: number }
)

export type FindingState = 'pending' | 'firing' | 'resolved'

export type Comment = { by: string; at: number; text: string }

/** A verdict that held. One problem is one finding: it keeps its id while it fires. */
export type Finding = {
  id: string
  rule: string
  severity: Severity
  state: FindingState
  subject: Labels
  /** The labels that the configuration gives to its target; of a ring those that all its targets share. As of when it was last judged found. */
  labels?: Labels
  summary: string
  evidence: Evidence[]
  /** Of keys that end together: how long they lived, where that was measured. One time to live before, they were written together. */
  ttlMs?: number
  /** Epoch ms of the first verdict that found it. */
  since: number
  firingAt?: number
  resolvedAt?: number
  /** When it was last judged found. */
  seenAt: number
  /** Set while a firing subject is unjudged or has no verdict: it stays firing. */
  stale?: string
  acknowledged?: { by: string; at: number }
  /** What people wrote about it, oldest first. */
  comments?: Comment[]
  /** What a person said of it. Counted in the rule's record; nothing is hidden for it. */
  feedback?: { isProblem: boolean; by: string; at: number }
}

/** One subject's name for people: `edge/app/app3`, `cache-a`, `ring products`. */
export function subjectName(subject: Labels): string {
  if (subject.ring) return subject.node ? `${subject.ring}/${subject.node}` : `ring ${subject.ring}`
  return [subject.target, subject.pool, subject.server, subject.key, subject.pattern].filter(Boolean).join('/') || 'fleet'
}
