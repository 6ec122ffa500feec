import type { ClockStep } from '../model/clock.ts'
import type { Advisor, Question } from '../model/detector.ts'
import type { Bus } from '../model/events.ts'
import type { Finding } from '../model/finding.ts'
import type { Log } from '../model/log.ts'
import type { Draft, Proposal, Step } from '../model/proposal.ts'
import type { SolverAnswer, SolverQuestion } from '../model/ringSolver.ts'
import { contestedKey, contestedText } from '../model/setting.ts'
import type { Store } from '../model/store.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { type Advice, adviceOf, adviseOn } from './advise.ts'
import { createBackoff } from './backoff.ts'
import { saysTheSame } from './draft.ts'
import { createLastWrites } from './lastWrites.ts'
import { createOpenProposals } from './openProposals.ts'
import { proposalOf } from './proposalOf.ts'
import type { Pause } from './slices.ts'

export type ProposeOptions = {
  advisors: readonly Advisor[]
  store: Store
  bus: Bus
  describe(steps: readonly Step[]): { commands: string[]; costs?: string[] }
  /** The change in flight on the same pool, ring, cache or policy. */
  inFlight(steps: readonly Step[]): string | null
  /** Absent where nothing is computed elsewhere: then an advisor that has to ask proposes nothing. */
  solve?: Solve
  log: Log
}

/** Rejects when it cannot be answered in time, or too much waits already. */
export type Solve = (question: SolverQuestion) => Promise<SolverAnswer>

export interface Propose {
  /** For the findings that fire now. Advisors run for a limited time; who had no turn comes first at the next tick. */
  tick(firing: Finding[], at: Now): Promise<void>
  noRemedy(finding: string): string | null
  /** What is still being computed comes to nothing. */
  stop(): void
  stepClock(step: ClockStep): void
}

/** An open proposal is held against the live values this often; the contract allows 30 s. */
const RENEW_MS = 5_000
const ASK_AGAIN_MS = 1_000
/** Timeout after which the proposal of an advisor that no longer answers is withdrawn. */
const SILENT_MS = 20_000
/** Advisors of one tick may take this long, pauses included. */
const BUDGET_MS = 40

/** One advisor's standing with one finding. `none`: why it proposes nothing. */
type Case = {
  finding: Finding
  advisor: Advisor
  dueAt: number
  open: Proposal | null
  silentSince: number | null
  none?: string
  /** What is being computed for it. A change that was made meanwhile makes its answer void. */
  asked: Question | null
}
/** The fleet as it is at this tick. */
type Now = { windowOf(spanMs: number): SeriesWindow; topology: Topology; now: number; pause: Pause }

/** Keeps one open proposal for each firing finding and advisor that has a remedy. */
export function createPropose({ advisors, store, bus, describe, inFlight, solve, log }: ProposeOptions): Propose {
  const cases = new Map<string, Case>()
  const failing = new Set<string>()
  const backoff = createBackoff(store)
  const writes = createLastWrites(store.changes.list())
  const proposals = createOpenProposals(store, bus)

  bus.on((event) => {
    if (event.type !== 'change') return
    writes.note(event.change)
    backoff.note(event.change)
    // What it wrote or put back is live now: open proposals speak of the value before.
    for (const one of cases.values()) {
      one.dueAt = 0
      one.asked = null
    }
  })

  /** Opens a case for each new pair of finding and advisor, and closes those of findings that fire no more. */
  function openCases(firing: readonly Finding[], now: number): void {
    const alive = new Set<string>()
    for (const finding of firing)
      for (const advisor of advisors) {
        if (!advisor.answers.includes(finding.rule)) continue
        const key = `${finding.id} ${advisor.id}`
        alive.add(key)
        const known = cases.get(key)
        if (known) known.finding = finding
        else
          cases.set(key, {
            finding,
            advisor,
            dueAt: now,
            open: proposals.takeEarlier(finding.id, advisor.id),
            silentSince: null,
            asked: null,
          })
      }
    for (const [key, one] of cases)
      if (!alive.has(key)) {
        one.asked = null
        close(one)
        cases.delete(key)
      }
    proposals.withdrawEarlier()
  }

  function close(one: Case, replaced?: Proposal['replaced']): void {
    if (one.open) proposals.close(one.open.id, replaced)
    one.open = null
  }

  function ask({ finding, advisor }: Case, now: Now): Advice {
    try {
      const advice = adviseOn(advisor, finding, writes.on(finding.subject), now)
      if (advice.is === 'draft' || advice.is === 'none') failing.delete(advisor.id)
      return advice
    } catch (error) {
      return failed(advisor, error)
    }
  }

  function advance(one: Case, at: Now): void {
    if (one.open && !proposals.isOpen(one.open.id)) one.open = null
    if (one.open && inFlight(one.open.steps) !== null) return
    settle(one, ask(one, at), at.now)
  }

  function settle(one: Case, advice: Advice, now: number): void {
    if (advice.is === 'early') return
    if (advice.is === 'asks') {
      answer(one, advice.question, now).catch((error: unknown) => failed(one.advisor, error))
      return
    }
    if (advice.is === 'silent') {
      one.silentSince ??= now
      if (now - one.silentSince >= SILENT_MS) close(one)
      return
    }
    one.silentSince = null
    const because = advice.is === 'none' ? advice.because : obstacle(one, advice.draft, now)
    if (because !== null) {
      one.none = because
      close(one)
      return
    }
    delete one.none
    if (advice.is === 'draft') renew(one, advice.draft, now)
  }

  /** Has it computed; what was proposed before stands until then. `now` is the moment that the question speaks of. */
  async function answer(one: Case, question: Question, now: number): Promise<void> {
    if (!solve) return settle(one, { is: 'silent' }, now)
    one.asked = question
    const advice = await solve(question.ask)
      .then((answered): Advice => adviceOf(question.conclude(answered)))
      .catch((error: unknown) => failed(one.advisor, error))
    if (one.asked !== question) return
    one.asked = null
    settle(one, advice, now)
    if (one.open || one.none) one.dueAt = now + RENEW_MS
  }

  function failed(advisor: Advisor, error: unknown): Advice {
    if (!failing.has(advisor.id)) log.error({ advisor: advisor.id, err: error }, 'an advisor failed and proposes nothing')
    failing.add(advisor.id)
    return { is: 'silent' }
  }

  /** Why a draft is not proposed, or null. */
  function obstacle({ advisor, finding }: Case, draft: Draft, now: number): string | null {
    const contested = draft.steps.find((step) => store.memory.get(contestedKey(step.setting)) !== null)
    if (contested) return contestedText(contested.setting)
    const until = backoff.until(advisor.id, finding)
    if (until === null || until <= now) return null
    return `This remedy was rolled back and is not proposed again for ${Math.ceil((until - now) / 60_000)} min.`
  }

  /** Puts a draft in the place of the open proposal, unless it says the same: a proposal that somebody reads holds still. */
  function renew(one: Case, draft: Draft, now: number): void {
    if (inFlight(draft.steps) !== null || (one.open && saysTheSame(one.open, draft))) return
    const proposal = proposalOf(one.finding, one.advisor.id, draft, now, describe)
    if (proposal instanceof Error) {
      log.error({ advisor: one.advisor.id, err: proposal.cause }, proposal.message)
      return
    }
    close(one, { by: proposal.id, at: now })
    one.open = proposal
    proposals.open(proposal)
  }

  return {
    async tick(firing, at) {
      const { now, pause } = at
      openCases(firing, now)
      const started = performance.now()
      const due = [...cases.values()].filter((one) => one.dueAt <= now && one.asked === null).sort((a, b) => a.dueAt - b.dueAt)
      for (const one of due) {
        if (performance.now() - started > BUDGET_MS) break
        advance(one, at)
        one.dueAt = now + (one.open || one.none ? RENEW_MS : ASK_AGAIN_MS)
        await pause()
      }
    },
    stop() {
      for (const one of cases.values()) one.asked = null
    },
    stepClock(step) {
      for (const one of cases.values()) {
        one.dueAt += step.byMs
        one.asked = null
        if (one.silentSince !== null) one.silentSince += step.byMs
      }
      writes.stepClock(step)
      backoff.stepClock(step)
    },
    noRemedy: (finding) => [...cases.values()].find((one) => one.finding.id === finding && !one.open && one.none)?.none ?? null,
  }
}
