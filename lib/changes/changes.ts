import { retimeGuards } from '../metrics/retimeGuards.ts'
import type { Change } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import { type BalancerGroup, type Course, courseEnded } from '../model/group.ts'
import type { Job, JobVerb } from '../model/job.ts'
import { createKeyedMutex } from '../model/keyedMutex.ts'
import type { Proposal, Step } from '../model/proposal.ts'
import type { SettingText } from '../model/setting.ts'
import { isRising } from '../model/slowStart.ts'
import type { Applied, OwnChange } from './apply.ts'
import { createApplying } from './applying.ts'
import { approvedOf, riskOf } from './approval.ts'
import { moveDates } from './clockStep.ts'
import {
  allCourses,
  beginCourse,
  type CourseHands,
  courseOf,
  demandCourse,
  groupOfSteps,
  partsOf,
  steerCourse,
  tickCourse,
} from './courses.ts'
import { createContext } from './createContext.ts'
import type { Description } from './describe.ts'
import type { GuardState } from './guards.ts'
import { inFlightIn } from './inFlight.ts'
import { demandChange, keepChange } from './keep.ts'
import { type Landing, landAll } from './land.ts'
import { guardsOfChange } from './measuredNow.ts'
import type { ChangesOptions } from './options.ts'
import { ownGuards } from './ownGuards.ts'
import { refuseReadOnly } from './readOnly.ts'
import { recoverChange } from './recover.ts'
import { refusalOf } from './refusal.ts'
import { demandRetiming, type Retiming, retimingsOf } from './retime.ts'
import { rollBackChange } from './rollBackChange.ts'
import { sameValue } from './sameValue.ts'
import { settleChange } from './seenTo.ts'
import { tickChange } from './tick.ts'
import { type ApplyOptions, demandProposal, isByFile, personalBecause, refusalFacts, wantedOf } from './wanted.ts'

export type { Applied, Description, Landing, OwnChange }

export interface Changes {
  /** Throws `not_found` or `invalid` naming the step, as applying would. */
  describe(steps: readonly Step[]): Description
  /** Whether a repository owns all of these settings: applying makes a commit there. */
  isByFile(steps: readonly { setting: SettingText }[]): boolean
  /** Whether two values of a setting are the same one: `600s` and `10m`. */
  same(setting: SettingText, a: string, b: string): boolean
  /** Why applying would be refused now, as far as that is known without asking the servers; null when it would not. */
  refusalOf(proposal: Proposal): EvenkeelError | null
  /** Why a proposal is never applied without a person; null where it may be. */
  onlyByPerson(proposal: Proposal): string | null
  /** Resolves when the writes are done and the watch has begun. Throws `not_found`, `read_only`, `busy`, `drift`, `stale`, `not_followed`, `approval_needed`. */
  apply(proposal: string, by: string, options?: ApplyOptions): Promise<Applied>
  create(own: OwnChange, by: string, options?: ApplyOptions): Promise<Applied>
  /** The group of identical balancers that steps are of, with all of them on one pool; null where they are of none. */
  groupOf(steps: readonly { setting: SettingText }[]): BalancerGroup | null
  /** The same on each balancer of its group: the canary at once, the others after its verdict. Checked on all of them first. */
  applyToGroup(proposal: string, by: string, options?: ApplyOptions): Promise<Applied & { course: string | null }>
  courses(): Course[]
  /** The changes of a course, by their target. */
  partsOf(course: Course): Map<string, Change>
  /** Goes on after a canary whose effect could not be told, or rolls all back. Throws `not_found`, `not_allowed`. */
  steerCourse(id: string, verb: 'continue' | 'roll-back', by: string): void
  /** The risk of a proposal, or of a change of one's own, and why. */
  riskOf(wanted: { steps: OwnChange['steps']; proposal?: Proposal }): ReturnType<typeof riskOf>
  /** What could be done about the keys that were stored before a TTL became shorter, a plan for each cache. */
  retimings(change: Change): Retiming[]
  /** Begins that job on one cache, as a change of its own. Throws as `create` does, and `not_found` or `not_allowed` where there is no such plan. */
  retime(id: string, target: string, by: string, options?: { dryRun?: boolean }): Promise<Applied>
  /** Throws `not_found`, `read_only`, `not_allowed`, `busy`. */
  rollBack(id: string, by: string): Promise<void>
  /** Throws `not_found`, `not_allowed`, and `read_only` where weights that rise were to be written. */
  keep(id: string, by: string): Promise<void>
  /**
   * Ends what is in flight as the person says, then runs `then`, before which nothing else can begin. Throws `busy` when something is in
   * flight and `how` is absent, `drift` or `unreachable` when it could not be ended so: then `then` does not run.
   */
  land(how: Landing | undefined, by: string, then: () => void): Promise<void>
  /** Pauses, resumes or cancels the long work of a change. Throws `not_found`, `not_allowed`, `read_only`. */
  steerJob(id: string, verb: JobVerb, by: string): Promise<Job>
  /** Acknowledges what a change left open: a person has seen to it, and proposals for its contested settings are made again. */
  settle(id: string, by: string): void
  /** The change in flight on the same pool, ring, cache or policy, or null. */
  inFlight(steps: readonly { setting: SettingText }[]): string | null
  /** The guards of a change that is watched, as the watch itself sees them now; empty of any other. */
  guardsOf(id: string): GuardState[]
  /** After each engine tick: guards, verdicts, ends of watches. */
  tick(): Promise<void>
  /**
   * Finishes or undoes what a crash left half-way: once at start, before the first tick, and, of several replicas, of the targets that were just
   * taken over.
   */
  recover(isTaken?: (target: string) => boolean): Promise<void>
  /** Whether no change is in flight on any of these targets. */
  isQuiet(isAmong: (target: string) => boolean): boolean
  /** Takes nothing new and resolves when every write under way is journaled: the store may be closed. */
  stop(): Promise<void>
}

/** Applies proposals and own changes, watches them, keeps them or rolls them back. The only module that writes to targets. */
export function createChanges(options: ChangesOptions): Changes {
  const { bus, log, fleet } = options
  /** How many callers are ending the changes in flight in order to lower the mode: nothing begins meanwhile. */
  let landing = 0
  const context = createContext(options, () => (landing > 0 ? 'observe' : options.mode()))
  const { journal, liveSettings, jobs, settings, modeForNew } = context
  /** One mutex for each change, so that a person's request and the tick never work on it at the same time. */
  const mutex = createKeyedMutex()
  let stopped = false
  const refuseStopped = () => {
    if (stopped) throw new EvenkeelError('unavailable', 'Evenkeel is being stopped.')
  }
  const applying = createApplying(context)
  bus.on((event) => {
    if (event.type === 'clock') moveDates(event.step, context)
  })
  const { owns = () => true } = options
  const isOwn = ({ steps }: Pick<Change, 'steps'>) => owns(steps[0]!.setting.target)
  const logFailure = (id: string) => (error: unknown) => log.error({ change: id, err: error }, 'a change could not be processed')

  const hands: CourseHands = {
    apply: (wanted) => applying.run(wanted),
    rollBack: (id, because) => mutex.run(id, () => rollBackChange(id, 'Evenkeel', because, context)),
    owns,
  }
  const tickCourses = () =>
    Promise.all(
      allCourses(context)
        .filter((course) => !courseEnded(course) && !mutex.isLocked(course.id))
        .map(({ id }) => mutex.run(id, () => tickCourse(demandCourse(id, context), hands, context)).catch(logFailure(id))),
    )

  return {
    describe: liveSettings.describe,
    isByFile: (steps) => isByFile(steps, context),
    same: (setting, a, b) => sameValue(setting, a, b, liveSettings),
    refusalOf: (proposal) => refusalOf({ ...refusalFacts({ steps: proposal.steps, proposal, dryRun: false }, context), live: null }),
    guardsOf: (id) => guardsOfChange(id, context),
    onlyByPerson: (proposal) => personalBecause(proposal, context),
    groupOf: (steps) => groupOfSteps(steps, fleet.topology()),
    courses: () => allCourses(context),
    partsOf: (course) => partsOf(course, context),
    async applyToGroup(id, by, { dryRun = false, ...approved } = {}) {
      refuseStopped()
      const course = courseOf(demandProposal(id, context), by, approvedOf(approved), context)
      // The tick would begin the canary beside this.
      return mutex.run(course.id, () => beginCourse(course, dryRun, applying.run, context))
    },
    steerCourse(id, verb, by) {
      if (verb === 'roll-back') refuseReadOnly(modeForNew())
      steerCourse(id, verb, by, context)
    },
    riskOf: (wanted) => riskOf(wanted, context),
    async apply(id, by, options = {}) {
      refuseStopped()
      return applying.run(wantedOf(demandProposal(id, context), by, options))
    },
    async create(own, by, { dryRun = false, ...approved } = {}) {
      refuseStopped()
      const guards = ownGuards(own.steps, fleet.topology(), fleet.window(settings.beforeMs))
      return applying.run({
        ...own,
        by,
        dryRun,
        ...approvedOf(approved),
        guards: [...guards, ...(own.guards ?? [])],
      })
    },
    retimings: (change) => retimingsOf(change, context),
    async retime(id, target, by, { dryRun = false } = {}) {
      refuseStopped()
      const change = journal.get(id)
      if (!change) throw new EvenkeelError('not_found', `There is no change ${id}.`)
      const { step, text: because } = demandRetiming(change, target, context)
      return applying.run({
        steps: [step],
        because,
        by,
        dryRun,
        follows: id,
        guards: retimeGuards(target, fleet.window(settings.beforeMs)),
      })
    },
    async rollBack(id, by) {
      refuseStopped()
      if (journal.get(id)) refuseReadOnly(modeForNew())
      demandChange(id, 'rollBack', context)
      await mutex.run(id, () => rollBackChange(id, by, `Rolled back by ${by}.`, context))
    },
    async keep(id, by) {
      refuseStopped()
      if (isRising(demandChange(id, 'keep', context))) refuseReadOnly(modeForNew())
      await mutex.run(id, () => keepChange(id, by, context))
    },
    async land(how, by, then) {
      landing++
      try {
        await applying.idle()
        refuseStopped()
        const elsewhere = journal.active().find((change) => change.state !== 'awaiting' && !isOwn(change))
        if (elsewhere)
          throw new EvenkeelError('busy', `Change ${elsewhere.id} is in flight on another replica: keep it or roll it back first.`)
        await landAll(how, by, mutex, context)
        then()
      } finally {
        landing--
      }
    },
    steerJob: (id, verb, by) => jobs.steer(id, verb, by),
    settle: (id, by) => settleChange(id, by, context),
    inFlight: (steps) => inFlightIn(liveSettings.groups(steps), context),
    async tick() {
      if (stopped) return
      // Its writes may take long, and no watch waits for them.
      void tickCourses()
      jobs.leave((job) => isOwn(journal.get(job.change)!))
      await Promise.all(
        journal
          .active()
          .filter(isOwn)
          .map(async ({ id, state, rollingBack }) => {
            // An apply under way belongs to its caller; a roll-back that waits for its server delays no other watch.
            if ((state === 'applying' && !rollingBack) || mutex.isLocked(id)) return
            await mutex.run(id, () => tickChange(id, context)).catch(logFailure(id))
          }),
      )
    },
    async recover(isTaken) {
      // What is applied here goes on by itself.
      if (isTaken) await applying.idle()
      const left = journal.active().filter((change) => isOwn(change) && (isTaken?.(change.steps[0]!.setting.target) ?? true))
      const how = isTaken ? 'Another replica ended' : 'Evenkeel was restarted'
      await Promise.all(left.map(({ id }) => mutex.run(id, () => recoverChange(journal.get(id)!, context, how)).catch(logFailure(id))))
    },
    isQuiet: (isAmong) => !journal.active().some(({ steps }) => steps.some(({ setting }) => isAmong(setting.target))),
    async stop() {
      stopped = true
      await Promise.allSettled([applying.idle(), mutex.idle(), jobs.stop()])
      await context.publications.stop()
    },
  }
}
