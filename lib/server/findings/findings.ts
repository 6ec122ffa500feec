import type { FindingView } from '../../model/answers/finding.ts'
import type { Page } from '../../model/answers/shape.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Finding, FindingState, Severity } from '../../model/finding.ts'
import type { Labels } from '../../model/series.ts'
import { iso, withIso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import { searched } from '../http/search.ts'
import { proposalsByFinding, proposalsFor } from '../proposals/proposals.ts'
import type { Runtime } from '../runtime.ts'
import { silencedBy } from '../silences/silences.ts'
import { heldWords } from './heldWords.ts'

export type FindingFilter = { state?: FindingState; rule?: string; severity?: Severity; target?: string; q?: string }

/** The texts in which a finding is looked for. */
export const findingTexts = ({ rule, summary, subject }: Finding): string[] => [rule, summary, ...Object.values(subject)]
/** The labels by which it is asked for: its target's, and what it is about. */
export const findingLabels = ({ labels, subject, rule, severity, state }: Finding): Labels => ({
  ...labels,
  rule,
  severity,
  state,
  ...subject,
})

/** Newest first. */
export function listFindings(
  runtime: Runtime,
  { state, rule, severity, target, q, ...paging }: FindingFilter & Paging = {},
): Page<FindingView> {
  const listed = runtime.store.findings.list(
    (finding) =>
      (state === undefined || finding.state === state) &&
      (rule === undefined || finding.rule === rule) &&
      (severity === undefined || finding.severity === severity) &&
      (target === undefined || finding.subject.target === target),
  )
  const { found, counted } = searched(listed, q, (filter, finding) => filter(findingTexts(finding), findingLabels(finding)))
  const { items, ...rest } = pageNewest(found, (finding) => finding.since, paging)
  const proposals = proposalsByFinding(runtime)
  return { items: items.map((finding) => findingView(runtime, finding, proposals.get(finding.id) ?? [])), ...rest, ...counted }
}

export function getFinding(runtime: Runtime, id: string): FindingView {
  return findingView(runtime, findingOf(runtime, id))
}

/** The acknowledgement of a finding by a person. */
export function acknowledgeFinding(runtime: Runtime, id: string, by: string): FindingView {
  const finding = findingOf(runtime, id)
  const next: Finding = { ...finding, acknowledged: { by, at: runtime.now() } }
  runtime.store.findings.put(next)
  runtime.bus.emit({ type: 'finding', finding: next })
  return findingView(runtime, next)
}

/** A person's word on whether a finding is a problem, for the rule's record. */
export function judgeFinding(runtime: Runtime, id: string, isProblem: boolean, by: string): FindingView {
  const next: Finding = { ...findingOf(runtime, id), feedback: { isProblem, by, at: runtime.now() } }
  runtime.store.findings.put(next)
  runtime.bus.emit({ type: 'finding', finding: next })
  return findingView(runtime, next)
}

/** Beyond this the oldest go. */
const COMMENTS_MAX = 50

/** What a person writes about a finding. */
export function commentFinding(runtime: Runtime, id: string, text: string, by: string): FindingView {
  const finding = findingOf(runtime, id)
  const comments = [...(finding.comments ?? []), { by, at: runtime.now(), text }].slice(-COMMENTS_MAX)
  const next: Finding = { ...finding, comments }
  runtime.store.findings.put(next)
  runtime.bus.emit({ type: 'finding', finding: next })
  return findingView(runtime, next)
}

function findingOf(runtime: Runtime, id: string): Finding {
  const finding = runtime.store.findings.get(id)
  if (!finding) throw new EvenkeelError('not_found', 'There is no finding of that id.')
  return finding
}

export function findingView(runtime: Runtime, finding: Finding, proposals = proposalsFor(runtime, finding.id)): FindingView {
  const detector = runtime.detectors.find((candidate) => candidate.id === finding.rule)
  const { acknowledged, feedback, comments = [], ...rest } = finding
  const noRemedy = runtime.engine.noRemedy(finding.id)
  const held = finding.state === 'firing' ? runtime.dispatch.heldBack(finding) : null
  return {
    ...(withIso(rest, 'since', 'firingAt', 'resolvedAt', 'seenAt') as Omit<
      FindingView,
      'title' | 'why' | 'harmless' | 'comments' | 'proposals' | 'silencedBy'
    >),
    comments: comments.map((comment) => withIso(comment, 'at')),
    ...(acknowledged ? { acknowledged: { by: acknowledged.by, at: iso(acknowledged.at) } } : {}),
    ...(feedback ? { feedback: { ...feedback, at: iso(feedback.at) } } : {}),
    title: detector?.title ?? finding.rule,
    why: detector?.why ?? '',
    harmless: detector?.harmless ?? '',
    proposals: proposals.map((proposal) => proposal.id),
    ...(noRemedy ? { noRemedy } : {}),
    silencedBy: silencedBy(runtime, finding, runtime.now()),
    ...(held && { heldBack: heldWords(held) }),
  }
}
