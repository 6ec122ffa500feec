import type { Changes } from '../changes/changes.ts'
import { text } from '../format/format.ts'
import { AUTOPILOT, type AutopilotRule } from '../model/autopilot.ts'
import { type Change, changeInFlight } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Bus } from '../model/events.ts'
import type { Log } from '../model/log.ts'
import type { Proposal } from '../model/proposal.ts'
import { refText } from '../model/ref.ts'
import type { Labels } from '../model/series.ts'
import type { Store } from '../model/store.ts'
import type { Topology } from '../model/topology.ts'
import { trafficMoved } from '../predictions/trafficMoved.ts'
import { isCovered } from './covered.ts'
import { type Licence, licenceOf, type Returned, unlicensedText } from './licence.ts'
import { HOUR_MS, limitOf, type Made, type Moved, trafficLimit } from './limits.ts'
import { type Judged, recordsOf } from './record.ts'

export type AutopilotOptions = {
  rules: readonly AutopilotRule[]
  store: Pick<Store, 'changes' | 'proposals' | 'findings' | 'memory'>
  changes: Pick<Changes, 'apply' | 'describe' | 'refusalOf' | 'onlyByPerson'>
  bus: Bus
  topology(): Topology
  /** The labels of a target, or of a ring or policy by the name of its document. */
  labelsOf(target: string): Labels | undefined
  /** Of several replicas: whether this one looks after a target. */
  owns(target: string): boolean
  /** Why nothing is applied at all just now: the mode, a freeze. */
  held(): string | null
  /** What is recorded of it. */
  tell: {
    acted(change: string, rule: AutopilotRule, because: string): void
    refused(proposal: string, rule: AutopilotRule, error: EvenkeelError): void
    lost(rule: string, change: Change): void
  }
  now(): number
  log: Log
}

/** What the autopilot makes of a proposal, and why. */
export type Decision = { rule: string; acts: boolean; because: string }

/** A policy with its record as it stands. */
export type Standing = { rule: AutopilotRule; licence: Licence; returned: Returned | null; acts: boolean; because: string; steps: Change[] }

export interface Autopilot {
  readonly rules: readonly AutopilotRule[]
  /** After each engine tick: applies what a policy covers, where its licence and every brake allow it. */
  tick(): Promise<void>
  /** Of an open proposal: what becomes of it; null where no policy is about it. */
  decisionOf(proposal: Proposal): Decision | null
  standings(): Standing[]
  /** Whether labels of a policy cover all that a proposal writes to. */
  covers(where: Labels, proposal: Pick<Proposal, 'steps'>): boolean
  returned(id: string): Returned | null
  /** Why nothing is applied at all just now, or null. */
  held(): string | null
  /** A person gives a licence back. Answers the change that had taken it away. Throws `not_found`, `not_allowed`, `busy`. */
  returnLicence(id: string, by: string): string
}

const RETURNED = 'autopilot/returned/'
/** After a refusal that could not be foreseen (drift, a server that cannot be reached) a proposal is left alone for so long. */
const AGAIN_MS = 60_000
/** Where a step of its own was left for a person to decide, the next one there waits for that, or for so long. */
const UNDECIDED_MS = HOUR_MS

/**
 * Applies proposals without a click: those of remedies that a policy of the configuration names, as long as the remedy's own record on this fleet
 * is good enough. Each step is a change like any other, under the same brakes; it differs only in who asks.
 */
export function createAutopilot(options: AutopilotOptions): Autopilot {
  const { rules, store, changes, bus, now, log, tell } = options
  const refused = new Map<string, { until: number; because: string }>()
  let known: Known | null = null
  const facts = () => (known ??= knownOf(store))
  const lost = new Set(facts().own.flatMap(({ id, verdict }) => (verdict === 'regressed' ? [id] : [])))
  let busy = false

  bus.on((event) => {
    if (event.type !== 'change') return
    known = null
    const { change, shared } = event
    if (!change.autopilot || change.verdict !== 'regressed' || lost.has(change.id)) return
    lost.add(change.id)
    if (!shared) tell.lost(change.autopilot.rule, change)
  })

  const returnedOf = (id: string) => store.memory.get<Returned>(RETURNED + id)
  const licence = (rule: AutopilotRule): Licence => licenceOf(rule, facts().records.get(rule.advisor) ?? [], returnedOf(rule.id))

  /** Why a policy makes no step at all just now, or null. */
  function heldBack(rule: AutopilotRule, found: Licence): string | null {
    if (!found.licensed) return unlicensedText(found)
    return options.held() ?? limitOf(rule, madeBy(rule.id, facts().own), now())
  }

  /** The pools, rings and caches that steps are about; none where they are gone. */
  function groupsOf(steps: Change['steps']): string[] {
    try {
      return changes.describe(steps).groups.map(refText)
    } catch {
      return []
    }
  }

  /** Why a policy does not apply this, or null. */
  function obstacle(rule: AutopilotRule, proposal: Proposal): string | null {
    const finding = store.findings.get(proposal.finding)
    if (finding?.state !== 'firing' || finding.stale !== undefined) return 'Its finding is not judged just now.'
    const groups = groupsOf(proposal.steps)
    const open = facts().own.find(
      ({ needsPerson, endedAt = 0, steps }) =>
        needsPerson !== undefined && endedAt > now() - UNDECIDED_MS && groupsOf(steps).some((group) => groups.includes(group)),
    )
    if (open) return `Change ${open.id}, which it made there within the hour, waits for a person.`
    const traffic = trafficLimit(rule, trafficMoved(proposal.steps, options.topology()), movedBy(rule.id, facts().own), now())
    if (traffic !== null) return traffic
    const again = refused.get(proposal.id)
    if (again && now() < again.until) return again.because
    return changes.refusalOf(proposal)?.message ?? null
  }

  function decide(rule: AutopilotRule, proposal: Proposal): Decision {
    const own = (acts: boolean, because: string): Decision => ({ rule: rule.id, acts, because })
    const personal = changes.onlyByPerson(proposal)
    if (personal !== null) return own(false, `Only a person may apply this. ${personal}`)
    const found = licence(rule)
    const because = heldBack(rule, found) ?? obstacle(rule, proposal)
    return because === null ? own(true, recordText(rule, found)) : own(false, because)
  }

  const isAbout = (rule: AutopilotRule, { advisor, steps }: Pick<Proposal, 'advisor' | 'steps'>) =>
    rule.advisor === advisor && isCovered(rule.where, steps, options.labelsOf)

  async function act(rule: AutopilotRule, proposal: Proposal, because: string): Promise<void> {
    try {
      const still = () => {
        const newest = decide(rule, store.proposals.get(proposal.id) ?? proposal)
        return newest.acts ? null : new EvenkeelError('not_allowed', newest.because)
      }
      const { change } = await changes.apply(proposal.id, AUTOPILOT, { autopilot: { rule: rule.id, because }, still })
      log.info({ rule: rule.id, proposal: proposal.id, change }, 'the autopilot has applied a proposal')
      tell.acted(change!, rule, because)
    } catch (error) {
      const refusal = error instanceof EvenkeelError ? error : new EvenkeelError('internal', 'It could not be applied.', { cause: error })
      refused.set(proposal.id, { until: now() + AGAIN_MS, because: `It was refused: ${refusal.message}` })
      log.warn({ rule: rule.id, proposal: proposal.id, err: error }, 'the autopilot could not apply a proposal')
      tell.refused(proposal.id, rule, refusal)
    }
  }

  async function round(): Promise<void> {
    for (const [id, { until }] of refused) if (until <= now()) refused.delete(id)
    for (const rule of rules) {
      if (heldBack(rule, licence(rule)) !== null) continue
      const open = store.proposals.list(({ state, advisor }) => state === 'open' && advisor === rule.advisor).reverse()
      for (const proposal of open) {
        if (!options.owns(proposal.steps[0]!.setting.target) || !isAbout(rule, proposal)) continue
        const { acts, because } = decide(rule, proposal)
        if (!acts) continue
        await act(rule, proposal, because)
        break
      }
    }
  }

  return {
    rules,
    async tick() {
      if (busy || rules.length === 0) return
      busy = true
      try {
        await round()
      } finally {
        busy = false
      }
    },
    decisionOf(proposal) {
      if (proposal.state !== 'open') return null
      const about = rules.filter((rule) => isAbout(rule, proposal)).map((rule) => decide(rule, proposal))
      return about.find(({ acts }) => acts) ?? about[0] ?? null
    },
    held: options.held,
    covers: (where, { steps }) => isCovered(where, steps, options.labelsOf),
    returned: returnedOf,
    standings: () =>
      rules.map((rule) => {
        const found = licence(rule)
        const because = heldBack(rule, found)
        const steps = facts().own.filter(({ autopilot }) => autopilot!.rule === rule.id)
        return {
          rule,
          licence: found,
          returned: returnedOf(rule.id),
          acts: because === null,
          because: because ?? recordText(rule, found),
          steps,
        }
      }),
    returnLicence(id, by) {
      const rule = rules.find((one) => one.id === id)
      if (!rule) throw new EvenkeelError('not_found', 'The configuration has no such policy of the autopilot.')
      const record = facts().records.get(rule.advisor) ?? []
      const { revoked } = licenceOf(rule, record, returnedOf(id))
      if (!revoked) throw new EvenkeelError('not_allowed', 'Its licence was not taken away.')
      if (changeInFlight(store.changes.get(revoked.change)!.state))
        throw new EvenkeelError('busy', `Change ${revoked.change} is still being rolled back. Wait for its end.`)
      const forgiven = record.filter(({ regressed }) => regressed).map(({ change }) => change)
      store.memory.put(RETURNED + id, { at: now(), by, forgiven } satisfies Returned)
      log.info({ rule: id, by }, 'a licence of the autopilot was returned')
      return revoked.change
    },
  }
}

/** What is known of past changes: computed once for each change of one. */
type Known = { records: Map<string, Judged[]>; own: Change[] }

function knownOf({ changes, proposals }: Pick<Store, 'changes' | 'proposals'>): Known {
  const all = changes.list()
  return {
    records: recordsOf(all, (proposal) => proposals.get(proposal)?.advisor),
    own: all.filter(({ autopilot }) => autopilot !== undefined) as Change[],
  }
}

/** The steps of one policy. A change that is being rolled back is in flight too. */
function madeBy(rule: string, own: readonly Change[]): Made {
  const steps = own.filter(({ autopilot }) => autopilot!.rule === rule)
  const inFlight = steps.find(({ state, rollingBack }) => changeInFlight(state) || rollingBack !== undefined)
  return { at: steps.map(({ at }) => at), inFlight: inFlight?.id ?? null }
}

/** What the steps of one policy have moved. One that was rolled back counts once. */
const movedBy = (rule: string, own: readonly Change[]): Moved[] =>
  own.filter(({ autopilot }) => autopilot!.rule === rule).flatMap(({ at, moves = [] }) => moves.map((move) => ({ ...move, at })))

/** The record that it acts on, as a sentence. */
const recordText = ({ advisor, licence }: AutopilotRule, { judged, inside }: Licence): string =>
  `${judged} changes of ${advisor} were judged on this fleet, ${text(inside / judged, 'ratio')} inside their band, and none of the newest ${licence.withoutRegression} regressed.`
