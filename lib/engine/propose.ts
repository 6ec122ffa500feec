import type { ClockStep } from '../model/clock.ts'
import type { Advisor, Question, SettingsOf } from '../model/detector.ts'
import type { Bus } from '../model/events.ts'
import type { Finding } from '../model/finding.ts'
import type { Log } from '../model/log.ts'
import type { Draft, Proposal, Step } from '../model/proposal.ts'
import type { SolverAnswer, SolverQuestion } from '../model/ringSolver.ts'
import { contestedKeys, contestedText } from '../model/setting.ts'
import type { Store } from '../model/store.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { type Advice, adviceOf, adviseOn } from './advise.ts'
import { createBackoff } from './backoff.ts'
import { createCalibration, widened } from './calibration.ts'
import { saysTheSame } from './draft.ts'
import { createLastWrites } from './lastWrites.ts'
import { createOpenProposals } from './openProposals.ts'
import type { Case } from './proposalCase.ts'
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
  settingsOf?: SettingsOf
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

/** The fleet as it is at this tick. */
type Now = { windowOf(spanMs: number): SeriesWindow; topology: Topology; now: number; pause: Pause }

/** Keeps one open proposal for each firing finding and advisor that has a remedy. */
export function createPropose(options: ProposeOptions): Propose {
  return new ProposalCases(options)
}

class ProposalCases implements Propose {
  readonly #options: ProposeOptions
  readonly #cases = new Map<string, Case>()
  readonly #failing = new Set<string>()
  readonly #backoff: ReturnType<typeof createBackoff>
  readonly #calibration: ReturnType<typeof createCalibration>
  readonly #writes: ReturnType<typeof createLastWrites>
  readonly #proposals: ReturnType<typeof createOpenProposals>

  constructor(options: ProposeOptions) {
    const { store, bus } = options
    this.#options = options
    this.#backoff = createBackoff(store)
    this.#calibration = createCalibration(store, bus)
    this.#writes = createLastWrites(store.changes.list())
    this.#proposals = createOpenProposals(store, bus)
    bus.on((event) => {
      if (event.type !== 'change') return
      this.#writes.note(event.change)
      if (!event.shared) this.#backoff.note(event.change)
      // What it wrote or put back is live now: open proposals speak of the value before.
      for (const one of this.#cases.values()) {
        one.dueAt = 0
        one.asked = null
      }
    })
  }

  async tick(firing: Finding[], at: Now): Promise<void> {
    const { now, pause } = at
    this.#openCases(firing, now)
    const started = performance.now()
    const due = [...this.#cases.values()].filter((one) => one.dueAt <= now && one.asked === null).sort((a, b) => a.dueAt - b.dueAt)
    for (const one of due) {
      if (performance.now() - started > BUDGET_MS) break
      this.#advance(one, at)
      one.dueAt = now + (one.open || one.none ? RENEW_MS : ASK_AGAIN_MS)
      await pause()
    }
  }

  stop(): void {
    for (const one of this.#cases.values()) one.asked = null
  }

  stepClock(step: ClockStep): void {
    for (const one of this.#cases.values()) {
      one.dueAt += step.byMs
      one.asked = null
      if (one.silentSince !== null) one.silentSince += step.byMs
    }
    this.#writes.stepClock(step)
    this.#backoff.stepClock(step)
  }

  noRemedy(finding: string): string | null {
    return [...this.#cases.values()].find((one) => one.finding.id === finding && !one.open && one.none)?.none ?? null
  }

  /** Opens a case for each new pair of finding and advisor, and closes those of findings that fire no more. */
  #openCases(firing: readonly Finding[], now: number): void {
    const alive = new Set<string>()
    for (const finding of firing)
      for (const advisor of this.#options.advisors) {
        if (!advisor.answers.includes(finding.rule)) continue
        const key = `${finding.id} ${advisor.id}`
        alive.add(key)
        const known = this.#cases.get(key)
        if (known) known.finding = finding
        else
          this.#cases.set(key, {
            finding,
            advisor,
            dueAt: now,
            open: this.#proposals.takeEarlier(finding.id, advisor.id),
            silentSince: null,
            asked: null,
          })
      }
    for (const [key, one] of this.#cases)
      if (!alive.has(key)) {
        one.asked = null
        if (!this.#firesElsewhere(one.finding.id)) this.#close(one)
        this.#cases.delete(key)
      }
    const own = new Set(firing.map(({ id }) => id))
    this.#proposals.withdrawEarlier((finding) => !own.has(finding) && this.#firesElsewhere(finding))
  }

  /** Of a finding that fires and is not among those of this process: another replica proposes for it from now on. */
  #firesElsewhere(finding: string): boolean {
    return this.#options.store.findings.get(finding)?.state === 'firing'
  }

  #close(one: Case, replaced?: Proposal['replaced']): void {
    if (one.open) this.#proposals.close(one.open.id, replaced)
    one.open = null
  }

  #ask({ finding, advisor }: Case, now: Now): Advice {
    try {
      return adviseOn(advisor, finding, this.#writes.on(finding.subject), now, this.#options.settingsOf)
    } catch (error) {
      return this.#failed(advisor, error)
    }
  }

  #advance(one: Case, at: Now): void {
    if (one.open && !this.#proposals.isOpen(one.open.id)) one.open = null
    if (one.open && this.#options.inFlight(one.open.steps) !== null) return
    this.#settle(one, this.#ask(one, at), at.now)
  }

  #settle(one: Case, advice: Advice, now: number): void {
    if (advice.is === 'early') return
    if (advice.is === 'asks') {
      this.#answer(one, advice.question, now).catch((error: unknown) => this.#failed(one.advisor, error))
      return
    }
    if (advice.is === 'silent') {
      one.silentSince ??= now
      if (now - one.silentSince >= SILENT_MS) this.#close(one)
      return
    }
    one.silentSince = null
    this.#failing.delete(one.advisor.id)
    const because = advice.is === 'none' ? advice.because : this.#obstacle(one, advice.draft, now)
    if (because !== null) {
      one.none = because
      this.#close(one)
      return
    }
    delete one.none
    if (advice.is === 'draft') this.#renew(one, widened(advice.draft, this.#calibration(one.advisor.id)), now)
  }

  /** Has it computed; what was proposed before stands until then. `now` is the moment that the question speaks of. */
  async #answer(one: Case, question: Question, now: number): Promise<void> {
    const { solve } = this.#options
    if (!solve) return this.#settle(one, { is: 'silent' }, now)
    one.asked = question
    const advice = await this.#concluded(one.advisor, question, solve)
    if (one.asked !== question) return
    one.asked = null
    this.#settle(one, advice, now)
    if (one.open || one.none) one.dueAt = now + RENEW_MS
  }

  async #concluded(advisor: Advisor, question: Question, solve: Solve): Promise<Advice> {
    try {
      return adviceOf(question.conclude(await solve(question.ask)))
    } catch (error) {
      return this.#failed(advisor, error)
    }
  }

  #failed(advisor: Advisor, error: unknown): Advice {
    if (!this.#failing.has(advisor.id))
      this.#options.log.error({ advisor: advisor.id, err: error }, 'an advisor failed and proposes nothing')
    this.#failing.add(advisor.id)
    return { is: 'silent' }
  }

  /** Why a draft is not proposed, or null. */
  #obstacle({ advisor, finding }: Case, draft: Draft, now: number): string | null {
    const { memory } = this.#options.store
    const contested = draft.steps.find((step) => contestedKeys(step.setting).some((key) => memory.get(key) !== null))
    if (contested) return contestedText(contested.setting)
    const until = this.#backoff.until(advisor.id, finding)
    if (until === null || until <= now) return null
    return `This remedy was rolled back and is not proposed again for ${Math.ceil((until - now) / 60_000)} min.`
  }

  /** Puts a draft in the place of the open proposal, unless it says the same: a proposal that somebody reads holds still. */
  #renew(one: Case, draft: Draft, now: number): void {
    if (this.#options.inFlight(draft.steps) !== null || (one.open && saysTheSame(one.open, draft))) return
    const proposal = proposalOf(one.finding, one.advisor.id, draft, now, (steps) => this.#options.describe(steps))
    if (proposal instanceof Error) {
      this.#options.log.error({ advisor: one.advisor.id, err: proposal.cause }, proposal.message)
      return
    }
    this.#close(one, { by: proposal.id, at: now })
    one.open = proposal
    this.#proposals.open(proposal)
  }
}
