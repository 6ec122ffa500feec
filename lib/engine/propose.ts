import type { Change } from '../model/change.ts'
import { type ClockStep, movedDate } from '../model/clock.ts'
import type { Advisor } from '../model/detector.ts'
import type { Bus } from '../model/events.ts'
import type { Finding } from '../model/finding.ts'
import type { Log } from '../model/log.ts'
import type { Draft, Proposal, Step } from '../model/proposal.ts'
import { isWithin, tierOf } from '../model/ref.ts'
import type { Labels } from '../model/series.ts'
import { contestedKey, contestedText, groupOf, parseSetting } from '../model/setting.ts'
import type { Store } from '../model/store.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { createBackoff } from './backoff.ts'
import { isMarginal, saysTheSame } from './draft.ts'
import { newId } from './id.ts'

export type ProposeOptions = {
  advisors: readonly Advisor[]
  store: Store
  bus: Bus
  describe(steps: readonly Step[]): { commands: string[]; costs?: string[] }
  /** The change in flight on the same pool, ring, cache or policy. */
  inFlight(steps: readonly Step[]): string | null
  log: Log
}

export interface Propose {
  /** For the findings that fire now. Advisors run at most for `budgetMs`; who had no turn comes first at the next tick. */
  tick(firing: Finding[], window: (spanMs: number) => SeriesWindow, topology: Topology, now: number): void
  noRemedy(finding: string): string | null
  stepClock(step: ClockStep): void
}

/** An open proposal is held against the live values this often; the contract allows 30 s. */
const RENEW_MS = 5_000
/** An advisor that no longer has anything to say for so long takes its proposal back. */
const SILENT_MS = 20_000
/** Advisors of one tick may take this long; a solver among them must not keep the polls waiting. */
const BUDGET_MS = 40
/** After a change or its roll-back an advisor looks only at what came after it, and waits for this much of it. */
const HISTORY_MIN_MS = 15_000

type Advice = { finding: Finding; advisor: Advisor; dueAt: number; open: Proposal | null; silentSince: number | null; none?: string }

/** Keeps one open proposal for each firing finding and advisor that has a remedy. */
export function createPropose(options: ProposeOptions): Propose {
  const { advisors, store, bus, log } = options
  const advice = new Map<string, Advice>()
  const failing = new Set<string>()
  const rests = createBackoff(store)
  /** When each change last wrote, by its id. */
  const writes = new Map<string, { at: number; steps: Step[] }>()

  const openOnes = new Map<string, Proposal>()
  for (const proposal of store.proposals.list((one) => one.state === 'open'))
    openOnes.set(`${proposal.finding} ${proposal.advisor}`, proposal)
  for (const change of store.changes.list()) noteWrite(change)

  bus.on((event) => {
    if (event.type !== 'change') return
    noteWrite(event.change)
    rests.note(event.change)
    // What it wrote or put back is live now: open proposals speak of the value before.
    renew()
  })

  function renew() {
    for (const one of advice.values()) one.dueAt = 0
  }

  function noteWrite(change: Change) {
    const at = change.state === 'rolled_back' ? change.endedAt : change.watchFrom
    if (at !== undefined) writes.set(change.id, { at, steps: change.steps })
  }

  function lastWrite(subject: Labels): number {
    let last = Number.NEGATIVE_INFINITY
    for (const { at, steps } of writes.values()) if (at > last && touches(steps, subject)) last = at
    return last
  }

  function put(proposal: Proposal) {
    store.proposals.put(proposal)
    bus.emit({ type: 'proposal', proposal })
  }

  /** `replaced`: by which renewal, if one took its place. */
  function close(one: Advice, replaced?: Proposal['replaced']) {
    if (!one.open) return
    // Its state may have changed meanwhile: an applied proposal stays applied.
    const stored = store.proposals.get(one.open.id)
    if (stored?.state === 'open') put(replaced ? { ...stored, state: 'superseded', replaced } : { ...stored, state: 'withdrawn' })
    one.open = null
  }

  function advise(one: Advice, windowOf: (spanMs: number) => SeriesWindow, topology: Topology, now: number) {
    const { finding, advisor } = one
    if (one.open && store.proposals.get(one.open.id)?.state !== 'open') one.open = null
    if (one.open && options.inFlight(one.open.steps) !== null) return
    const written = lastWrite(finding.subject)
    if (now - written < HISTORY_MIN_MS) return
    let said: ReturnType<Advisor['propose']>
    try {
      const window = windowOf(advisor.spanMs)
      said = advisor.propose(finding, written > window.from ? window.between(written, window.to) : window, topology)
      failing.delete(advisor.id)
    } catch (error) {
      if (!failing.has(advisor.id)) log.error({ advisor: advisor.id, err: error }, 'an advisor failed and proposes nothing')
      failing.add(advisor.id)
      said = null
    }
    if (said === null) {
      one.silentSince ??= now
      if (now - one.silentSince >= SILENT_MS) close(one)
      return
    }
    one.silentSince = null
    delete one.none
    if ('none' in said) {
      one.none = said.none
      close(one)
      return
    }
    const why = whyNot(one, said, now)
    if (why !== null) {
      one.none = why
      close(one)
      return
    }
    if (options.inFlight(said.steps) !== null || (one.open && saysTheSame(one.open, said))) return
    const proposal = proposalOf(finding, advisor, said, now)
    if (proposal === null) return
    close(one, { by: proposal.id, at: now })
    one.open = proposal
    put(proposal)
  }

  function whyNot(one: Advice, draft: Draft, now: number): string | null {
    const contested = draft.steps.find((step) => store.memory.get(contestedKey(step.setting)) !== null)
    if (contested) return contestedText(contested.setting)
    if (isMarginal(draft)) return 'What could be done would change it by less than its own noise.'
    const until = rests.until(one.advisor.id, one.finding)
    return until !== null && until > now ? `This remedy was rolled back and rests for ${Math.ceil((until - now) / 60_000)} min more.` : null
  }

  function proposalOf(finding: Finding, advisor: Advisor, draft: Draft, now: number): Proposal | null {
    const { predict, ...rest } = draft
    const proposal: Proposal = {
      id: newId(),
      finding: finding.id,
      advisor: advisor.id,
      ...rest,
      prediction: 'absentBecause' in predict ? null : predict,
      ...('absentBecause' in predict && { unpredicted: predict.absentBecause }),
      commands: [],
      state: 'open',
      createdAt: now,
    }
    try {
      const { commands, costs = [] } = options.describe(draft.steps)
      return { ...proposal, commands, riskBecause: [proposal.riskBecause, ...costs.map((cost) => `Last time ${cost}.`)].join(' ') }
    } catch (error) {
      if (!draft.patch) {
        log.error({ advisor: advisor.id, err: error }, 'a proposal names a setting that nobody can write')
        return null
      }
      return {
        ...proposal,
        commands: [draft.patch],
        patchOnly: draft.patchOnly ?? 'Evenkeel has no way to write this setting; copy the text.',
      }
    }
  }

  return {
    tick(firing, windowOf, topology, now) {
      const alive = new Set<string>()
      for (const finding of firing)
        for (const advisor of advisors) {
          if (!advisor.answers.includes(finding.rule)) continue
          const key = `${finding.id} ${advisor.id}`
          alive.add(key)
          const known = advice.get(key)
          if (known) known.finding = finding
          else {
            advice.set(key, { finding, advisor, dueAt: now, open: openOnes.get(key) ?? null, silentSince: null })
            openOnes.delete(key)
          }
        }
      for (const [key, one] of advice)
        if (!alive.has(key)) {
          close(one)
          advice.delete(key)
        }
      // Left over from before this start, about findings that no longer fire.
      for (const [key, proposal] of openOnes) {
        if (alive.has(key)) continue
        openOnes.delete(key)
        put({ ...proposal, state: 'withdrawn' })
      }
      const started = performance.now()
      const due = [...advice.values()].filter((one) => one.dueAt <= now).sort((a, b) => a.dueAt - b.dueAt)
      for (const one of due) {
        if (performance.now() - started > BUDGET_MS) break
        advise(one, windowOf, topology, now)
        one.dueAt = now + (one.open || one.none ? RENEW_MS : 1_000)
      }
    },
    stepClock(step) {
      for (const one of advice.values()) {
        one.dueAt += step.byMs
        if (one.silentSince !== null) one.silentSince += step.byMs
      }
      for (const write of writes.values()) write.at = movedDate(write.at, step)
      rests.stepClock(step)
    },
    noRemedy(finding) {
      let reason: string | null = null
      for (const one of advice.values()) if (one.finding.id === finding && !one.open) reason ??= one.none ?? null
      return reason
    },
  }
}

/** True when one of the steps changes a setting of the finding's subject: of its whole pool or ring, where it is a server or a node. */
function touches(steps: Step[], labels: Labels): boolean {
  const subject = tierOf(labels)
  return subject !== null && steps.some(({ setting }) => isWithin(groupOf(parseSetting(setting)), subject))
}
