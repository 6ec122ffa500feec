import { causality } from '../../detectors/causes.ts'
import { chainOf } from '../../engine/incidents/chain.ts'
import { type Group, groupFindings } from '../../engine/incidents/groups.ts'
import { causeName, causeSentence, incidentTitle, linkWords, timeWords } from '../../engine/incidents/words.ts'
import { createSlices, mapped } from '../../engine/slices.ts'
import type { IncidentView } from '../../model/answers/incident.ts'
import type { Page } from '../../model/answers/shape.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Finding, Severity } from '../../model/finding.ts'
import { isWithin, tierOf } from '../../model/ref.ts'
import { parseSetting } from '../../model/setting.ts'
import { findAnnotations } from '../annotations/annotations.ts'
import { acknowledgeFinding, commentFinding, findingLabels, findingTexts, findingView } from '../findings/findings.ts'
import { iso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import { searched } from '../http/search.ts'
import { proposalsByFinding } from '../proposals/proposals.ts'
import type { Runtime } from '../runtime.ts'
import { timelineOf } from './timeline.ts'

/** A deploy is made before it shows. */
const ANNOTATED_BEFORE_MS = 10 * 60_000
const ANNOTATED_MOST = 50
const SEVERITY_ORDER: Record<Severity, number> = { info: 0, warning: 1, critical: 2 }

/** Newest first. */
export async function listIncidents(
  runtime: Runtime,
  { state, q, ...paging }: { state?: 'firing' | 'resolved'; q?: string } & Paging = {},
): Promise<Page<IncidentView>> {
  const pause = createSlices()
  const listed = groups(runtime).filter((group) => state === undefined || stateOf(group) === state)
  // What its title may be made of is there, whichever of its findings gives it.
  const { found, counted } = searched(listed, q, (filter, { findings }) =>
    filter(
      findings.flatMap((finding) => [...findingTexts(finding), titleOf(runtime, finding.rule)]),
      findings.map(findingLabels),
    ),
  )
  await pause()
  const { items, ...rest } = pageNewest(found, (group) => group.since, paging)
  const proposals = proposalsByFinding(runtime)
  return { items: await mapped(items, (group) => view(runtime, group, proposals), pause), ...rest, ...counted }
}

/** Those that began since, the oldest first, as far as a chart elsewhere shows them. Times are epoch ms. */
export function incidentsSince(runtime: Runtime, since: number) {
  return groups(runtime)
    .filter((group) => group.since >= since)
    .map((group) => {
      const worst = worstOf(group)
      const { title } = causeView(runtime, group, worst)
      return { id: group.id, since: group.since, resolvedAt: endOf(group), severity: worst.severity, summary: title }
    })
}

/** Which incident a finding belongs to, with its first cause as sentences; incidents are worked out once for many. */
export function incidentTold(runtime: Runtime): (finding: string) => { id: string; title: string; cause: string } | null {
  const byFinding = new Map(groups(runtime).flatMap((group) => group.findings.map(({ id }) => [id, group] as const)))
  return (finding) => {
    const group = byFinding.get(finding)
    if (!group) return null
    const { title, cause } = causeView(runtime, group, worstOf(group))
    return { id: group.id, title, cause: cause.text }
  }
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

/** What is over for longer is no cause that a notice of now names. */
const RECENT_MS = 3_600_000
const named = new WeakMap<Runtime, { at: number; groups: Group[] }>()

/** The incident of a finding by its first cause; null where it is alone in it. The findings of one notice ask in a row: incidents are worked out once. */
export function incidentTitleOf(runtime: Runtime, finding: Finding): string | null {
  const at = runtime.now()
  const known = named.get(runtime)
  const groups = known?.at === at ? known.groups : groupsOf(runtime, ({ state, seenAt }) => state === 'firing' || at - seenAt < RECENT_MS)
  named.set(runtime, { at, groups })
  const group = groups.find(({ findings }) => findings.some(({ id }) => id === finding.id))
  return group && group.findings.length > 1 ? causeView(runtime, group, worstOf(group)).title : null
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
  return finding?.firingAt === undefined ? null : { id, since: finding.since, findings: [finding], links: [], outages: [] }
}

/** An incident lasts as long as what needs a person in it: notes of its chain may stay for longer. */
const alarmsOf = ({ findings }: Group) => {
  const alarms = findings.filter(({ severity }) => severity !== 'info')
  return alarms.length > 0 ? alarms : findings
}

const stateOf = (group: Group) => (alarmsOf(group).some((finding) => finding.state !== 'resolved') ? 'firing' : 'resolved')

const worstOf = ({ findings }: Group) => findings.reduce((a, b) => (SEVERITY_ORDER[b.severity] > SEVERITY_ORDER[a.severity] ? b : a))

/** Epoch ms; null while it goes on. */
const endOf = (group: Group): number | null =>
  stateOf(group) === 'resolved' ? Math.max(...alarmsOf(group).map((finding) => finding.resolvedAt ?? finding.seenAt)) : null

const groups = (runtime: Runtime): Group[] => groupsOf(runtime, () => true)

function groupsOf({ store, engine }: Runtime, wanted: (finding: Finding) => boolean): Group[] {
  return groupFindings(
    store.findings.list((finding) => finding.firingAt !== undefined && wanted(finding)),
    engine.topology(),
    causality,
  )
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
  const ids = new Set(group.findings.map(({ id }) => id))
  const deliveries = runtime.store.deliveries.list(({ findings, status }) => status !== 'test' && findings.some((id) => ids.has(id)))
  const annotations = findAnnotations(runtime, { from: group.since - ANNOTATED_BEFORE_MS, to: end ?? runtime.now(), limit: ANNOTATED_MOST })
  return {
    id: group.id,
    state: stateOf(group),
    since: iso(group.since),
    ...(end === null ? {} : { resolvedAt: iso(end) }),
    severity: worst.severity,
    ...causeView(runtime, group, worst),
    summary: worst.summary,
    findings: group.findings.map((finding) => findingView(runtime, finding, proposals.get(finding.id) ?? [])),
    changes: changes.map((change) => change.id),
    timeline: timelineOf({ findings: group.findings, changes, deliveries, annotations }).map((entry) => ({ ...entry, at: iso(entry.at) })),
  }
}

const titleOf = ({ detectors }: Runtime, rule: string) => detectors.find(({ id }) => id === rule)?.title ?? rule

function causeView(runtime: Runtime, group: Group, worst: Finding): Pick<IncidentView, 'title' | 'cause' | 'chain'> {
  const chain = chainOf(group, causality.symptoms)
  const title = (rule: string) => titleOf(runtime, rule)
  const { is, first, hosts, follow, beside } = chain
  return {
    // One finding alone tells more of itself than its name does.
    title: group.findings.length === 1 ? worst.summary : incidentTitle(chain, title),
    cause: {
      is,
      name: causeName(chain, title),
      text: causeSentence(chain, title),
      findings: first.map(({ id }) => id),
      hosts,
      follow,
      beside,
    },
    chain: [
      ...group.outages.flatMap(({ host, findings }) =>
        findings.map(({ id, since }) => {
          const afterMs = since - findings[0]!.since
          return { from: `host:${host}`, to: id, afterMs, why: `it runs on ${host}: ${timeWords(afterMs)}` }
        }),
      ),
      ...chain.links.map((link) => ({
        from: link.cause.id,
        to: link.effect.id,
        afterMs: link.effect.since - link.cause.since,
        why: linkWords(link),
      })),
    ],
  }
}
