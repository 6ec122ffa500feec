import type { Tone } from '@/components/ui/status.tsx'
import { duration } from '@/lib/format/format.ts'
import type { RunListed, RunReport } from '@/lib/model/answers/run.ts'

type Thing = RunReport['things'][number]
export type Moved = Thing['figures'][number]['moved']

export const STATE: Record<RunListed['state'], { tone: Tone; words: string }> = {
  planned: { tone: 'off', words: 'planned' },
  running: { tone: 'change', words: 'running' },
  ended: { tone: 'ok', words: 'over' },
  forgotten: { tone: 'info', words: 'end not told' },
}

export const MOVED: Record<Moved, Tone> = { worse: 'warning', better: 'ok', higher: 'ok', lower: 'ok', same: 'ok', unjudged: 'info' }

export const lasted = ({ from, until }: Pick<RunListed, 'from' | 'until'>): string => duration(Date.parse(until) - Date.parse(from))

/** After the beginning of the run. */
export const after = (ms: number): string => (ms < 1_000 ? 'at once' : `after ${duration(ms)}`)

/** The page of what a figure is of. */
export function hrefOf(kind: Thing['kind'], where: Thing['where']): string {
  const [first, second] = [where.target ?? where.ring ?? '', where.pool ?? ''].map(encodeURIComponent) as [string, string]
  return kind === 'pool' ? `/pools/${first}/${second}` : kind === 'ring' ? `/rings/${first}` : `/targets/${first}`
}

/** Why a figure is unjudged; null where it is not. */
export function missing({ moved, before, during }: Thing['figures'][number]): string | null {
  if (moved !== 'unjudged') return null
  const reasons = [
    'because' in before ? `before: ${before.because}` : null,
    'because' in during ? `in the run: ${during.because}` : null,
  ].filter((reason) => reason !== null)
  return reasons.join('; ')
}

const ORDER: Moved[] = ['worse', 'better', 'higher', 'lower', 'same', 'unjudged']
export type FigureRow = Thing['figures'][number] & Pick<Thing, 'kind' | 'name' | 'where'>

/** All figures of all things, what got worse first. */
export function figureRows(things: readonly Thing[]): FigureRow[] {
  const rows = things.flatMap(({ kind, name, where, figures }) => figures.map((figure) => ({ ...figure, kind, name, where })))
  return rows.sort((a, b) => ORDER.indexOf(a.moved) - ORDER.indexOf(b.moved))
}

export type Event = { key: string; at: string; afterMs: number; href: string; text: string; severity: 'critical' | 'warning' | 'info'; note: string | null } // biome-ignore format: one line

/** Findings that began and figures that left their range, in the order of time. */
export function eventsOf({ began, left }: Pick<RunReport, 'began' | 'left'>, text: (left: RunReport['left'][number]) => string): Event[] {
  return [
    ...began.map(({ id, since, afterMs, summary, severity, incident }): Event => ({ key: id, at: since, afterMs, href: `/findings/${encodeURIComponent(id)}`, text: summary, severity, note: incident?.cause ?? null })), // biome-ignore format: one line
    ...left.map((one): Event => ({ key: `${one.metric} ${one.name}`, at: one.at, afterMs: one.afterMs, href: hrefOf('pool' in one.where ? 'pool' : 'ring' in one.where ? 'ring' : 'cache', one.where), text: text(one), severity: 'info', note: null })), // biome-ignore format: one line
  ].sort((a, b) => a.afterMs - b.afterMs)
}
