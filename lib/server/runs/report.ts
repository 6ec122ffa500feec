import { createSlices } from '../../engine/slices.ts'
import { text } from '../../format/format.ts'
import { loadText, rangeText } from '../../format/load.ts'
import type { Value } from '../../metrics/history.ts'
import { metricOf } from '../../metrics/registry.ts'
import type { RunListed, RunReport } from '../../model/answers/run.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { Finding } from '../../model/finding.ts'
import type { LoadMoment } from '../../model/loadResult.ts'
import { type Labels, labelsKey } from '../../model/series.ts'
import { iso, isoOrNull } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import { searched } from '../http/search.ts'
import { incidentTold } from '../incidents/incidents.ts'
import type { Runtime } from '../runtime.ts'
import { figureOf } from '../series/figures.ts'
import { querySeries } from '../series/series.ts'
import { compare } from './compare.ts'
import { type Course, type Left, leftTheirRange, valueAt } from './gaveWay.ts'
import { pastWindow } from './pastWindow.ts'
import { resultView } from './results/view.ts'
import { getRun, listRuns, type Run } from './run.ts'
import { type Kind, LOAD_OF, WATCHED } from './watchedFigures.ts'

const FINDINGS_MOST = 50
const LEFT_MOST = 20
const LOAD_MOST = 8
/** Points of a course over the run and the time before. */
const POINTS = 240
/** Shorter buckets hold too few requests of a test that begins slowly. */
const STEP_LEAST_MS = 5_000

const spanOf = ({ from, until }: Run) => ({ from: from - (until - from), to: until })
/** The store keeps labels by the alphabet; people read from the whole to its part. */
const nameOf = ({ target, pool, server, ring }: Labels) => [target, pool, server, ring].filter((part) => part !== undefined).join('/')

const runListed = ({ store }: Pick<Runtime, 'store'>, { id, name, tags, by, from, to, until, state }: Run): RunListed => ({
  id,
  name,
  tags,
  by,
  from: iso(from),
  to: isoOrNull(to),
  until: iso(until),
  state,
  tools: [...new Set((store.loadResults.get(id)?.results ?? []).map(({ tool }) => tool))],
})

/** Newest first. */
export function listRunsPage(runtime: Pick<Runtime, 'store' | 'now'>, { q, ...paging }: Paging & { q?: string } = {}): Page<RunListed> {
  const { found, counted } = searched(listRuns(runtime), q, (filter, run) => {
    const { name, by, tags, tools } = runListed(runtime, run)
    return filter([name, by, ...tags, ...tools])
  })
  const { items, ...rest } = pageNewest(found, ({ from }) => from, paging)
  return { ...rest, items: items.map((run) => runListed(runtime, run)), ...counted }
}

/** A load test beside the time before it, and what gave way first. Throws `not_found`. */
export async function runReport(runtime: Runtime, id: string): Promise<RunReport> {
  const run = getRun(runtime, id)
  const { from, to } = spanOf(run)
  const results = runtime.store.loadResults.get(id)?.results ?? []
  const courses = to > from ? await coursesOf(runtime, run) : []
  const began = beganIn(runtime, run)
  const { left, judged } = leftTheirRange(courses, run.from)
  const told = left.slice(0, LEFT_MOST).map((one) =>
    leftView(
      one,
      run,
      courses,
      results.flatMap(({ course }) => course),
    ),
  )
  return {
    ...runListed(runtime, run),
    before: { from: iso(from), to: iso(run.from) },
    first: firstOf(began, told, judged),
    began,
    left: told,
    things: to > from ? await things(runtime, run) : [],
    load: loadIn(courses),
    results: results.map(resultView),
  }
}

async function things({ store, config }: Runtime, run: Run): Promise<RunReport['things']> {
  const { from, to } = spanOf(run)
  const window = await pastWindow(store, from, to, config.poll.everyMs)
  return compare(window.between(from, run.from), window.between(run.from, to)).map(({ kind, where, figures }) => ({
    kind,
    name: nameOf(where),
    where,
    figures: figures.map(({ metric, before, during, moved }) => {
      const { words, unit } = metricOf(metric)
      return { metric, words, unit, before: figureOf(before), during: figureOf(during), moved }
    }),
  }))
}

/** The course of each figure of each thing. Of a pool its own row; where it has none, those of its servers. */
async function coursesOf(runtime: Runtime, run: Run): Promise<Course[]> {
  const { from, to } = spanOf(run)
  const stepMs = Math.max(STEP_LEAST_MS, runtime.config.poll.everyMs, Math.ceil((to - from) / POINTS / 1_000) * 1_000)
  const pause = createSlices()
  const out: Course[] = []
  for (const [kind, { labels, figures }] of Object.entries(WATCHED) as [Kind, (typeof WATCHED)[Kind]][])
    for (const watched of figures) {
      const tracks: { labels: Labels; points: readonly Value[] }[] = []
      const rate = metricOf(watched.metric).kind === 'counter'
      for await (const track of querySeries(runtime, { metric: watched.metric, from, to, stepMs, rate })) tracks.push(track)
      await pause()
      for (const track of wholes(tracks, labels)) out.push({ kind, where: track.labels, watched, points: track.points })
    }
  return out
}

/** Of the tracks of one thing those with the fewest labels: others are of its parts. */
function wholes<T extends { labels: Labels }>(tracks: readonly T[], labels: readonly string[]): T[] {
  const size = ({ labels }: T) => Object.keys(labels).length
  const keyOf = (track: T) => labelsKey(Object.fromEntries(labels.map((label) => [label, track.labels[label] ?? ''])))
  const fewest = new Map<string, number>()
  const whole = tracks.filter((track) => labels.every((label) => track.labels[label] !== undefined))
  for (const track of whole) fewest.set(keyOf(track), Math.min(size(track), fewest.get(keyOf(track)) ?? Number.POSITIVE_INFINITY))
  return whole.filter((track) => size(track) === fewest.get(keyOf(track)))
}

/** Findings that began in the run and need somebody. */
function beganIn(runtime: Runtime, { from, until }: Run): RunReport['began'] {
  const found = runtime.store.findings
    .list(({ firingAt, severity, since }) => firingAt !== undefined && severity !== 'info' && since >= from && since <= until)
    .sort((a, b) => a.since - b.since)
    .slice(0, FINDINGS_MOST)
  const told = incidentTold(runtime)
  return found.map((finding: Readonly<Finding>) => ({
    id: finding.id,
    rule: finding.rule,
    severity: finding.severity,
    summary: finding.summary,
    since: iso(finding.since),
    afterMs: finding.since - from,
    incident: told(finding.id),
  }))
}

function leftView({ where, watched, at, value, limit, range }: Left, run: Run, courses: readonly Course[], moments: readonly LoadMoment[]) {
  const { words, unit } = metricOf(watched.metric)
  const course = courses.find((one) => one.where === where && one.watched === watched)!
  return {
    metric: watched.metric,
    words,
    unit,
    name: nameOf(where),
    where,
    at: iso(at),
    afterMs: at - run.from,
    value,
    limit,
    range,
    load: loadAt(course, at, courses, moments),
    points: course.points.map(([moment, seen]): [number, number | null] => [moment, seen]),
  }
}

/** What that thing carried, and what the load generator says, at a moment. */
function loadAt(
  { kind, where }: Course,
  at: number,
  courses: readonly Course[],
  moments: readonly LoadMoment[],
): RunReport['left'][number]['load'] {
  const own = courses.find((one) => one.watched.metric === LOAD_OF[kind] && nameOf(one.where) === nameOf(where))
  const seen = own && valueAt(own.points, at)
  const moment = moments.findLast((one) => one.at <= at) ?? null
  return [
    ...(own && typeof seen === 'number' ? [{ words: metricOf(own.watched.metric).words, value: seen, unit: 'perSecond' as const }] : []),
    ...(moment?.users != null ? [{ words: 'users', value: moment.users, unit: 'count' as const }] : []),
    ...(moment?.perSecond != null ? [{ words: 'requests per second sent', value: moment.perSecond, unit: 'perSecond' as const }] : []),
  ]
}

function loadIn(courses: readonly Course[]): RunReport['load'] {
  const of = (kind: Kind) => courses.filter((course) => course.kind === kind && course.watched.metric === LOAD_OF[kind])
  const most = (points: readonly Value[]) => points.reduce((max, [, value]) => Math.max(max, value ?? 0), 0)
  const found = of('pool').length > 0 ? of('pool') : of('cache')
  return found
    .sort((a, b) => most(b.points) - most(a.points))
    .slice(0, LOAD_MOST)
    .map(({ where, points }) => ({ name: nameOf(where), points: points.map(([at, value]): [number, number | null] => [at, value]) }))
}

function firstOf([finding]: RunReport['began'], [figure]: RunReport['left'], judged: number): RunReport['first'] {
  if (finding) {
    const sentence = /[.!?]$/.test(finding.summary) ? finding.summary : `${finding.summary}.`
    return { is: 'finding', text: finding.incident ? `${sentence} ${finding.incident.cause}` : sentence }
  }
  if (figure) {
    const { name, words, unit, value, range } = figure
    const load = figure.load.length > 0 ? `, at ${loadText(figure.load)}` : ''
    return {
      is: 'figure',
      text: `${name}: ${words} left its earlier range (${rangeText(range.low, range.high, unit)}) with ${text(value, unit)}${load}.`,
    }
  }
  if (judged === 0) return { is: 'unjudged', text: 'Too little was seen before the run, or in it, to tell what gave way.' }
  return { is: 'nothing', text: `Nothing gave way: no finding began, and ${judged} figures stayed in their earlier range.` }
}
