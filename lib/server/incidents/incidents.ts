import { createSlices, mapped } from '../../engine/slices.ts'
import type { IncidentView } from '../../model/answers/incident.ts'
import type { Page } from '../../model/answers/shape.ts'
import { EvenkeelError } from '../../model/error.ts'
import { type Severity, subjectName } from '../../model/finding.ts'
import { isWithin, tierOf } from '../../model/ref.ts'
import { parseSetting } from '../../model/setting.ts'
import { acknowledgeFinding, commentFinding, findingView } from '../findings/findings.ts'
import { iso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import { proposalsByFinding } from '../proposals/proposals.ts'
import type { Runtime } from '../runtime.ts'
import { type Group, groupFindings } from './groups.ts'

const SEVERITY_ORDER: Record<Severity, number> = { info: 0, warning: 1, critical: 2 }

/** Newest first. */
export async function listIncidents(
  runtime: Runtime,
  { state, ...paging }: { state?: 'firing' | 'resolved' } & Paging = {},
): Promise<Page<IncidentView>> {
  const pause = createSlices()
  const views = groups(runtime).filter((group) => state === undefined || stateOf(group) === state)
  await pause()
  const { items, ...rest } = pageNewest(views, (group) => group.since, paging)
  const proposals = proposalsByFinding(runtime)
  return { items: await mapped(items, (group) => view(runtime, group, proposals), pause), ...rest }
}

/** Those that began since, the oldest first, as far as a chart elsewhere shows them. Times are epoch ms. */
export function incidentsSince(runtime: Runtime, since: number) {
  return groups(runtime)
    .filter((group) => group.since >= since)
    .map((group) => {
      const { severity, summary } = worstOf(group)
      return { id: group.id, since: group.since, resolvedAt: endOf(group), severity, summary }
    })
}

/** By its first finding or any other in it. One whose finding has become a mere note since is in no list, and still opens by its link. */
export function getIncident(runtime: Runtime, id: string): IncidentView {
  const all = groups(runtime)
  const group =
    all.find((candidate) => candidate.id === id) ??
    all.find(({ findings }) => findings.some((finding) => finding.id === id)) ??
    alone(runtime, id)
  if (!group) throw new EvenkeelError('not_found', 'There is no incident of that id.')
  return view(runtime, group)
}

/** The acknowledgement by a person of all that fires in an incident and that nobody looks after yet. */
export function acknowledgeIncident(runtime: Runtime, id: string, by: string): IncidentView {
  for (const { id: finding, state, acknowledged } of getIncident(runtime, id).findings)
    if (state !== 'resolved' && !acknowledged) acknowledgeFinding(runtime, finding, by)
  return getIncident(runtime, id)
}

/** What a person writes about an incident: it stands at its first finding. */
export function commentIncident(runtime: Runtime, id: string, text: string, by: string): IncidentView {
  commentFinding(runtime, getIncident(runtime, id).id, text, by)
  return getIncident(runtime, id)
}

function alone(runtime: Runtime, id: string): Group | null {
  const finding = runtime.store.findings.get(id)
  return finding?.firingAt === undefined ? null : { id, since: finding.since, findings: [finding] }
}

const stateOf = (group: Group) => (group.findings.some((finding) => finding.state !== 'resolved') ? 'firing' : 'resolved')

const worstOf = ({ findings }: Group) => findings.reduce((a, b) => (SEVERITY_ORDER[b.severity] > SEVERITY_ORDER[a.severity] ? b : a))

/** Epoch ms; null while it goes on. */
const endOf = (group: Group): number | null =>
  stateOf(group) === 'resolved' ? Math.max(...group.findings.map((finding) => finding.resolvedAt ?? finding.seenAt)) : null

function groups(runtime: Runtime): Group[] {
  const findings = runtime.store.findings
    .list((finding) => finding.firingAt !== undefined && finding.severity !== 'info')
    .sort((a, b) => a.since - b.since)
  return groupFindings(findings, runtime.engine.topology())
}

function view(runtime: Runtime, group: Group, proposals = proposalsByFinding(runtime)): IncidentView {
  const worst = worstOf(group)
  const end = endOf(group)
  const about = group.findings.flatMap(({ subject: { pool: _, ...whole } }) => tierOf(whole) ?? [])
  const changes = runtime.store.changes.list(
    (change) =>
      change.at >= group.since &&
      (end === null || change.at <= end) &&
      change.steps.some(({ setting }) => about.some((whole) => isWithin(parseSetting(setting).of, whole))),
  )
  const timeline = [
    ...group.findings.flatMap((finding) => [
      { at: finding.firingAt ?? finding.since, what: 'firing', text: finding.summary },
      ...(finding.resolvedAt
        ? [{ at: finding.resolvedAt, what: 'resolved', text: `${finding.rule}: ${subjectName(finding.subject)}` }]
        : []),
      ...(finding.acknowledged ? [{ at: finding.acknowledged.at, what: 'acknowledged', text: finding.acknowledged.by }] : []),
      ...(finding.comments ?? []).map(({ at, by, text }) => ({ at, what: 'comment', text: `${by}: ${text}` })),
    ]),
    ...changes.flatMap((change) => [
      { at: change.at, what: 'change', text: change.because },
      ...(change.endedAt ? [{ at: change.endedAt, what: change.state, text: change.outcome ?? change.state }] : []),
    ]),
  ].sort((a, b) => a.at - b.at)
  return {
    id: group.id,
    state: stateOf(group),
    since: iso(group.since),
    ...(end === null ? {} : { resolvedAt: iso(end) }),
    severity: worst.severity,
    summary: worst.summary,
    findings: group.findings.map((finding) => findingView(runtime, finding, proposals.get(finding.id) ?? [])),
    changes: changes.map((change) => change.id),
    timeline: timeline.map((entry) => ({ ...entry, at: iso(entry.at) })),
  }
}
