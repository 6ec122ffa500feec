import { type ClockStep, movedDate } from '../model/clock.ts'
import type { Bus } from '../model/events.ts'
import type { Finding, Verdict } from '../model/finding.ts'
import { type Labels, labelsKey, labelsMatch } from '../model/series.ts'
import type { Store } from '../model/store.ts'
import type { Topology } from '../model/topology.ts'
import { createFindingLimits } from './findingLimits.ts'
import { newId } from './id.ts'
import { isGone } from './isGone.ts'
import type { Rule } from './judge.ts'
import { type Life, type LifeContext, nextLife, resolved } from './life.ts'

export interface Findings {
  /** One rule's newest verdicts; null when it could not judge. */
  update(rule: Rule, verdicts: Verdict[] | null, now: number, labelsOf?: LifeContext['labelsOf']): void
  /** Resolves what is about something that is no longer there, or found by a rule that no longer runs. */
  sweep(topology: Topology, rules: ReadonlySet<string>, now: number): void
  /** Findings that another process is in charge of are left to it, and those that it has left here are taken up as they stand. */
  deal(inCharge: (subject: Labels) => boolean): void
  firing(): Finding[]
  /** How many subjects a rule found at its last run beyond its limit of findings. */
  left(rule: string): number
  /** The clock was set: dates move along, so that a finding that lasted 3 s lasts 3 s still. */
  stepClock(step: ClockStep): void
}

/** Evidence changes with every tick; on disk it may be this old. */
const WRITE_EVERY_MS = 2_000

/** The state machines of all findings, stored so that a new start continues them. */
export function createFindings(store: Store, bus: Bus): Findings {
  const rules = new Map<string, Map<string, Life>>()
  const writtenAt = new Map<string, number>()
  const limits = createFindingLimits()
  const leftOut = new Map<string, number>()

  const livesOf = (rule: string) => {
    const lives = rules.get(rule) ?? new Map<string, Life>()
    rules.set(rule, lives)
    return lives
  }
  function load(inCharge: (subject: Labels) => boolean): void {
    for (const finding of store.findings.list((one) => one.state !== 'resolved')) {
      const [lives, key] = [livesOf(finding.rule), labelsKey(finding.subject)]
      if (!lives.has(key) && inCharge(finding.subject)) lives.set(key, { finding, clearSince: null })
    }
  }
  load(() => true)

  function write(finding: Finding, now: number) {
    // What people said of it is written by another path and must not be lost.
    const { acknowledged, feedback, comments } = store.findings.get(finding.id) ?? {}
    const whole = { ...finding, ...(acknowledged && { acknowledged }), ...(feedback && { feedback }), ...(comments && { comments }) }
    store.findings.put(whole)
    writtenAt.set(finding.id, now)
    bus.emit({ type: 'finding', finding: whole })
  }

  function settle(lives: Map<string, Life>, key: string, before: Life | null, after: Life | null, now: number) {
    if (after === null) {
      if (before === null) return
      lives.delete(key)
      writtenAt.delete(before.finding.id)
      store.findings.delete(before.finding.id)
      return
    }
    const { finding } = after
    if (news(before?.finding, finding) || now - (writtenAt.get(finding.id) ?? 0) >= WRITE_EVERY_MS) write(finding, now)
    if (finding.state === 'resolved') {
      lives.delete(key)
      writtenAt.delete(finding.id)
    } else lives.set(key, after)
  }

  /** Settles what the newest verdicts of a rule say. */
  function update({ detector, settings }: Rule, verdicts: Verdict[] | null, now: number, labelsOf?: LifeContext['labelsOf']): void {
    const lives = livesOf(detector.id)
    const context = { rule: detector.id, now, settings, newId, ...(labelsOf && { labelsOf }) }
    const spoken = new Set<string>()
    let left = 0
    for (const verdict of verdicts ?? []) {
      // Most subjects are clear and have no life: those cost nothing.
      if (verdict.is !== 'found' && lives.size === 0) continue
      const key = labelsKey(verdict.subject)
      if (spoken.has(key)) continue
      spoken.add(key)
      const before = lives.get(key) ?? null
      if (!before && verdict.is === 'found' && !limits.allow(detector.id, lives.size, now)) {
        left++
        continue
      }
      settle(lives, key, before, nextLife(before, verdict, context), now)
    }
    leftOut.set(detector.id, left)
    if (lives.size > 0) settleOthers(lives, spoken, verdicts, context)
  }

  /** The findings that no verdict is about. */
  function settleOthers(lives: Map<string, Life>, spoken: ReadonlySet<string>, verdicts: Verdict[] | null, context: LifeContext): void {
    const cleared = (verdicts ?? []).filter((verdict) => verdict.is === 'clear')
    for (const [key, life] of [...lives]) {
      if (spoken.has(key)) continue
      // A target that is clear clears its keys that are no longer spoken of.
      const verdict = cleared.find(({ subject }) => labelsMatch(life.finding.subject, subject)) ?? null
      settle(lives, key, life, nextLife(life, verdict && { ...verdict, subject: life.finding.subject }, context), context.now)
    }
  }

  return {
    update,
    sweep(topology, running, now) {
      for (const [rule, lives] of rules)
        for (const [key, life] of [...lives]) {
          if (running.has(rule) && !isGone(life.finding.subject, topology)) continue
          const after = life.finding.state === 'pending' ? null : { ...life, finding: resolved(life.finding, now) }
          settle(lives, key, life, after, now)
        }
    },
    stepClock(step) {
      const { byMs } = step
      writtenAt.clear()
      for (const lives of rules.values())
        for (const [key, { finding, clearSince }] of lives) {
          const pending = finding.state === 'pending'
          const moved = pending ? { ...finding, since: finding.since + byMs, seenAt: finding.seenAt + byMs } : datesMoved(finding, step)
          lives.set(key, { finding: moved, clearSince: clearSince === null ? null : clearSince + byMs })
        }
      for (const finding of store.findings.list((one) => one.state === 'resolved' && (one.resolvedAt ?? 0) > step.at))
        store.findings.put(datesMoved(finding, step))
    },
    deal(inCharge) {
      for (const lives of rules.values())
        for (const [key, { finding }] of lives)
          if (!inCharge(finding.subject)) {
            lives.delete(key)
            writtenAt.delete(finding.id)
          }
      load(inCharge)
    },
    left: (rule) => leftOut.get(rule) ?? 0,
    firing: () =>
      [...rules.values()].flatMap((lives) => [...lives.values()].flatMap(({ finding }) => (finding.state === 'firing' ? finding : []))),
  }
}

function datesMoved(finding: Finding, step: ClockStep): Finding {
  const { since, seenAt, firingAt, resolvedAt } = finding
  return {
    ...finding,
    since: movedDate(since, step),
    seenAt: movedDate(seenAt, step),
    ...(firingAt !== undefined && { firingAt: movedDate(firingAt, step) }),
    ...(resolvedAt !== undefined && { resolvedAt: movedDate(resolvedAt, step) }),
  }
}

const news = (before: Finding | undefined, after: Finding) =>
  before?.state !== after.state || before.severity !== after.severity || (before.stale === undefined) !== (after.stale === undefined)
