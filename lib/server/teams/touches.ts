import { APPROVAL_PREFIX, type Approval } from '../../model/approval.ts'
import { EvenkeelError } from '../../model/error.ts'
import { stepsOn } from '../../model/group.ts'
import type { SettingText } from '../../model/setting.ts'
import { getIncident } from '../incidents/incidents.ts'
import type { Runtime } from '../runtime.ts'
import { type Touched, touchedConditions, touchedRing, touchedSettings, touchedSubject, touchedTags, touchedTarget } from './touched.ts'

/** What calls act on whose path names it: the `touches` of operations. Throw `not_found` of what is not there. */

type ById = { runtime: Runtime; params: { id: string } }
type ByName = { runtime: Runtime; params: { name: string } }

function known<T>(found: T | null | undefined, what: string): T {
  if (found === null || found === undefined) throw new EvenkeelError('not_found', `There is no ${what} of that id.`)
  return found
}

export const ofTarget = ({ runtime, params }: ByName): Touched[] => touchedTarget(runtime, params.name)
export const ofRing = ({ runtime, params }: ByName): Touched[] => touchedRing(runtime, params.name)
export const ofChange = ({ runtime, params }: ById): Touched[] =>
  touchedSettings(runtime, known(runtime.store.changes.get(params.id), 'change').steps)
export const ofProposal = ({ runtime, params }: ById): Touched[] =>
  touchedSettings(runtime, known(runtime.store.proposals.get(params.id), 'proposal').steps)
/** The same on every balancer of the group. */
function onGroup(runtime: Runtime, steps: readonly { setting: SettingText }[]): Touched[] {
  const { targets } = runtime.changes.groupOf(steps) ?? { targets: [] }
  const others = targets.flatMap((target) => steps.map(({ setting }) => ({ setting: { ...setting, target } })))
  return touchedSettings(runtime, [...steps, ...others])
}
/** A proposal with `group: true`: on every balancer of its group. */
export const ofProposalOnGroup = ({ runtime, params }: ById): Touched[] => {
  const { steps } = known(runtime.store.proposals.get(params.id), 'proposal')
  return onGroup(runtime, steps)
}
export const ofApproval = ({ runtime, params }: ById): Touched[] => {
  const { steps, subject } = known(runtime.store.memory.get<Approval>(`${APPROVAL_PREFIX}${params.id}`), 'request for an approval')
  return 'group' in subject && subject.group ? onGroup(runtime, steps) : touchedSettings(runtime, steps)
}
export const ofCourse = ({ runtime, params }: ById): Touched[] => {
  const { order, steps } = known(
    runtime.changes.courses().find((course) => course.id === params.id),
    'course',
  )
  return touchedSettings(
    runtime,
    order.flatMap((target) => stepsOn(target, steps)),
  )
}
export const ofJob = ({ runtime, params }: ById): Touched[] => {
  const { change } = known(runtime.store.jobs.get(params.id), 'job')
  return touchedSettings(runtime, known(runtime.store.changes.get(change), 'change').steps)
}
export const ofFinding = ({ runtime, params }: ById): Touched[] =>
  touchedSubject(runtime, known(runtime.store.findings.get(params.id), 'finding').subject)
export const ofSilence = ({ runtime, params }: ById): Touched[] => {
  const { match, matchers = [] } = known(runtime.store.silences.get(params.id), 'silence')
  return touchedConditions(runtime, { match, matchers })
}
export const ofAnnotation = ({ runtime, params }: ById): Touched[] =>
  touchedTags(runtime, known(runtime.store.annotations.get(params.id), 'annotation').tags)
/** All its findings, those that are about the whole fleet too. */
export const ofIncident = ({ runtime, params }: ById): Touched[] =>
  getIncident(runtime, params.id).findings.flatMap(({ subject }) => touchedSubject(runtime, subject))
/** A policy of the autopilot: all that its `where` matches. */
export const ofPolicy = ({ runtime, params }: ById): Touched[] => {
  const { rule } = known(
    runtime.autopilot.standings().find(({ rule }) => rule.id === params.id),
    'policy',
  )
  return [{ name: `the policy ${rule.id}`, labels: rule.where }]
}
