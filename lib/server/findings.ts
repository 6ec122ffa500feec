import { EvenkeelError } from '../model/error.ts'
import type { Finding, FindingState, Severity } from '../model/finding.ts'
import type { FindingView, Page } from '../model/views.ts'
import type { House } from './house.ts'
import { type Paging, pageNewest } from './paging.ts'
import { proposalsFor } from './proposals.ts'
import { silencedBy } from './silences.ts'
import { iso, withIso } from './time.ts'

export type FindingFilter = { state?: FindingState; rule?: string; severity?: Severity; target?: string }

/** Newest first. */
export function listFindings(house: House, { state, rule, severity, target, ...paging }: FindingFilter & Paging = {}): Page<FindingView> {
  const found = house.store.findings.list(
    (finding) =>
      (state === undefined || finding.state === state) &&
      (rule === undefined || finding.rule === rule) &&
      (severity === undefined || finding.severity === severity) &&
      (target === undefined || finding.subject.target === target),
  )
  const { items, ...rest } = pageNewest(found, (finding) => finding.since, paging)
  return { items: items.map((finding) => findingView(house, finding)), ...rest }
}

export function getFinding(house: House, id: string): FindingView {
  return findingView(house, findingOf(house, id))
}

/** Somebody has seen it and looks after it. */
export function acknowledgeFinding(house: House, id: string, by: string): FindingView {
  const finding = findingOf(house, id)
  const next: Finding = { ...finding, acknowledged: { by, at: house.now() } }
  house.store.findings.put(next)
  house.bus.emit({ type: 'finding', finding: next })
  return findingView(house, next)
}

function findingOf(house: House, id: string): Finding {
  const finding = house.store.findings.get(id)
  if (!finding) throw new EvenkeelError('not_found', 'There is no finding of that id.')
  return finding
}

export function findingView(house: House, finding: Finding): FindingView {
  const detector = house.detectors.find((candidate) => candidate.id === finding.rule)
  const { acknowledged, ...rest } = finding
  const noRemedy = house.engine.noRemedy(finding.id)
  return {
    ...(withIso(rest, 'since', 'firingAt', 'resolvedAt', 'seenAt') as Omit<FindingView, 'title' | 'why' | 'proposals' | 'silencedBy'>),
    ...(acknowledged ? { acknowledged: { by: acknowledged.by, at: iso(acknowledged.at) } } : {}),
    title: detector?.title ?? finding.rule,
    why: detector?.why ?? '',
    proposals: proposalsFor(house, finding.id).map((proposal) => proposal.id),
    ...(noRemedy ? { noRemedy } : {}),
    silencedBy: silencedBy(house, finding, house.now()),
  }
}
