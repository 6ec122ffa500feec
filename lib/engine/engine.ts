import type { ClockStep } from '../model/clock.ts'
import type { Advisor, AnyDetector, DetectorSettings } from '../model/detector.ts'
import type { Bus } from '../model/events.ts'
import type { Log } from '../model/log.ts'
import { ALONE, type Ownership } from '../model/ownership.ts'
import type { Step } from '../model/proposal.ts'
import type { Store } from '../model/store.ts'
import { labelsIn } from '../model/targetLabels.ts'
import type { SeriesWindow } from '../model/window.ts'
import { breathe } from './breathe.ts'
import { chargeOf } from './charge.ts'
import { type Clock, systemClock } from './clock.ts'
import { createClockSteps } from './clockSteps.ts'
import { createDerive } from './derive.ts'
import { createFindings } from './findings.ts'
import type { PolledFleet } from './fleet.ts'
import { createHeldWeights } from './heldWeights.ts'
import { createJudge, type Rule, type RuleStatus } from './judge.ts'
import { createPropose, type Solve } from './propose.ts'
import { createSlices, type Pause } from './slices.ts'
import { createTicker } from './ticker.ts'

export type { RuleStatus }

export type EngineOptions = {
  fleet: PolledFleet
  /** Of which part this process is in charge. Default: of all. */
  ownership?: Ownership
  /** By rule id. `settings` are those that the detector's schema parsed; a rule that is not named runs with its defaults. */
  rules: Record<string, { enabled?: boolean; settings?: DetectorSettings }>
  detectors: readonly AnyDetector[]
  advisors: readonly Advisor[]
  store: Store
  bus: Bus
  /** From lib/changes: exactly what a proposal would send. Throws for a setting that nobody can write. */
  describe(steps: readonly Step[]): { commands: string[]; costs?: string[] }
  /** From lib/changes: the change in flight on the same pool, ring, cache or policy. */
  inFlight?(steps: readonly Step[]): string | null
  /** Answers what takes an advisor too long for a tick: in a worker thread. Without it such an advisor proposes nothing. */
  solve?: Solve
  /** From start: rules that compare with a learned normal stay silent. Default 60 s. */
  learningMs?: number
  tickMs?: number
  clock?: Clock
  /** Asked before each tick: the clock was set since. */
  checkClock?(): ClockStep | null
  log: Log
}

export interface Engine extends Omit<PolledFleet, 'stepClock'> {
  /** Starts polling and ticking. */
  start(): void
  /** Waits for polls in flight, with a limit, and closes every link. */
  stop(): Promise<void>
  /** One round: derive, judge, keep the states of findings, propose. Called by the engine's own timer after `start`; by hand in tests. */
  tick(): Promise<void>
  /**
   * Whether the clock was set since the last time, or since the run before; then the samples and all that holds a date move along, and the
   * bus tells. Each tick begins with it; call it before the first one where something is done before that.
   */
  noticeClock(): void
  /** Called after each tick of the engine's own timer; not waited for. Returns the way to stop. */
  onTick(listener: () => void | Promise<void>): () => void
  judged(rule: string): RuleStatus
  /** Epoch ms of the last finished tick; null before the first. */
  tickedAt(): number | null
  learning(): boolean
  /** Why nothing is proposed for a finding, when an advisor has given a reason. */
  noRemedy(finding: string): string | null
}

const TICK_MS = 1_000
const LEARNING_MS = 60_000
/** Links are closed after this long, answered or not: a service manager waits 15 s. */
const STOP_MS = 3_000
/** Discovered targets come a moment after start: until then a finding about one of them is not about something gone. */
const SWEEP_AFTER_MS = 30_000

/** The control loop without its actuation: polls, derives series, judges, keeps the states of findings, proposes. Writes to no target. */
export function createEngine(options: EngineOptions): Engine {
  const { fleet, store, bus, log, clock = systemClock, tickMs = TICK_MS, learningMs = LEARNING_MS, ownership = ALONE } = options
  const rules = runningRules(options)
  const ruleIds = new Set(rules.map(({ detector }) => detector.id))
  const derive = createDerive(store, tickMs)
  const judge = createJudge(log, clock.monotonic)
  const findings = createFindings(store, bus)
  const heldWeights = createHeldWeights(store, bus)
  const { advisors, describe, inFlight = () => null } = options
  const settingsOf = (rule: string) => options.rules[rule]?.settings
  const propose = createPropose({ advisors, store, bus, describe, inFlight, solve: options.solve, settingsOf, log })
  /** By the monotonic clock. */
  const startedAt = clock.monotonic()
  const learning = () => clock.monotonic() - startedAt < learningMs
  let tickedAt: number | null = null
  const ownDates = {
    stepClock({ byMs }: ClockStep) {
      if (tickedAt !== null) tickedAt += byMs
    },
  }
  const noticeClock = createClockSteps({
    store,
    clock,
    check: options.checkClock,
    holders: [findings, propose, fleet, heldWeights, ownDates],
    bus,
    log,
  })

  async function judgeOwn(now: number, pause: Pause): Promise<void> {
    const topology = heldWeights.over(fleet.topology(), findings.firing(), now)
    const charge = ownership === ALONE ? null : chargeOf(topology, { owns: fleet.owns, leads: ownership.leads })
    if (charge) findings.deal(charge.inCharge)
    const part = charge?.part ?? topology
    await derive(
      fleet.states().filter(({ name }) => fleet.owns(name)),
      charge ? { ...part, rings: part.rings.filter(({ name }) => charge.inCharge({ ring: name })) } : part,
      now,
      pause,
      fleet.owns,
    )
    const windowOf = windowsAt(store, now)
    const labelsOf = labelsIn(topology)
    for (const rule of rules) {
      if (judge.isBackedOff(rule, clock.monotonic())) continue
      const window = windowOf(rule.detector.needs.spanMs)
      const verdicts = await judge.judge(rule, { window, topology: part, learning: learning(), pause })
      findings.update(rule, charge ? (verdicts?.filter(({ subject }) => charge.inCharge(subject)) ?? null) : verdicts, now, labelsOf)
      await pause()
    }
    if (clock.monotonic() - startedAt >= SWEEP_AFTER_MS) findings.sweep(topology, ruleIds, now)
    await propose.tick(findings.firing(), { windowOf, topology: part, now, pause })
  }

  async function tick(): Promise<void> {
    noticeClock()
    const now = clock.now()
    const pause = createSlices()
    if (ownership.judges()) await judgeOwn(now, pause)
    for (const _ of store.tickInParts(now)) await pause()
    tickedAt = clock.now()
    // So is what listeners make of it.
    await breathe()
    bus.emit({ type: 'sample', at: now })
  }
  const ticker = createTicker({ tick, everyMs: tickMs, clock, log })
  let started = false

  return {
    ...fleet,
    start() {
      if (started) return
      started = true
      fleet.start()
      ticker.start()
    },
    stop() {
      propose.stop()
      return withLimit(Promise.allSettled([ticker.stop().then(() => propose.stop()), fleet.stop()]), STOP_MS, clock)
    },
    tick: ticker.tick,
    noticeClock,
    onTick: ticker.onTick,
    judged: (rule) => withLeftOut(judge.status(rule), findings.left(rule)),
    tickedAt: () => tickedAt,
    learning,
    noRemedy: (finding) => propose.noRemedy(finding),
  }
}

const runningRules = ({ detectors, rules }: Pick<EngineOptions, 'detectors' | 'rules'>): Rule[] =>
  detectors
    .filter(({ id }) => rules[id]?.enabled !== false)
    .map((detector) => ({ detector, settings: rules[detector.id]?.settings ?? detector.settings.parse({}) }))

/** One window for all rules of one span: they see the same now. */
function windowsAt(store: Store, now: number): (spanMs: number) => SeriesWindow {
  const windows = new Map<number, SeriesWindow>()
  return (spanMs) => {
    const known = windows.get(spanMs) ?? store.window(now - spanMs, now)
    windows.set(spanMs, known)
    return known
  }
}

function withLeftOut(status: RuleStatus, left: number): RuleStatus {
  if (left === 0) return status
  const because = `${left.toLocaleString('en-US')} more are found and left out: a rule has at most 500 findings, and 500 new ones an hour`
  return { ...status, because: [because, ...status.because] }
}

/** Resolves when the work has ended, or after `ms`. */
async function withLimit(work: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  let cancel = () => {}
  const limit = new Promise<void>((resolve) => {
    cancel = clock.setTimer(resolve, ms)
  })
  await Promise.race([work, limit])
  cancel()
}
