import { randomBytes } from 'node:crypto'
import { type Change, changeInFlight } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import {
  type BalancerGroup,
  COURSE_PREFIX,
  type Course,
  type CourseWaiting,
  courseEnded,
  courseWaitingKey,
  groupOfPool,
  stepsOn,
} from '../model/group.ts'
import type { Guard, Prediction, Proposal } from '../model/proposal.ts'
import { poolOf, settingKey } from '../model/setting.ts'
import type { Topology } from '../model/topology.ts'
import type { Applied } from './apply.ts'
import { type Approved, approvedOf } from './approval.ts'
import type { ChangesContext } from './context.ts'
import type { Wanted } from './wanted.ts'

/** The next target that cannot be changed for so long ends a course: half of a group is a state that nobody asked for. */
const WAIT_MOST_MS = 3_600_000
/** Refusals that pass by themselves: a change in flight there, a freeze, a window, a limit. */
const PASSING = ['busy', 'not_allowed', 'unreachable', 'unavailable', 'read_only']
const KEPT_MAX = 100

/** The group that steps are of, with all of them on one pool of it; null where they are of none. */
export function groupOfSteps(steps: readonly { setting: { target: string; name: string } }[], topology: Topology): BalancerGroup | null {
  const pools = new Set(steps.map(({ setting }) => poolOf(setting, topology.pools)))
  const [pool] = pools
  return pools.size === 1 && pool ? groupOfPool(pool, topology) : null
}

export const allCourses = ({ store }: Pick<ChangesContext, 'store'>): Course[] =>
  store.memory.keys(COURSE_PREFIX).flatMap((key) => store.memory.get<Course>(key) ?? [])

/** Why its next target cannot be changed just now, or null. */
const waitingOf = (course: Course, { store }: Pick<ChangesContext, 'store'>) => store.memory.get<CourseWaiting>(courseWaitingKey(course))

/**
 * The changes of a course by their target, the newest of each. One behind the canary that a crash cut off while it wrote, and that was put back,
 * is made again: it says nothing about the new values.
 */
export function partsOf({ id, order }: Pick<Course, 'id' | 'order'>, { store }: Pick<ChangesContext, 'store'>): Map<string, Change> {
  const changes = store.changes.list(
    (change) => change.course === id && !(wasCutOff(change) && change.steps[0]!.setting.target !== order[0]),
  )
  return new Map(changes.toReversed().map((change) => [change.steps[0]!.setting.target, change as Change]))
}

const wasCutOff = ({ state, automatic, watchFrom }: Readonly<Change>) =>
  state === 'rolled_back' && automatic === true && watchFrom === undefined

/** The course that is under way on any of these settings, or null: nothing else changes them meanwhile. */
export function courseOn(steps: readonly { setting: { target: string; name: string } }[], context: ChangesContext): Course | null {
  const own = new Set(steps.map(({ setting }) => settingKey(setting)))
  return (
    allCourses(context).find(
      (course) =>
        !courseEnded(course) &&
        course.order.some((target) => stepsOn(target, course.steps).some(({ setting }) => own.has(settingKey(setting)))),
    ) ?? null
  )
}

function refuseBeside(steps: readonly { setting: { target: string; name: string } }[], context: ChangesContext): void {
  const under = courseOn(steps, context)
  if (under) throw new EvenkeelError('busy', `Course ${under.id} is under way on group ${under.group}: one at a time.`)
}

const moved = <T extends { where: Prediction['where'] }>(one: T, target: string): T => ({ ...one, where: { ...one.where, target } })

/** The course of a proposal over its group. Throws `not_allowed` where its target has none, `busy` where one is under way. */
export function courseOf(proposal: Proposal, by: string, approved: Approved, context: ChangesContext): Course {
  const group = groupOfSteps(proposal.steps, context.fleet.topology())
  if (!group) throw new EvenkeelError('not_allowed', 'These settings are of no group of identical balancers: apply it to its own target.')
  refuseBeside(proposal.steps, context)
  const { prediction, guards, because } = proposal
  const on = <T extends { where: Prediction['where'] }>(one: T) => moved(one, group.canary)
  return {
    id: randomBytes(8).toString('hex'),
    group: group.name,
    order: [group.canary, ...group.targets.filter((target) => target !== group.canary)],
    state: 'running',
    steps: proposal.steps.map(({ setting, after }) => ({ name: setting.name, after })),
    because,
    proposal: proposal.id,
    finding: proposal.finding,
    prediction: prediction && { ...on(prediction), ...(prediction.dip && { dip: on(prediction.dip) }) },
    guards: guards.map(on),
    by,
    ...approved,
    at: context.now(),
  }
}

/** What a course asks of one of its targets. The proposal itself where it is about that one. */
function wantedOn(target: string, course: Course, { store }: Pick<ChangesContext, 'store'>): Wanted {
  const { steps, because, prediction, guards, by, id, proposal: of } = course
  const proposal = of === undefined ? null : store.proposals.get(of)
  const own = proposal?.steps[0]?.setting.target === target && target === course.order[0] ? proposal : null
  const foreseen = prediction && { ...moved(prediction, target), ...(prediction.dip && { dip: moved(prediction.dip, target) }) }
  return {
    steps: own ? own.steps : stepsOn(target, steps),
    because,
    by,
    dryRun: false,
    ...(own ? { proposal: own } : { prediction: foreseen }),
    ...approvedOf(course),
    course: id,
    guards: guards.map((guard: Guard) => moved(guard, target)),
  }
}

export type CourseHands = {
  apply(wanted: Wanted): Promise<unknown>
  rollBack(id: string, because: string): Promise<unknown>
  owns(target: string): boolean
}

/** One look at a course: begins the next target where the one before is done, or rolls all back. */
export async function tickCourse(course: Course, hands: CourseHands, context: ChangesContext): Promise<void> {
  const parts = partsOf(course, context)
  const leads = hands.owns(course.order[0]!)
  if (course.state === 'undoing') return undo(course, parts, leads, hands, context)
  if (course.state !== 'running') return
  const stuck = waitingOf(course, context)
  if (stuck?.final && !parts.has(stuck.target)) {
    if (leads) stop(course, `Stopped before ${stuck.target}: ${stuck.because}`, context)
    return
  }
  const failed = [...parts.values()].find(({ state }) => state === 'rolled_back' || state === 'failed')
  if (failed) {
    const { target } = failed.steps[0]!.setting
    if (leads) stop(course, `Stopped at ${target}: ${failed.outcome ?? 'it was rolled back'}`, context)
    return
  }
  if ([...parts.values()].some((change) => changeInFlight(change.state) || change.rollingBack)) return
  const [canary, next] = [parts.get(course.order[0]!), course.order.find((target) => !parts.has(target))]
  if (next === undefined) {
    const outcome = `All ${course.order.length} of group ${course.group} hold the new values.`
    if (leads) putCourse({ ...course, state: 'done', endedAt: context.now(), outcome }, context)
    return
  }
  if (canary && parts.size === 1 && !isProven(canary) && course.continuedBy === undefined) {
    if (leads) putCourse({ ...course, state: 'asking' }, context)
    return
  }
  if (hands.owns(next)) await begin(next, course, hands, context)
}

/** The canary has done what was promised, or a person has kept it or said so. */
const isProven = (change: Change) =>
  change.verdict === 'improved' || change.journal.some(({ what, by }) => what === 'kept' && by !== undefined)

async function begin(target: string, course: Course, hands: CourseHands, context: ChangesContext): Promise<void> {
  const { now, store } = context
  const key = courseWaitingKey(course)
  try {
    await hands.apply(wantedOn(target, course, context))
    store.memory.delete(key)
  } catch (error) {
    if (!(error instanceof EvenkeelError)) throw error
    const because = error.message
    const before = waitingOf(course, context)
    const since = before?.target === target ? before.since : now()
    const passes = PASSING.includes(error.code) && now() - since < WAIT_MOST_MS
    store.memory.put(key, { target, since, because, ...(!passes && { final: true }) } satisfies CourseWaiting)
  }
}

const stop = (course: Course, outcome: string, context: Pick<ChangesContext, 'store'>) =>
  putCourse({ ...course, state: 'undoing', outcome }, context)

/** Each is rolled back by whoever has its target; the last changed first. */
async function undo(
  course: Course,
  parts: Map<string, Change>,
  leads: boolean,
  hands: CourseHands,
  context: ChangesContext,
): Promise<void> {
  const left = course.order.toReversed().flatMap((target) => {
    const change = parts.get(target)
    return change && (change.state === 'kept' || changeInFlight(change.state) || change.rollingBack) ? [{ target, change }] : []
  })
  if (left.length === 0) {
    if (leads) putCourse({ ...course, state: 'rolled_back', endedAt: context.now() }, context)
    return
  }
  for (const { target, change } of left)
    if (hands.owns(target) && !change.rollingBack && change.state !== 'applying')
      await hands.rollBack(change.id, `With its group: ${course.outcome ?? 'the course was rolled back.'}`)
}

function putCourse(course: Course, context: Pick<ChangesContext, 'store'>): void {
  context.store.memory.put(`${COURSE_PREFIX}${course.id}`, course)
  const over = allCourses(context)
    .filter(courseEnded)
    .sort((a, b) => b.at - a.at)
    .slice(KEPT_MAX)
  for (const { id } of over) context.store.memory.delete(`${COURSE_PREFIX}${id}`)
  if (courseEnded(course)) context.store.memory.delete(courseWaitingKey(course))
}

/** Checks it on every target of its group, then applies it on the canary. */
export async function beginCourse(
  course: Course,
  dryRun: boolean,
  apply: (wanted: Wanted) => Promise<Applied>,
  context: ChangesContext,
): Promise<Applied & { course: string | null }> {
  const checked: Applied[] = []
  for (const target of course.order) {
    // On the canary as it will be applied, so that what a second person has to approve is said of a dry run no sooner than of the write.
    checked.push(await apply({ ...wantedOn(target, course, context), dryRun: true }))
  }
  const steps = checked.flatMap((one) => one.steps)
  const commands = checked.flatMap((one) => one.commands)
  if (dryRun) return { change: null, course: null, steps, commands }
  // Another may have begun while this one was checked.
  refuseBeside(steps, context)
  putCourse(course, context)
  try {
    const { change } = await apply(wantedOn(course.order[0]!, course, context))
    return { change, course: course.id, steps, commands }
  } catch (error) {
    context.store.memory.delete(`${COURSE_PREFIX}${course.id}`)
    throw error
  }
}

export function demandCourse(id: string, { store }: Pick<ChangesContext, 'store'>): Course {
  const course = store.memory.get<Course>(`${COURSE_PREFIX}${id}`)
  if (!course) throw new EvenkeelError('not_found', `There is no course ${id}.`)
  return course
}

/** A person's decision on a course. */
export function steerCourse(id: string, verb: 'continue' | 'roll-back', by: string, context: ChangesContext): void {
  const course = demandCourse(id, context)
  if (verb === 'continue') {
    if (course.state !== 'asking') throw new EvenkeelError('not_allowed', 'Only a course that asks whether it goes on can be continued.')
    putCourse({ ...course, state: 'running', continuedBy: by }, context)
    return
  }
  if (course.state === 'rolled_back' || course.state === 'undoing') throw new EvenkeelError('not_allowed', 'It is rolled back already.')
  putCourse({ ...course, state: 'undoing', endedAt: undefined, outcome: `Rolled back by ${by}.` }, context)
}
