import { safe } from '../format/format.ts'
import type { Annotation, PushedAnnotation } from '../model/annotation.ts'
import type { Change } from '../model/change.ts'
import { parseSetting } from '../model/setting.ts'

/** An incident as far as an annotation tells it. Times are epoch ms. */
export type AnnotatedIncident = { id: string; since: number; resolvedAt: number | null; severity: string; summary: string }

/** Others' words as HTML that shows them and does nothing else. */
export const escapedText = (raw: string): string =>
  safe(raw, 400).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const textOf = (lines: readonly string[], href: string): string =>
  [...lines.map(escapedText), `<a href="${escapedText(href)}">Open in Evenkeel</a>`].join('\n')

/** One of them names this annotation alone. */
const tagsOf = (key: string, more: readonly string[]): string[] => ['evenkeel', ...more, annotationTag(key)]

/** By which an annotation is found again. */
export const annotationTag = (key: string): string => `evenkeel:${key}`

export function changeAnnotation({ id, at, endedAt, steps, because, outcome, state, by }: Change, url: string): PushedAnnotation {
  const key = `change/${id}`
  const written = steps.map(({ setting, before, after }) => `${setting.target} ${setting.name}: ${before} to ${after}`)
  const targets = new Set(steps.flatMap(({ setting }) => targetOf(setting)))
  return {
    key,
    time: at,
    ...(endedAt !== undefined && { timeEnd: endedAt }),
    tags: tagsOf(key, ['change', state, ...targets]),
    text: textOf([...written.slice(0, 10), because, outcome ?? `By ${by}, ${state}`], `${url}/changes/${encodeURIComponent(id)}`),
  }
}

export function incidentAnnotation({ id, since, resolvedAt, severity, summary }: AnnotatedIncident, url: string): PushedAnnotation {
  const key = `incident/${id}`
  return {
    key,
    time: since,
    ...(resolvedAt !== null && { timeEnd: resolvedAt }),
    tags: tagsOf(key, ['incident', severity]),
    text: textOf([`${severity}: ${summary}`], `${url}/incidents/${encodeURIComponent(id)}`),
  }
}

/** What a person or a program has annotated, with its own tags. */
export function ownAnnotation({ id, time, timeEnd, tags, text }: Annotation): PushedAnnotation {
  const key = annotationKey(id)
  return {
    key,
    time,
    ...(timeEnd !== undefined && { timeEnd }),
    tags: tagsOf(key, tags),
    text: escapedText(text),
    original: text,
  }
}

/** The key of an annotation that was made here, and back. */
const annotationKey = (id: string): string => `annotation/${id}`
export const annotationIdOf = (key: string): string | null => /^annotation\/(\d+)$/.exec(key)?.[1] ?? null

function targetOf(setting: Change['steps'][number]['setting']): string[] {
  const { of } = parseSetting(setting)
  return 'target' in of && of.target ? [of.target] : []
}
