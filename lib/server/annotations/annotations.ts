import { ANNOTATION_DAYS, type Annotation } from '../../model/annotation.ts'
import type { AnnotationView } from '../../model/answers/annotation.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Runtime } from '../runtime.ts'

export type NewAnnotation = { time?: number; timeEnd?: number; tags?: string[]; text: string }
export type AnnotationEdit = Partial<NewAnnotation>
export type AnnotationQuery = { from?: number; to?: number; tags?: readonly string[]; matchAny?: boolean; limit?: number }
type At = Pick<Runtime, 'store' | 'bus' | 'now'>

/** All of them are held in memory: with the longest texts some 20 MB. */
export const ANNOTATIONS_MAX = 5_000
const LIMIT = 100
const DAY = 86_400_000
const AHEAD_DAYS = 366
/** March 1973 in ms; in seconds it is the year 5138. */
const SECONDS_BELOW = 100_000_000_000
/** By which Evenkeel finds again what it has pushed to Grafana. */
const OWN_TAG = /^evenkeel:(change|incident|annotation)\//
const NEWEST = 'annotations/newest'

/** Newest first, those that touch the range. */
export function findAnnotations(
  { store }: Pick<Runtime, 'store'>,
  { from = 0, to = Number.POSITIVE_INFINITY, tags = [], matchAny = false, limit = LIMIT }: AnnotationQuery = {},
): Annotation[] {
  const has = (one: Annotation) =>
    tags.length === 0 || (matchAny ? tags.some((tag) => one.tags.includes(tag)) : tags.every((tag) => one.tags.includes(tag)))
  return store.annotations
    .list((one) => one.time <= to && (one.timeEnd ?? one.time) >= from && has(one))
    .sort((a, b) => b.time - a.time || Number(b.id) - Number(a.id))
    .slice(0, limit)
}

/** Throws `not_found`. */
export function annotation({ store }: Pick<Runtime, 'store'>, id: string): Annotation {
  const found = store.annotations.get(id)
  if (!found) throw new EvenkeelError('not_found', 'There is no annotation of that id.')
  return found
}

/** The oldest gives way where there are too many. */
export function createAnnotation(at: At, { time = at.now(), timeEnd, tags = [], text }: NewAnnotation, by: string): Annotation {
  const { store } = at
  const made = checked(at, {
    id: nextId(store),
    time,
    ...(timeEnd !== undefined && { timeEnd }),
    tags: unique(tags),
    text,
    by,
    createdAt: at.now(),
    updatedAt: at.now(),
  })
  // Never given twice, also after the newest was deleted.
  store.memory.put(NEWEST, Number(made.id))
  store.annotations.put(made)
  const all = store.annotations.list()
  if (all.length > ANNOTATIONS_MAX) store.annotations.delete(all.reduce((a, b) => (b.time < a.time ? b : a)).id)
  at.bus.emit({ type: 'annotation', annotation: made })
  return made
}

export function changeAnnotation(at: At, id: string, { tags, ...edit }: AnnotationEdit): Annotation {
  const changed = checked(at, { ...annotation(at, id), ...edit, ...(tags && { tags: unique(tags) }), updatedAt: at.now() })
  at.store.annotations.put(changed)
  at.bus.emit({ type: 'annotation', annotation: changed })
  return changed
}

export function deleteAnnotation(at: At, id: string): void {
  const deleted = annotation(at, id)
  at.store.annotations.delete(id)
  at.store.loadResults.delete(id)
  at.bus.emit({ type: 'annotation', annotation: deleted, deleted: true })
}

/** A counter that was lost on a damaged disk must not give an id that is there. */
function nextId({ memory, annotations }: At['store']): string {
  let id = (memory.get<number>(NEWEST) ?? 0) + 1
  while (annotations.get(String(id))) id++
  return String(id)
}

const unique = (tags: readonly string[]) => [...new Set(tags)]

function checked({ now }: At, made: Annotation): Annotation {
  const refuse = (words: string) => new EvenkeelError('bad_request', words)
  for (const field of ['time', 'timeEnd'] as const) {
    const ms = made[field]
    if (ms === undefined) continue
    if (ms < SECONDS_BELOW) throw refuse(`${field}: ${ms} looks like seconds; epoch milliseconds are expected (date +%s%3N).`)
    if (ms > now() + AHEAD_DAYS * DAY) throw refuse(`${field}: is over a year ahead.`)
  }
  const { time, timeEnd = time } = made
  if (timeEnd < time) throw refuse(`timeEnd: is before time (${time}).`)
  if (timeEnd < now() - ANNOTATION_DAYS * DAY) throw refuse(`time: is over ${ANNOTATION_DAYS} days ago, longer than annotations are kept.`)
  const own = made.tags.find((tag) => OWN_TAG.test(tag))
  if (own)
    throw refuse(`tags: ${own} marks what Evenkeel itself has pushed to Grafana, so that it is here already; leave it out when you copy.`)
  return made
}

export const annotationView = ({ id, time, timeEnd, tags, text, by, createdAt, updatedAt }: Annotation): AnnotationView => ({
  id: Number(id),
  alertId: 0,
  dashboardId: 0,
  panelId: 0,
  userId: 0,
  userName: by,
  newState: '',
  prevState: '',
  created: createdAt,
  updated: updatedAt,
  time,
  ...(timeEnd !== undefined && { timeEnd }),
  text,
  tags,
  data: {},
})
