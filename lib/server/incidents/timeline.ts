import type { Annotation } from '../../model/annotation.ts'
import type { Change } from '../../model/change.ts'
import { type Finding, subjectName } from '../../model/finding.ts'
import type { Delivery } from '../../model/notice.ts'

export type Entry = { at: number; what: string; text: string }

export type Happened = {
  findings: readonly Finding[]
  changes: readonly Change[]
  deliveries: readonly Delivery[]
  annotations: readonly Annotation[]
}

/** What happened in an incident in the order of time: findings, what people said, changes, annotations, and who was told. */
export function timelineOf({ findings, changes, deliveries, annotations }: Happened): Entry[] {
  return [
    ...annotations.flatMap(ofAnnotation),
    ...findings.flatMap(ofFinding),
    ...changes.flatMap(ofChange),
    ...deliveries.map(ofDelivery),
  ].sort((a, b) => a.at - b.at)
}

function ofAnnotation({ time, timeEnd, text, tags, by }: Annotation): Entry[] {
  const words = `${text}${tags.length > 0 ? ` (${tags.join(', ')})` : ''}`
  return [
    { at: time, what: 'annotation', text: `${by}: ${words}` },
    ...(timeEnd !== undefined && timeEnd > time ? [{ at: timeEnd, what: 'annotation ends', text: words }] : []),
  ]
}

const ofFinding = (finding: Finding): Entry[] => [
  { at: finding.firingAt ?? finding.since, what: 'firing', text: finding.summary },
  ...(finding.resolvedAt ? [{ at: finding.resolvedAt, what: 'resolved', text: `${finding.rule}: ${subjectName(finding.subject)}` }] : []),
  ...(finding.acknowledged ? [{ at: finding.acknowledged.at, what: 'acknowledged', text: finding.acknowledged.by }] : []),
  ...(finding.comments ?? []).map(({ at, by, text }) => ({ at, what: 'comment', text: `${by}: ${text}` })),
]

const ofChange = (change: Change): Entry[] => [
  { at: change.at, what: 'change', text: change.because },
  ...(change.endedAt ? [{ at: change.endedAt, what: change.state, text: change.outcome ?? change.state }] : []),
]

const ofDelivery = ({ at, receiver, channel, status, state, findings }: Delivery): Entry => ({
  at,
  what: state === 'delivered' ? 'told' : state === 'failed' ? 'not told' : 'telling',
  text: `${receiver} by ${channel}: ${findings.length === 1 ? 'a finding' : `${findings.length} findings`}${status === 'resolved' ? ', over' : ''}`,
})
