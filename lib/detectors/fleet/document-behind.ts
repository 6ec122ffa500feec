import { z } from 'zod'
import { duration as durationText, safe } from '../../format/format.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { Series } from '../../model/series.ts'
import type { Topology } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence } from '../rows.ts'
import { duration, patience } from '../settings.ts'

type Settings = DetectorSettings & { behind: number }

/** Five reads that did not come. */
const SILENT_MS = 10_000
const SPAN_MS = 1_800_000

export const documentBehind: Detector<Settings> = {
  id: 'fleet/document-behind',
  title: 'A region sees an older version of a control document',
  why: 'Applications route keys and choose TTLs by the control document that they read in their own region. While one region has an older version than another, the two place the same keys on different nodes, or store them for different times: what one writes the other does not find, and a key that was moved is read from where it is not written any more.',
  harmless: 'For the moment that replication between the regions takes.',
  settings: z.strictObject({
    ...patience('0s', '10s'),
    behind: duration(
      '15s',
      'For so long a copy must have been older than the newest one. A link between continents takes 0.3 s, and copies are read each 2 s',
    ),
  }),
  needs: { spanMs: SPAN_MS, metrics: ['document_version'] },
  *detect(window, topology, settings) {
    const documents = Map.groupBy(window.series('document_version'), ({ labels: { ring, policy } }) => JSON.stringify([ring, policy]))
    for (const copies of documents.values()) for (const copy of copies) yield verdictOn(copy, copies, { window, topology, settings })
  },
}

type Known = { window: SeriesWindow; topology: Topology; settings: Settings }

function verdictOn(copy: Series, copies: readonly Series[], { window, topology, settings }: Known): Verdict {
  const { ring, policy, copy: name = '' } = copy.labels
  const subject = { ...(ring === undefined ? { policy: policy! } : { ring }), copy: name }
  const [at, version] = copy.points.at(-1)!
  if (window.to - at > SILENT_MS)
    return { subject, is: 'unjudged', because: `${name} has not told its version for ${durationText(window.to - at)}` }
  // Since when any of the others has had a newer one than this has now.
  const newer = copies.flatMap((other) => {
    const since = other.points.find(([, value]) => value > version)
    return since && other.points.at(-1)![1] > version
      ? [{ name: other.labels.copy!, since: since[0], version: other.points.at(-1)![1] }]
      : []
  })
  const [first] = newer.sort((a, b) => a.since - b.since)
  const behindMs = first === undefined ? 0 : window.to - first.since
  if (first === undefined || behindMs < settings.behind) return { subject, is: 'clear' }
  const newest = newer.reduce((most, one) => (one.version > most.version ? one : most))
  const placeOf = (target: string) => {
    const region = topology.targets.find((one) => one.name === target)?.labels?.region
    return region === undefined ? safe(target, 60) : `${safe(region, 60)} (${safe(target, 60)})`
  }
  const has = version === 0 ? 'has none' : `has version ${version}`
  const atLeast = first.since <= window.from + SILENT_MS ? 'at least ' : ''
  return {
    subject,
    is: 'found',
    severity: 'warning',
    summary: `Of the ${ring === undefined ? `TTL policy ${safe(policy!, 60)}` : `ring ${safe(ring, 60)}`} ${placeOf(name)} ${has}, ${placeOf(newest.name)} has ${newest.version}; it has been behind for ${atLeast}${durationText(behindMs)}`,
    evidence: [
      evidence(window, 'document_version', subject, `version on ${name}`, version, 'count', {
        baseline: newest.version,
        threshold: newest.version,
        method: `${copies.length} copies of the document, read each 2 s; behind since ${new Date(first.since).toISOString()}`,
      }),
    ],
  }
}
