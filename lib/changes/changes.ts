import { clockStepText } from '../format/clockStep.ts'
import { count } from '../format/format.ts'
import type { Interval } from '../math/intervals.ts'
import { measure } from '../metrics/measure.ts'
import { type Change, type ChangeVerdict, canChange, changeCan } from '../model/change.ts'
import { isOpen } from '../model/changeAlert.ts'
import { type ClockStep, movedDate } from '../model/clock.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Bus } from '../model/events.ts'
import type { Job, JobVerb } from '../model/job.ts'
import type { Log } from '../model/log.ts'
import type { AnyActuator } from '../model/product.ts'
import { contestedKey, type Guard, type Setting, type Step } from '../model/proposal.ts'
import { heldSteps, isRising, lastStage, type SlowStart, slowStartMoved, stepsBetween } from '../model/slowStart.ts'
import type { Store } from '../model/store.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { actuators as shelf } from '../products/actuators.ts'
import { type Applied, type ApplyContext, applySteps, type OwnChange, toldOf, wantedOf } from './apply.ts'
import { type Effect, effectOf } from './effect.ts'
import { notYet } from './event.ts'
import { type BreachedSince, breachedSinceOf, breachOf, type GuardState, guardStates } from './guards.ts'
import { createJobs } from './jobs.ts'
import { createJournal, isActive } from './journal.ts'
import { leaveStanding } from './leave.ts'
import { byTarget, costKey, createLiveSettings, type Description, settingKey, toEdit } from './liveSettings.ts'
import { ownGuards } from './ownGuards.ts'
import { type Mode, refuseReadOnly } from './readOnly.ts'
import { jobSettledFrom, jobWatchMs, settledFrom, watchLimitMs } from './settle.ts'
import { heldBecause } from './slowStart.ts'
import { driftText, effectText, nextStep, type Seen } from './step.ts'
import { type Drifted, isOwn, nothingUndone, type Undone, undo } from './undo.ts'

export type { Applied, Description, OwnChange }

export type WatchSettings = {
  /** Longest watch of a change with a prediction. Default, and at most, 115 s. */
  watchMs: number
  /** Watch of a change of one's own, which has no prediction. Default 60 s. */
  ownMs: number
  /** Longest watch of a TTL policy, where two TTLs and a minute are longer. Default 24 h. */
  ttlWatchMs: number
  /** History before the write that the effect is held against. Default 60 s. */
  beforeMs: number
  /** Least time of settled traffic before a verdict. Default 20 s. */
  measureMs: number
  /** How far back a guard looks. Default 10 s. */
  guardMs: number
  /** The live values of a watched change are read this often. Default 5 s. */
  lookMs: number
  /** A roll-back that cannot reach its server is tried for so long. Default 120 s. */
  undoMs: number
  /** How long one read of a server's settings may take. Default 3 s. */
  readMs: number
  /** How long one write may take: a reload is seen through. Default 15 s. */
  writeMs: number
  /** Over how long a server that comes back into its pool gets its weight. Default 30 s; 0: at once. */
  slowStartMs: number
}

/** The verdict is to stand within two minutes, and comes with a look or two of delay. */
const WATCH_MS = 115_000

const DEFAULTS: WatchSettings = {
  watchMs: WATCH_MS,
  ownMs: 60_000,
  ttlWatchMs: 86_400_000,
  beforeMs: 60_000,
  measureMs: 20_000,
  guardMs: 10_000,
  lookMs: 5_000,
  undoMs: 120_000,
  readMs: 3_000,
  writeMs: 15_000,
  slowStartMs: 30_000,
}
const sameStage = (a?: SlowStart, b?: SlowStart) => a?.stage === b?.stage && a?.writing === b?.writing && a?.doneAt === b?.doneAt
const stepText = ({ setting, before, after }: Step) => `${setting.name} ${before} → ${after}`

/** Less history of a problem than this has no interval to hold an effect against. */
const BASELINE_MIN_MS = 10_000
/** A watch that a crash cut short goes on for at least this long. */
const RESUMED_MS = 45_000

export type ChangesOptions = {
  store: Store
  /** The shelf of products unless a test brings its own. */
  actuators?: readonly AnyActuator[]
  /** Kind and configuration of a target, `ring:NAME` and `ttl:NAME` too; null when there is none of that name. */
  targetConfig(name: string): { kind: string; config: unknown } | null
  window(spanMs: number): SeriesWindow
  topology(): Topology
  mode(): Mode
  bus: Bus
  now?: () => number
  log: Log
  settings?: Partial<WatchSettings>
  /** So that the picture of a target is fresh right after a write. */
  pollNow?(target: string): Promise<void>
}

/** What becomes of the changes in flight when the mode is lowered. */
export type Landing = 'keep' | 'roll-back'

export interface Changes {
  /** Throws `not_found` or `invalid` naming the step, as applying would. */
  describe(steps: readonly Step[]): Description
  /** Resolves when the writes are done and the watch has begun. Throws `not_found`, `read_only`, `busy`, `drift`, `stale`, `not_followed`. */
  apply(proposal: string, by: string, options?: { dryRun?: boolean }): Promise<Applied>
  create(own: OwnChange, by: string, options?: { dryRun?: boolean }): Promise<Applied>
  /** Throws `not_found`, `read_only`, `not_allowed`, `busy`. */
  rollBack(id: string, by: string): Promise<void>
  /** Throws `not_found`, `not_allowed`, and `read_only` where weights that rise were to be written. */
  keep(id: string, by: string): Promise<void>
  /**
   * Ends what is in flight as the person says, then runs `then`, before which nothing else can begin. Throws `busy` when something is in
   * flight and nothing was said, `drift` or `unreachable` when it could not be ended so: then `then` does not run.
   */
  land(how: Landing | undefined, by: string, then: () => void): Promise<void>
  /** Pauses, resumes or cancels the long work of a change. Throws `not_found`, `not_allowed`, `read_only`. */
  steerJob(id: string, verb: JobVerb, by: string): Promise<Job>
  /** A person has seen to what a change left open: proposals for its contested settings are made again. */
  settle(id: string, by: string): void
  /** The change in flight on the same pool, ring, cache or policy, or null. */
  inFlight(steps: readonly { setting: Setting }[]): string | null
  /** The guards of a change that is watched, as the watch itself sees them now; empty of any other. */
  guardsOf(id: string): GuardState[]
  /** After each engine tick: guards, verdicts, ends of watches. */
  tick(): Promise<void>
  /** Once at start, before the first tick: finishes or undoes what a crash left half-way. */
  recover(): Promise<void>
  /** Takes nothing new and resolves when every write under way is journaled: the store may be closed. */
  stop(): Promise<void>
}

/** What a watch remembers between two ticks; a new start begins it anew. */
type Watch = {
  breached: BreachedSince
  lookedAt: number
  drifted: Drifted[]
  looking: boolean
  /** A crash cut its roll-back short: a file may hold its old text again and its server not know it yet. */
  interrupted: boolean
}

/** Applies proposals and own changes, watches them, keeps them or rolls them back. The only room that writes to targets. */
export function createChanges(options: ChangesOptions): Changes {
  const { store, bus, log } = options
  const now = options.now ?? Date.now
  const settings: WatchSettings = { ...DEFAULTS, ...options.settings }
  settings.watchMs = Math.min(settings.watchMs, DEFAULTS.watchMs)
  const journal = createJournal(store, bus, now)
  const liveSettings = createLiveSettings({
    actuators: options.actuators ?? shelf,
    targetConfig: options.targetConfig,
    readMs: settings.readMs,
    writeMs: settings.writeMs,
    costOf: (target) => store.memory.get<string>(costKey(target)),
    mode: options.mode,
  })
  const jobs = createJobs({ store, liveSettings, journal, mode: options.mode, log })
  /** How many are just ending what is in flight, so that nothing can be written any more: nothing begins meanwhile. */
  let landing = 0
  const modeForNew = (): Mode => (landing > 0 ? 'observe' : options.mode())
  const watches = new Map<string, Watch>()
  bus.on((event) => {
    if (event.type === 'clock') stepClock(event.step)
  })
  const turns = new Map<string, Promise<unknown>>()
  const applying = new Set<Promise<Applied>>()
  let closing = false

  const context: ApplyContext = {
    store,
    liveSettings,
    journal,
    topology: options.topology,
    window: () => options.window(60_000),
    mode: modeForNew,
    now,
    slowStartMs: settings.slowStartMs,
    inFlight: inFlightOf,
  }

  function inFlightOf(groups: readonly string[]): string | null {
    return journal.active().find((change) => liveSettings.groups(change.steps).some((group) => groups.includes(group)))?.id ?? null
  }

  /** One hand on a change at a time: a person's click waits for the tick's work on it, and the other way round. */
  function inTurn<T>(id: string, run: () => Promise<T>): Promise<T> {
    const turn = (turns.get(id) ?? Promise.resolve()).then(run, run)
    const settled = turn.catch(() => {})
    turns.set(id, settled)
    settled.then(() => {
      if (turns.get(id) === settled) turns.delete(id)
    })
    return turn
  }

  const watchOf = (id: string): Watch => {
    const watch = watches.get(id) ?? { breached: new Map(), lookedAt: now(), drifted: [], looking: false, interrupted: false }
    watches.set(id, watch)
    return watch
  }

  function baselineOf(change: Pick<Change, 'prediction' | 'finding' | 'job'>, until: number): Interval | undefined {
    const { prediction, finding } = change
    // Of what is yet to come nothing is to be measured before.
    if (!prediction || prediction.event || change.job) return undefined
    // What was before the problem is not what the change is to mend.
    const since = (finding && store.findings.get(finding)?.since) || 0
    // Applied at once, there is none of it to measure: the prediction's own figure stands.
    if (until - since < BASELINE_MIN_MS) return undefined
    const window = options.window(now() - until + settings.beforeMs).between(Math.max(until - settings.beforeMs, since), until)
    const seen = measure(prediction.metric, prediction.where, window)
    if (seen.is === 'unjudged' || !Number.isFinite(seen.low) || !Number.isFinite(seen.high)) return undefined
    return { value: seen.value, low: seen.low, high: seen.high }
  }

  /** The clock was set: what is under way lasts as long as it would have. */
  function stepClock(step: ClockStep): void {
    const { byMs } = step
    for (const { id, watchFrom, watchUntil, slowStart, rollingBack, job, at } of journal.active()) {
      const change = journal.note(
        id,
        { what: 'note', text: `${clockStepText(step)}: nothing of this change takes longer or shorter for that.` },
        {
          at: movedDate(at, step),
          ...(watchFrom !== undefined && { watchFrom: watchFrom + byMs, watchUntil: watchUntil! + byMs }),
          ...(slowStart && { slowStart: slowStartMoved(slowStart, byMs) }),
          ...(rollingBack && { rollingBack: { ...rollingBack, at: rollingBack.at + byMs } }),
        },
      )
      if (job) jobs.stepClock(change, step)
    }
    for (const watch of watches.values()) {
      watch.lookedAt += byMs
      watch.breached = new Map([...watch.breached].map(([guard, since]) => [guard, since + byMs]))
    }
  }

  /** Every step is written: from now on it is watched. */
  function beginWatch(id: string, text: string): Change {
    const change = journal.get(id)!
    const at = now()
    const baseline = change.baseline ?? baselineOf(change, change.at)
    const { slowStart } = change
    const limit = change.job ? jobWatchMs(jobs.of(change), at) : watchLimitMs(change, options.topology(), settings)
    const watched = journal.note(
      id,
      { what: 'watching', text },
      {
        state: 'watching',
        watchFrom: at,
        watchUntil: at + (slowStart ? Math.min(WATCH_MS, limit + lastStage(slowStart) * slowStart.everyMs) : limit),
        ...(baseline && { baseline }),
        ...(slowStart && { slowStart: { ...slowStart, nextAt: at + slowStart.everyMs } }),
      },
    )
    const proposal = change.proposal ? store.proposals.get(change.proposal) : null
    if (proposal && proposal.state !== 'applied') {
      const applied = { ...proposal, state: 'applied' as const }
      store.proposals.put(applied)
      bus.emit({ type: 'proposal', proposal: applied })
    }
    refresh(change)
    return watched
  }

  function refresh(change: Change) {
    for (const target of new Set(change.steps.map((step) => step.setting.target)))
      options.pollNow?.(target).catch((error: unknown) => log.warn({ target, err: error }, 'the poll after a write failed'))
  }

  /** Of the time since the write alone: what was before it is no effect of the change. */
  function guardsNow(change: Change, at: number): GuardState[] {
    const recent = options.window(Math.min(settings.guardMs, at - change.watchFrom!))
    const measured = ({ metric, where }: Guard) => measure(metric, where, recent)
    return guardStates(change.guards, change.prediction, watches.get(change.id)?.breached ?? new Map(), measured, at, change.watchFrom!)
  }

  function effectNow(change: Change): { effect: Effect; settledAt: number | null } {
    const at = now()
    const { prediction, watchFrom } = change
    if (!prediction || watchFrom === undefined) return { effect: { is: 'unseen', because: 'no effect was predicted' }, settledAt: null }
    const window = options.window(at - watchFrom + settings.guardMs)
    const settledAt = change.job ? jobSettledFrom(jobs.of(change), at) : settledFrom(change, window, options.topology())
    if (settledAt === null) return { effect: { is: 'unseen', because: 'the numbers still hold time from before the change' }, settledAt }
    const since = window.between(settledAt, at)
    const because = notYet(prediction, since)
    if (because) return { effect: { is: 'unseen', because }, settledAt }
    return { effect: effectOf(prediction, change.baseline, measure(prediction.metric, prediction.where, since)), settledAt }
  }

  const measuredOf = (effect: Effect): Partial<Change> =>
    effect.is === 'unseen'
      ? {}
      : { measured: { before: effect.baseline.value, after: effect.now.value, low: effect.now.low, high: effect.now.high } }

  /** Reads the live values aside, so that a slow server delays no tick. Loss of sight says nothing. */
  function look(change: Change, watch: Watch) {
    if (watch.looking || now() - watch.lookedAt < settings.lookMs) return
    watch.looking = true
    watch.lookedAt = now()
    const held = heldSteps(change)
    liveSettings
      .live(held.map((step) => step.setting))
      .then((live) => {
        // A stage that was written meanwhile is no other writer's.
        if (!sameStage(change.slowStart, journal.get(change.id)?.slowStart)) return
        watch.drifted = held.flatMap((step) => {
          const value = live.get(settingKey(step.setting))
          return value === undefined || isOwn(step, value, liveSettings) ? [] : [{ step, live: value }]
        })
      })
      .catch(() => {})
      .finally(() => {
        watch.looking = false
      })
  }

  async function watchOnce(id: string): Promise<unknown> {
    const change = journal.get(id)
    if (!change) return
    if (options.mode() !== 'tune') return leave(id)
    if (change.rollingBack) return goOnRollingBack(change)
    if (change.state !== 'watching') return
    if (change.job) {
      const job = jobs.of(change)
      if (job.state === 'failed') {
        const because = `Its job failed: ${job.because}`
        return startRollingBack(id, { by: 'Evenkeel', because, automatic: true }, { verdict: 'unjudged', outcome: because })
      }
      jobs.run(change)
    }
    const watch = watchOf(id)
    look(change, watch)
    const at = now()
    const guards = guardsNow(change, at)
    watch.breached = breachedSinceOf(guards)
    const { effect, settledAt } = effectNow(change)
    const calm = watch.breached.size === 0 && heldNow(change) === null
    const seen: Seen = { drifted: watch.drifted, breach: breachOf(guards), settledAt, effect, calm }
    const decision = nextStep(change, seen, at, settings.measureMs)
    if (decision.is === 'wait') return
    if (decision.is === 'rise') return goOnRising(change, at >= change.watchUntil!)
    if (decision.is === 'drift') return endInDrift(id, watch.drifted, decision.outcome)
    const found = { ...measuredOf(effect), verdict: decision.verdict, outcome: decision.outcome }
    if (seen.breach) journal.note(id, { what: 'guard', text: decision.outcome })
    else journal.note(id, { what: 'measured', text: decision.outcome })
    if (decision.is === 'roll back') return startRollingBack(id, { by: 'Evenkeel', because: decision.outcome, automatic: true }, found)
    if (change.job) await jobs.finish(change, 'Evenkeel')
    end(
      id,
      { what: 'kept', text: decision.outcome },
      { ...found, state: 'kept', ...(decision.needsPerson && { needsPerson: decision.needsPerson }) },
    )
  }

  const heldNow = ({ slowStart }: Change) => slowStart && heldBecause(slowStart, options.topology())

  /** The next stage of a slow start; at the end of the watch the last one, and what cannot be brought there is put back. */
  async function goOnRising(change: Change, over: boolean): Promise<void> {
    const { id } = change
    const { stage } = change.slowStart!
    const last = lastStage(change.slowStart!)
    const held = heldNow(change)
    if (over && held) journal.note(id, { what: 'note', text: `The watch ends while ${held}: it gets its whole weight.` })
    try {
      await riseTo(id, over ? last : stage + 1)
    } catch (error) {
      // Was it another writer? The look tells; else it is tried again.
      watchOf(id).lookedAt = Number.NEGATIVE_INFINITY
      const { message } = toldOf(error, 'A server could not be written.')
      log.warn({ change: id, err: error }, 'a stage of a slow start was not written')
      if (over) await startRollingBack(id, { by: 'Evenkeel', because: `Its weight could not be raised: ${message}`, automatic: true })
    }
  }

  /** Each stage's intent is journaled before its write; one that a crash or a lost answer left open is finished first. */
  async function riseTo(id: string, to: number): Promise<void> {
    for (;;) {
      const { slowStart } = journal.get(id)!
      if (!slowStart || slowStart.stage >= to) return
      const next = slowStart.writing ?? to
      const steps = stepsBetween(slowStart, slowStart.stage, next)
      const text = `Slow start, stage ${next + 1} of ${lastStage(slowStart) + 1}: ${steps.map(stepText).join(', ')}`
      // A stage that nobody knows of after a crash would look like another writer's.
      if (slowStart.writing === undefined) journal.insist(id, { what: 'intent', text }, { slowStart: { ...slowStart, writing: next } })
      for (const [target, own] of byTarget(steps)) {
        const live = await liveSettings.live(own.map((step) => step.setting))
        const edits = own.filter((step) => !liveSettings.same(step.setting, live.get(settingKey(step.setting)), step.after)).map(toEdit)
        if (edits.length > 0) await liveSettings.write(target, edits, { change: id })
      }
      // The clock may have been set meanwhile.
      const { writing: _, nextAt, ...rest } = journal.get(id)!.slowStart!
      const done = next === lastStage(slowStart)
      const stands = done ? { doneAt: now() } : { nextAt: Math.max(now(), nextAt ?? 0) + slowStart.everyMs }
      const change = journal.note(
        id,
        { what: 'written', text: done ? 'The whole weight stands' : `Stage ${next + 1} stands` },
        { slowStart: { ...rest, stage: next, ...stands } },
      )
      refresh(change)
    }
  }

  function end(id: string, entry: Parameters<typeof journal.note>[1], patch: Partial<Change>) {
    watches.delete(id)
    const change = journal.note(id, entry, { endedAt: now(), rollingBack: undefined, ...patch })
    log.info({ change: id, state: change.state, verdict: change.verdict }, 'change ended')
  }

  async function endInDrift(id: string, drifted: readonly Drifted[], outcome: string): Promise<void> {
    const change = journal.get(id)!
    if (isRising(change)) {
      // A weight that is half-way up is nobody's wish.
      const rises = change.slowStart!.rises.map(({ setting }) => settingKey(setting))
      await undo(
        id,
        heldSteps(change).filter((step) => rises.includes(settingKey(step.setting))),
        liveSettings,
        journal,
      )
      refresh(change)
    }
    for (const { step } of drifted) store.memory.put(contestedKey(step.setting), { change: id, at: now() })
    journal.note(id, { what: 'drift', text: outcome })
    end(
      id,
      { what: 'failed', text: outcome },
      {
        state: 'failed',
        outcome,
        needsPerson: 'Somebody else changes this setting. Nothing more is proposed for it until you decide who owns it.',
      },
    )
  }

  async function startRollingBack(
    id: string,
    why: { by: string; because: string; automatic: boolean },
    patch: Partial<Change> = {},
  ): Promise<string | undefined> {
    const change = journal.note(
      id,
      { what: 'note', text: `Rolling back: ${why.because}`, by: why.by },
      { ...patch, rollingBack: { ...why, at: now() } },
    )
    return goOnRollingBack(change)
  }

  /** Answers why it is to be tried again, or nothing when it has ended. */
  async function goOnRollingBack(change: Change): Promise<string | undefined> {
    const { id } = change
    const why = change.rollingBack!
    const undone = change.job
      ? await putBack(change)
      : ((await resumeBack(change)) ?? (await undo(id, heldSteps(change), liveSettings, journal)))
    refresh(change)
    if (undone.failed.length > 0) {
      if (now() - journal.get(id)!.rollingBack!.at < settings.undoMs) return undone.because ?? 'its server cannot be written now'
      const names = undone.failed.map((step) => `${step.setting.name} on ${step.setting.target}`).join(', ')
      const outcome = `Could not be rolled back: ${undone.because}`
      end(id, { what: 'failed', text: outcome }, { state: 'failed', outcome, needsPerson: `Put back by hand: ${names}.` })
      return
    }
    if (undone.drifted.length > 0) {
      await endInDrift(id, undone.drifted, driftText(undone.drifted))
      return
    }
    end(
      id,
      { what: 'rolled_back', text: why.because, by: why.by },
      {
        state: 'rolled_back',
        automatic: why.automatic,
        // A person's roll-back is no verdict; the measured numbers stay.
        verdict: why.automatic ? (change.verdict ?? 'unjudged') : 'unjudged',
        ...(!why.automatic && { outcome: why.because, needsPerson: undefined }),
        undo: undefined,
        finish: undefined,
      },
    )
  }

  /** In observe mode nothing is in flight: what is found there, by a start or a tick, ends where it stands. */
  async function leave(id: string): Promise<void> {
    const change = journal.get(id)
    if (!change || !isActive(change)) return
    const job = change.job === undefined ? null : store.jobs.get(change.job)
    if (job) await jobs.finish(change, 'Evenkeel')
    const live = await liveSettings
      .live(heldSteps(change).map((step) => step.setting))
      .catch((error: unknown) => ({ because: toldOf(error, 'a server cannot be read now.').message }))
    const { state, outcome, needsPerson, undo, finish, drifted } = leaveStanding(
      change,
      { live, job: job && store.jobs.get(job.id), undo: store.undo.count(id) },
      liveSettings,
    )
    for (const { step } of drifted) store.memory.put(contestedKey(step.setting), { change: id, at: now() })
    end(
      id,
      { what: drifted.length > 0 ? 'drift' : state, text: outcome },
      {
        state,
        outcome,
        verdict: state === 'failed' ? change.verdict : 'unjudged',
        ...(state === 'rolled_back' && { automatic: change.rollingBack!.automatic }),
        needsPerson,
        ...(undo.length > 0 && { undo }),
        ...(finish.length > 0 && { finish }),
      },
    )
  }

  /** What the change's job did, item by item. */
  async function putBack(change: Change): Promise<Undone> {
    try {
      const { restored, left, lost } = await jobs.putBack(change)
      const others = left > 0 ? `; ${count(left)} are over, or somebody else's by now, and were left alone` : ''
      const damaged = lost > 0 ? `; what ${count(lost)} held before cannot be read any more, and they were left alone` : ''
      journal.note(change.id, { what: 'written', text: `${count(restored)} were put back${others}${damaged}` })
      return nothingUndone()
    } catch (error) {
      return { ...nothingUndone(), failed: change.steps, because: toldOf(error, 'A server cannot be written now.').message }
    }
  }

  /** After a crash in a roll-back: the server takes up what its file says. Null when that is done, or was not needed. */
  async function resumeBack(change: Change): Promise<Undone | null> {
    const watch = watchOf(change.id)
    if (!watch.interrupted) return null
    const back = change.steps.map((step) => ({ ...step, before: step.after, after: step.before }))
    try {
      await liveSettings.resume(back, { change: change.id })
      watch.interrupted = false
      return null
    } catch (error) {
      return { ...nothingUndone(), failed: change.steps, because: toldOf(error, 'A server cannot be read now.').message }
    }
  }

  const failed = (id: string) => (error: unknown) => log.error({ change: id, err: error }, 'a change could not be seen to')

  function demand(id: string, verb: keyof typeof changeCan): Change {
    const change = journal.get(id)
    if (!change) throw new EvenkeelError('not_found', `There is no change ${id}.`)
    if (!canChange(verb, change.state) || change.rollingBack) throw new EvenkeelError('not_allowed', changeCan[verb].otherwise)
    return change
  }

  async function applied(steps: Parameters<typeof applySteps>[0]): Promise<Applied> {
    if (closing) throw new EvenkeelError('unavailable', 'Evenkeel is being stopped.')
    const writing = applySteps(steps, context).then((answer) => {
      if (answer.change) beginWatch(answer.change, 'Written; the watch begins.')
      return answer
    })
    applying.add(writing)
    return writing.finally(() => applying.delete(writing))
  }

  async function recoverOne(change: Change): Promise<unknown> {
    const { id } = change
    if (options.mode() !== 'tune') return leave(id)
    if (change.rollingBack) {
      watchOf(id).interrupted = true
      return goOnRollingBack(change)
    }
    if (change.state === 'applying') return finishOrUndo(change)
    const left = change.watchUntil! - now()
    // Never longer than its whole length from here on, whatever the clock was when it began.
    const whole = now() + change.watchUntil! - change.watchFrom!
    const until = Math.min(whole, Math.max(change.watchUntil!, now() + Math.min(RESUMED_MS, settings.watchMs)))
    journal.note(
      id,
      {
        what: 'recovered',
        text:
          left > 0
            ? 'Evenkeel was started anew; the watch goes on.'
            : 'Evenkeel was started anew after the end of the watch; it goes on a little longer.',
      },
      { watchUntil: until },
    )
    // The next look is now: a server that was started anew too holds its configured values again.
    watchOf(id).lookedAt = Number.NEGATIVE_INFINITY
  }

  /** Interrupted between its first intent and its watch: what the servers hold decides. */
  async function finishOrUndo(change: Change): Promise<void> {
    const { id } = change
    const steps = heldSteps(change)
    try {
      await liveSettings.resume(steps, { change: id })
      const live = await liveSettings.live(steps.map((step) => step.setting))
      if (steps.every((step) => liveSettings.same(step.setting, live.get(settingKey(step.setting)), step.after))) {
        journal.note(id, { what: 'recovered', text: 'Evenkeel was interrupted after the last write: every value stands.' })
        beginWatch(id, 'The watch begins.')
        return
      }
    } catch (error) {
      journal.note(id, {
        what: 'recovered',
        text: `Evenkeel was interrupted while it wrote. ${toldOf(error, 'A server cannot be read now.').message}`,
      })
    }
    await startRollingBack(
      id,
      { by: 'Evenkeel', because: 'Evenkeel was interrupted while it wrote: what was written is put back.', automatic: true },
      { verdict: 'unjudged' },
    )
  }

  async function rollBackInTurn(id: string, by: string, because: string): Promise<string | undefined> {
    const change = demand(id, 'rollBack')
    const other = inFlightOf(liveSettings.groups(change.steps))
    if (other && other !== id) throw new EvenkeelError('busy', `Change ${other} is in flight there.`)
    const { effect } = effectNow(change)
    const seen = change.state === 'watching' ? measuredOf(effect) : {}
    // Left in observe mode, its server may not have taken up its file.
    if (change.undo) watchOf(id).interrupted = true
    return startRollingBack(id, { by, because, automatic: false }, seen)
  }

  async function keepInTurn(id: string, by: string): Promise<void> {
    const { slowStart, job } = demand(id, 'keep')
    if (slowStart) await riseTo(id, lastStage(slowStart))
    if (job) await jobs.finish(journal.get(id)!, by)
    const change = demand(id, 'keep')
    const { effect } = effectNow(change)
    const verdict: ChangeVerdict =
      effect.is === 'better' ? 'improved' : effect.is === 'worse' ? 'regressed' : effect.is === 'even' ? 'no_effect' : 'unjudged'
    const outcome = `Kept by ${by} before the end of the watch. ${effectText(change, effect)}`.trim()
    end(id, { what: 'kept', text: outcome, by }, { state: 'kept', verdict, outcome, ...measuredOf(effect) })
  }

  /** Why one change in flight could not be ended as the person says, or nothing. */
  async function landOne(id: string, how: Landing, by: string): Promise<EvenkeelError | undefined> {
    try {
      const change = journal.get(id)!
      if (!isActive(change)) return
      if (how === 'keep' && !change.rollingBack) await keepInTurn(id, by)
      else {
        const again = change.rollingBack
          ? await goOnRollingBack(change)
          : await rollBackInTurn(id, by, `Rolled back by ${by}, who lowers the mode to observe.`)
        if (again !== undefined) return new EvenkeelError('unreachable', `Change ${id} is not rolled back yet: ${again}`)
      }
      const { state, outcome } = journal.get(id)!
      if (state !== 'failed') return
      return new EvenkeelError('drift', `Change ${id} ended, but not as it was to: ${outcome}`)
    } catch (error) {
      const { code, message } = toldOf(error, 'its server cannot be written now.')
      return new EvenkeelError(code, `Change ${id} could not be ${how === 'keep' ? 'kept' : 'rolled back'}: ${message}`)
    }
  }

  return {
    describe: liveSettings.describe,
    guardsOf(id) {
      const change = journal.get(id)
      return change?.state === 'watching' && change.watchFrom !== undefined ? guardsNow(change, now()) : []
    },
    async apply(id, by, { dryRun = false } = {}) {
      const proposal = store.proposals.get(id)
      if (!proposal) throw new EvenkeelError('not_found', `There is no proposal ${id}.`)
      return applied(wantedOf(proposal, by, dryRun))
    },
    create: (own, by, { dryRun = false } = {}) =>
      applied({ ...own, by, dryRun, guards: ownGuards(own.steps, options.topology(), options.window(settings.beforeMs)) }),
    async rollBack(id, by) {
      if (journal.get(id)) refuseReadOnly(modeForNew())
      demand(id, 'rollBack')
      await inTurn(id, () => rollBackInTurn(id, by, `Rolled back by ${by}.`))
    },
    async keep(id, by) {
      if (isRising(demand(id, 'keep'))) refuseReadOnly(modeForNew())
      await inTurn(id, () => keepInTurn(id, by))
    },
    async land(how, by, then) {
      landing++
      try {
        await Promise.allSettled([...applying])
        const inFlight = journal.active().map(({ id }) => id)
        if (inFlight.length > 0 && how === undefined) throw new EvenkeelError('busy', inFlightText(inFlight))
        const failures = await Promise.all(inFlight.map((id) => inTurn(id, () => landOne(id, how!, by))))
        const why = failures.filter((failure) => failure !== undefined)
        if (why.length > 0) throw new EvenkeelError(why[0]!.code, `${why.map(({ message }) => message).join(' ')} The mode stays as it is.`)
        then()
      } finally {
        landing--
      }
    },
    steerJob: (id, verb, by) => jobs.steer(id, verb, by),
    settle(id, by) {
      const change = journal.get(id)
      if (!change) throw new EvenkeelError('not_found', `There is no change ${id}.`)
      for (const step of heldSteps(change)) store.memory.delete(contestedKey(step.setting))
      if (isOpen(change))
        journal.note(
          id,
          { what: 'note', text: 'Seen to.', by },
          { needsPerson: undefined, ...(change.state === 'failed' && { seenTo: by }) },
        )
    },
    inFlight: (steps) => inFlightOf(liveSettings.groups(steps)),
    async tick() {
      if (closing) return
      await Promise.all(
        journal.active().map(async ({ id, state, rollingBack }) => {
          // An apply still under way is its caller's; a roll-back that waits for its server delays no other watch.
          if ((state === 'applying' && !rollingBack) || turns.has(id)) return
          await inTurn(id, () => watchOnce(id)).catch(failed(id))
        }),
      )
    },
    async recover() {
      await Promise.all(journal.active().map((change) => inTurn(change.id, () => recoverOne(change)).catch(failed(change.id))))
    },
    async stop() {
      closing = true
      await Promise.allSettled([...applying, ...turns.values(), jobs.stop()])
    },
  }
}

const inFlightText = (ids: readonly string[]) =>
  `${ids.length === 1 ? `Change ${ids[0]} is` : `Changes ${ids.join(', ')} are`} in flight: say whether to keep or to roll back ${ids.length === 1 ? 'it' : 'them'} first (inFlight: "keep" or "roll-back").`
