import type { Change } from '../../model/change.ts'
import { refText } from '../../model/ref.ts'
import type { Runtime } from '../runtime.ts'

type At = { runtime: Runtime; params: { id: string } }
/** The lease of what is done once for the whole fleet. */
const LEADER = ''

/** What a change, a proposal or a body writes first decides who does it; null: what is not there is said here. */
const firstTarget = (steps: readonly { setting: { target: string } }[] | undefined): string | null => steps?.[0]?.setting.target ?? null

export const known = ({ engine }: Runtime, target: string | null) => (target !== null && engine.targetConfig(target) ? target : null)

export const targetOfBody = ({ runtime, body }: { runtime: Runtime; body: { steps: { setting: { target: string } }[] } }) =>
  known(runtime, firstTarget(body.steps))
const ofChange = (runtime: Runtime, change: Change | null) => known(runtime, firstTarget(change?.steps))
export const targetOfChange = ({ runtime, params }: At) => ofChange(runtime, runtime.store.changes.get(params.id))
export const targetOfProposal = ({ runtime, params }: At) => known(runtime, firstTarget(runtime.store.proposals.get(params.id)?.steps))
/** A proposal that is applied on every balancer of its group begins on the canary, whichever of them it is about. */
export const canaryOfProposal = ({ runtime, params }: At) => {
  const steps = runtime.store.proposals.get(params.id)?.steps
  return known(runtime, (steps && runtime.changes.groupOf(steps)?.canary) ?? firstTarget(steps))
}
export const targetOfJob = ({ runtime, params }: At) => {
  const job = runtime.store.jobs.get(params.id)
  return job && ofChange(runtime, runtime.store.changes.get(job.change))
}
export const targetOfRing = ({ runtime, params }: { runtime: Runtime; params: { name: string } }) =>
  known(runtime, refText({ ring: params.name }))

/** Whoever judges a finding writes it: what people say of it is written there too. */
export const targetOfFinding = ({ runtime, params }: At): string | null => {
  const finding = runtime.store.findings.get(params.id)
  if (!finding) return null
  const { target, ring } = finding.subject
  const wanted = target ?? (ring === undefined ? null : refText({ ring }))
  return known(runtime, wanted) ?? ringTarget(runtime, ring) ?? LEADER
}

const ringTarget = ({ engine }: Runtime, name: string | undefined) =>
  engine
    .topology()
    .rings.find((ring) => ring.name === name)
    ?.nodes.find(({ target }) => target !== undefined)?.target ?? null
