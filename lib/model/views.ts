/** What the HTTP API answers and the pages draw: the nouns with ISO times and the measured numbers beside them. */
import type { AuditEntry, AuditHead } from './audit.ts'
import type { Change, JournalEntry } from './change.ts'
import type { Finding, Severity } from './finding.ts'
import type { Job } from './job.ts'
import type { Delivery, Silence } from './notice.ts'
import type { Proposal } from './proposal.ts'
import type { BigKey, HotKey, KeyPattern, SlowEntry } from './record.ts'
import type { RingAlgorithm, RingSpec } from './ring.ts'
import type { Labels, Point } from './series.ts'
import type { Rise } from './slowStart.ts'
import type { Pool, PoolServer, TargetFacts, TtlPolicy } from './topology.ts'

/** ISO 8601, UTC. */
export type Iso = string
/** A measured number, or why there is none. */
export type Figure = { value: number; low?: number; high?: number } | { because: string }

/** `total`: how many there are over all pages, of those that were asked for. */
export type Page<T> = { items: T[]; next: string | null; total?: number }

export type TargetView = TargetFacts & {
  address: string
  title: string
  lastPollAt: Iso | null
  /** How long the newest vital poll took. */
  pollMs: number | null
  /** Consecutive failures and when the next try is, while it is down. */
  failures: number
  nextPollAt?: Iso
  probes: {
    id: string
    feature: string
    everyMs: number
    cost: string
    lastAt: Iso | null
    lastMs: number | null
    state: 'ok' | 'gap' | 'resting' | 'unavailable' | 'waiting'
    because?: string
  }[]
  monitor?: 'ask' | 'bursts' | 'never'
  /** For caches and stores: the newest figures a list shows. */
  figures?: { hitRatio: Figure; readsPerSecond: Figure; evictionsPerSecond: Figure; memoryUsed: Figure; memoryMax: Figure; items: Figure }
}

export type PoolServerView = PoolServer & {
  /** Fractions of the pool's requests, from the weights and as measured. */
  shareExpected: number | null
  shareSeen: number | null
  sessions: number | null
  queue: number | null
  requestsPerSecond: number | null
  errorRatio: number | null
  responseSeconds: number | null
}
export type PoolView = Omit<Pool, 'servers'> & {
  servers: PoolServerView[]
  requestsPerSecond: number | null
  responseSeconds: number | null
  errorRatio: number | null
  /** Of one pool alone, not in lists: the lines that would let its weights be set at run time, and what writing them moves. */
  tunable?: { lines: string; moves: string }
  /** max over mean of share seen against share expected; null while there is too little traffic. */
  imbalance: number | null
}

export type FindingView = Omit<Finding, 'since' | 'firingAt' | 'resolvedAt' | 'seenAt' | 'acknowledged'> & {
  since: Iso
  firingAt?: Iso
  resolvedAt?: Iso
  seenAt: Iso
  acknowledged?: { by: string; at: Iso }
  /** The rule's title and why it matters. */
  title: string
  why: string
  proposals: string[]
  /** Why nothing is proposed, when an advisor said so. */
  noRemedy?: string
  /** Ids of silences that mute it now. */
  silencedBy: string[]
}

export type ProposalView = Omit<Proposal, 'createdAt' | 'replaced'> & {
  createdAt: Iso
  /** Superseded by nearly the same advice, and still applicable until then: somebody may be reading it. */
  heldUntil?: Iso
  subject: Labels
  /** The balance strips: share of each server or node before and after. */
  balance?: { name: string; before: number; after: number }[]
  /** Why it may not be applied now (observe mode, busy, role, not followed), else absent. */
  disabledBecause?: string
  reversal: 'exact' | 'lossy' | 'none'
  /** Followers of a control document: fresh of expected. */
  followers?: { fresh: number; expected: number | null }
}

export type ChangeView = Omit<Change, 'at' | 'watchFrom' | 'watchUntil' | 'endedAt' | 'journal' | 'slowStart'> & {
  at: Iso
  watchFrom?: Iso
  watchUntil?: Iso
  endedAt?: Iso
  journal: (Omit<JournalEntry, 'at'> & { at: Iso })[]
  /** How to make it outlive a reload, a text a server: the line of the file. Of one change alone, not in lists. */
  lasting?: string[]
  /** The weights of servers that come back, stage by stage: the stage that stands, from 1. */
  slowStart?: { stage: number; of: number; done: boolean; nextAt?: Iso; weights: Rise[] }
  /** Guards with what they read now. */
  guardsNow: {
    metric: string
    text: string
    now: Figure
    /** The limit is passed now; held for the guard's time, the change rolls back. */
    breached: boolean
    /** Since when without a break. */
    since?: Iso
    /** The limit in force while the dip that the prediction expects lasts. */
    loosenedTo?: number
  }[]
}

/** Without what only the job itself needs. */
export type JobView = Omit<Job, 'cursor' | 'effect' | 'undoableUntil'>

export type RingNodeView = {
  name: string
  target?: string
  address: string
  points: number | null
  weight: number | null
  shareOwned: number
  shareSeen: number | null
}
export type RingView = {
  name: string
  algorithm: RingAlgorithm
  version: number
  control: { target: string; key: string } | null
  nodes: RingNodeView[]
  /** max over mean of the share seen, or of the share owned while nothing is seen. */
  imbalance: number | null
  imbalanceOwned: number
  followers: { name: string; version: number; seenAt: Iso; fresh: boolean }[]
  followersExpected?: number
  spec: RingSpec
  /** Reads a second over all nodes, and their hit ratio: what a move costs. */
  readsPerSecond: number | null
  hitRatio: number | null
  error?: string
}
export type TtlPolicyView = Omit<TtlPolicy, 'followers'> & { followers: { name: string; version: number; seenAt: Iso; fresh: boolean }[] }

export type SeriesView = { metric: string; labels: Labels; points: (Point | readonly [ms: number, value: null])[] }

export type SlowView = Omit<SlowEntry, 'at' | 'kind'> & { at: Iso }
export type HotKeyView = Omit<HotKey, 'at' | 'kind' | 'id'> & { at: Iso }
export type BigKeyView = Omit<BigKey, 'at' | 'kind' | 'id'> & { at: Iso }
export type KeyPatternView = Omit<KeyPattern, 'at' | 'kind' | 'id'> & { at: Iso }

export type DeliveryView = Omit<Delivery, 'at' | 'nextAt'> & { at: Iso; nextAt?: Iso }
export type SilenceView = Omit<Silence, 'from' | 'until'> & { from: Iso; until: Iso; active: boolean }

export type RuleView = {
  id: string
  title: string
  why: string
  needs: { spanMs: number; metrics: string[] }
  settings: Record<string, unknown>
  defaults: Record<string, unknown>
  enabled: boolean
  /** How many subjects it last found, cleared and could not judge, and a sample of why not. */
  now: { found: number; clear: number; unjudged: number; because: string[] }
}

export type TierView = {
  id: string
  kind: 'clients' | 'pool' | 'application' | 'ring' | 'cache' | 'store' | 'origin'
  name: string
  href: string | null
  requestsPerSecond: number | null
  responseSeconds: number | null
  errorRatio: number | null
  hitRatio: number | null
  balance: { name: string; seen: number | null; expected: number | null; state?: string }[]
  /** The worst firing severity about it. */
  severity: 'critical' | 'warning' | 'info' | null
  state: 'ok' | 'down' | 'unknown'
}

/** Everything the first page shows, in one answer. */
export type OverviewView = {
  at: Iso
  mode: 'observe' | 'tune'
  targets: { total: number; up: number; down: number; unknown: number }
  /** Firing findings that need a person (not info, not silenced). */
  needs: number
  learning: boolean
  tiers: TierView[]
  edges: { from: string; to: string; perSecond: number | null }[]
  /** Pools that are not among the tiers because there are very many. */
  poolsLeft: number
  pains: {
    finding: FindingView
    /** What it costs now: reads lost to the origin a second, requests slowed a second, bytes wasted. */
    cost: { value: number; what: string } | null
    spark: { metric: string; where: Labels; points: (number | null)[]; from: Iso; stepMs: number; threshold?: number; unit: string } | null
    proposal: ProposalView | null
  }[]
  watching: ChangeView[]
  recent: ChangeView[]
  score: { inside: number; judged: number }
}

/** Who is asking. */
export type Person = { name: string; role: 'viewer' | 'operator' | 'admin' }

/** What the frame around every page needs. */
export type FrameView = {
  mode: 'observe' | 'tune'
  modeMax: 'observe' | 'tune'
  person: Person | null
  auth: 'none' | 'local' | 'proxy' | 'oidc'
  drills: boolean
  version: string
  newestSampleAt: Iso | null
  /** The clock of Evenkeel's machine was set within the last hour: when, and how far ahead (negative: back). */
  clockStep: { at: Iso; byMs: number } | null
  firing: number
  /** Null while everything reaches the disk. */
  saving: SavingView | null
  /** What was damaged in the data folder and what became of it, as this start found it: sentences. */
  repairs: string[]
}

/** Why nothing reaches the disk, and since when. */
export type SavingView = { since: Iso; because: string; mend: string }

export type DrillView = {
  name: string
  title: string
  /** What is done to the fleet, what to look for, and which rule should speak. */
  does: string
  lookFor: string
  rule: string
  lastsSeconds: number
  state: 'ready' | 'running' | 'ending'
  endsAt?: Iso
}

/** Findings of one cause together. */
export type IncidentView = {
  id: string
  state: 'firing' | 'resolved'
  since: Iso
  resolvedAt?: Iso
  severity: Severity
  summary: string
  findings: FindingView[]
  /** Ids of changes that were made meanwhile on what it is about. */
  changes: string[]
  timeline: { at: Iso; what: string; text: string }[]
}

/** A page of the audit log, with the newest entry's place in its chain and what of it is not on the disk. */
export type AuditView = Page<AuditEntry> & { head: AuditHead; unsaved: { entries: number; because: string | null } }

/** A piece of a program's configuration that makes a ring, and where it belongs; or why that program's configuration cannot hold the ring. */
export type ProductTextView = { product: string; title: string } & ({ text: string } | { because: string })
