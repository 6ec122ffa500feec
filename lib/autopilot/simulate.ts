import type { AutopilotRule } from '../model/autopilot.ts'
import type { TrafficMoved } from '../model/brakes.ts'
import type { Change, ChangeVerdict } from '../model/change.ts'
import type { Finding } from '../model/finding.ts'
import type { Proposal } from '../model/proposal.ts'
import { VERDICT_DUE_MS } from '../model/watch.ts'
import { endOf, nextStartOf, type WeeklyWindow } from '../model/weeklyWindow.ts'
import { licenceOf, type Returned, unlicensedText } from './licence.ts'
import { HOUR_MS, limitOf, type Moved, trafficLimit, withinHour } from './limits.ts'
import { type Judged, recordsOf } from './record.ts'

/** The stored history that a simulation replays. */
export type Past = {
  proposals: readonly Readonly<Proposal>[]
  changes: readonly Readonly<Change>[]
  findingOf(id: string): Readonly<Finding> | null
  advisorOf(proposal: string): string | undefined
  /** Whether a policy's labels cover what it writes to, by the labels of now. */
  isCovered(proposal: Readonly<Proposal>): boolean
  /** Why only a person may apply it, or null. */
  onlyByPerson(proposal: Readonly<Proposal>): string | null
  /** By the pools and rings of now. */
  movedBy(proposal: Readonly<Proposal>): TrafficMoved[]
  returned: Returned | null
  /** Change windows of the configuration. */
  windows: readonly WeeklyWindow[]
}

export type SimulationOptions = {
  rule: AutopilotRule
  /** Epoch ms. */
  from: number
  to: number
  /** `given`: as if the remedy had its licence all the time. */
  licence: 'earned' | 'given'
}

/** What a person's change of the same proposal has come to. */
export type SimulatedOutcome = {
  change: string
  by: string
  at: number
  verdict: ChangeVerdict | null
  measured: number | null
  inside: boolean | null
}

/** A proposal of the past, and what the policy would have done with it. */
export type SimulatedStep = {
  proposal: Readonly<Proposal>
  /** When it would have been applied; of one that would not, when it was made. Epoch ms. */
  at: number
  acts: boolean
  because: string
  outcome: SimulatedOutcome | null
}

/** Of so many candidates the newest are replayed. */
const CANDIDATES_MOST = 5_000
/** A step is in flight for so long: the longest watch. */
const FLIGHT_MS = VERDICT_DUE_MS
/** Moments at which one proposal is tried; its limits end at known times. */
const TRIES_MOST = 200

type State = { made: number[]; moved: Moved[]; busyUntil: number; lost: { change: string; at: number } | null }

/**
 * Replays the stored proposals of a remedy in the order of time, under a policy's licence and limits as they stood at each moment. One step for each
 * problem: what would have followed a step that was not taken is not known. Yields after each candidate, so that whoever runs it can let others run.
 */
export function* simulate(past: Past, { rule, from, to, licence }: SimulationOptions): Generator<SimulatedStep, void> {
  const record = recordsOf(past.changes, past.advisorOf).get(rule.advisor) ?? []
  const state: State = { made: [], moved: [], busyUntil: 0, lost: null }
  for (const candidate of candidatesOf(past, rule, from, to)) {
    const { closesAt, outcome } = candidate
    const [proposal] = candidate.proposals
    const personal = past.onlyByPerson(proposal)
    const found =
      personal === null
        ? earliest(candidate.opensAt, closesAt, (at) => obstacleAt(at, proposal, { past, rule, licence, record, state }))
        : { at: null, because: `Only a person may apply this. ${personal}` }
    if (found.at === null) {
      yield { proposal, at: candidate.opensAt, acts: false, because: found.because, outcome }
      continue
    }
    const { at } = found
    // Renewals came meanwhile: the one that was open then.
    const then = candidate.proposals.findLast(({ createdAt }) => createdAt <= at) ?? proposal
    state.made.push(at)
    state.moved.push(...past.movedBy(then).map((move) => ({ ...move, at })))
    state.busyUntil = at + FLIGHT_MS
    if (outcome?.verdict === 'regressed') state.lost = { change: outcome.change, at: state.busyUntil }
    yield {
      proposal: then,
      at,
      acts: true,
      because: licence === 'given' ? 'As if it had its licence.' : 'Its record was good enough.',
      outcome,
    }
  }
}

type Candidate = {
  proposals: [Readonly<Proposal>, ...Readonly<Proposal>[]]
  opensAt: number
  closesAt: number
  outcome: SimulatedOutcome | null
}

/** The proposals of a remedy that were open in a time, the oldest first: of each problem, until somebody changed something, the first that may be applied. */
function candidatesOf(past: Past, rule: AutopilotRule, from: number, to: number): Candidate[] {
  const own = past.proposals
    .filter((proposal) => proposal.advisor === rule.advisor && proposal.createdAt < to && past.isCovered(proposal))
    .sort((a, b) => a.createdAt - b.createdAt)
  const applied = new Map(past.changes.flatMap((change) => (change.proposal ? [[change.proposal, change] as const] : [])))
  const candidates: Candidate[] = []
  for (const chain of Map.groupBy(own, ({ finding }) => finding).values()) {
    // A change of this remedy begins anew: what is proposed after it knows of it.
    let open: Readonly<Proposal>[] = []
    const close = (change: Readonly<Change> | null) => {
      const candidate = candidateOf(open, change, past, to)
      if (candidate && candidate.closesAt > from) candidates.push({ ...candidate, opensAt: Math.max(from, candidate.opensAt) })
      open = []
    }
    for (const proposal of chain) {
      open.push(proposal)
      const change = applied.get(proposal.id)
      if (change) close(change)
    }
    if (open.length > 0) close(null)
  }
  return candidates.sort((a, b) => a.opensAt - b.opensAt).slice(-CANDIDATES_MOST)
}

function candidateOf(open: readonly Readonly<Proposal>[], change: Readonly<Change> | null, past: Past, to: number): Candidate | null {
  const [first] = open
  if (!first) return null
  const last = open.at(-1)!
  const finding = past.findingOf(first.finding)
  const closesAt = change?.at ?? last.replaced?.at ?? finding?.resolvedAt ?? (last.state === 'open' ? to : last.createdAt + 1)
  return {
    proposals: [first, ...open.slice(1)],
    opensAt: first.createdAt,
    closesAt: Math.max(closesAt, first.createdAt + 1),
    outcome: change && outcomeOf(change),
  }
}

function outcomeOf({ id, by, at, verdict, measured, prediction }: Readonly<Change>): SimulatedOutcome {
  const after = measured?.after ?? null
  const inside =
    after === null || !prediction || !verdict || verdict === 'unjudged' ? null : after >= prediction.low && after <= prediction.high
  return { change: id, by, at, verdict, measured: after, inside }
}

type Known = { past: Past; rule: AutopilotRule; licence: 'earned' | 'given'; record: readonly Judged[]; state: State }
/** Why not at a moment, and when that may be over. */
type Obstacle = { because: string; until: number }

function obstacleAt(at: number, proposal: Readonly<Proposal>, { past, rule, licence, record, state }: Known): Obstacle | null {
  if (state.lost && at >= state.lost.at)
    return {
      because: `Change ${state.lost.change}, which a person made of the same proposal, regressed: the licence would be lost.`,
      until: Number.POSITIVE_INFINITY,
    }
  if (licence === 'earned') {
    const then = licenceOf(rule, record.filter((one) => one.at <= at), past.returned && past.returned.at <= at ? past.returned : null) // biome-ignore format: one line
    if (!then.licensed) return { because: unlicensedText(then), until: record.find((one) => one.at > at)?.at ?? Number.POSITIVE_INFINITY }
  }
  if (past.windows.length > 0 && past.windows.every((window) => endOf(window, at) === null))
    return { because: 'No change window was open.', until: Math.min(...past.windows.map((window) => nextStartOf(window, at))) }
  const because = limitOf(rule, { at: state.made, inFlight: at < state.busyUntil ? 'before' : null }, at)
  if (because !== null) return { because, until: limitedUntil(rule, state, at) }
  const traffic = trafficLimit(rule, past.movedBy(proposal), state.moved, at)
  return traffic === null
    ? null
    : { because: traffic, until: Math.min(...state.moved.map((move) => move.at + HOUR_MS).filter((end) => end > at)) }
}

function limitedUntil({ hours, max }: AutopilotRule, { made, busyUntil }: State, at: number): number {
  if (hours.length > 0 && hours.every((window) => endOf(window, at) === null))
    return Math.min(...hours.map((window) => nextStartOf(window, at)))
  if (at < busyUntil) return busyUntil
  const newest = withinHour(made, at)
  return newest.at(-max.perHour)! + HOUR_MS
}

/** The first moment at which nothing stands against it, before it closes; else what stood against it last. */
function earliest(
  opensAt: number,
  closesAt: number,
  obstacle: (at: number) => Obstacle | null,
): { at: number } | { at: null; because: string } {
  let at = opensAt
  let because = ''
  for (let tries = 0; tries < TRIES_MOST; tries++) {
    const found = obstacle(at)
    if (!found) return { at }
    because = found.because
    at = Math.max(at + 1, found.until)
    if (!(at < closesAt)) break
  }
  return { at: null, because }
}
