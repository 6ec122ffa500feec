import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { AnyDetector } from '../lib/model/detector.ts'
import type { Severity } from '../lib/model/finding.ts'
import { type Labels, labelsKey, type Point, type Series } from '../lib/model/series.ts'
import { emptyTopology, type Topology } from '../lib/model/topology.ts'
import type { SeriesWindow } from '../lib/model/window.ts'
import { windowOfSeries } from '../lib/store/window.ts'
import { FROM, strictly } from './series.ts'

/** A recording of a real Redis: INFO each second, and what was done to it and when (seconds from the start). */
export type Recording = {
  scenario: string
  eventAt: number | null
  eventEnd: number | null
  params: Record<string, unknown>
  at: number[]
  series: Record<string, (number | null)[]>
}

/** Recorded on redis-server 7.0.15: a cache-aside application, Zipf 0.9 over 20 000 keys, TTL 120 s ± 20 %, a daily wave of 200 s. */
export const RECORDED = ['normal2', 'evict', 'hitdrop30', 'restart', 'ttlcliff'] as const

export function recording(name: (typeof RECORDED)[number]): Recording {
  const path = fileURLToPath(new URL(`../lib/detectors/recorded/${name}.json.gz`, import.meta.url))
  return JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')) as Recording
}

/** The recording as one target's series. */
export function windowOfRecording({ at, series }: Recording, target = 'a'): SeriesWindow {
  const all = Object.entries(series).map(
    ([metric, values]): Series => ({
      metric,
      labels: { target },
      stepMs: 1000,
      points: values.flatMap((value, i): Point[] => (value === null ? [] : [[FROM + Math.round(at[i]! * 1000), value]])),
    }),
  )
  return windowOfSeries(all, [], FROM, FROM + Math.round(at.at(-1)! * 1000))
}

export type Firing = { subject: Labels; severity: Severity; summary: string; at: number; resolvedAt: number | null }

/** Judges every second of a window as the engine does: `for` before a finding fires, `resolveAfter` before it resolves, stale in between. */
export function replay(
  detector: AnyDetector,
  window: SeriesWindow,
  options: { topology?: (at: number) => Partial<Topology>; settings?: Record<string, unknown>; everyMs?: number } = {},
): Firing[] {
  const settings = detector.settings.parse(options.settings ?? {}) as { for: number; resolveAfter: number }
  const bound = strictly(detector, window)
  const lives = new Map<string, { found: number | null; clear: number | null; firing: Firing | null }>()
  const firings: Firing[] = []
  for (let now = window.from; now <= window.to; now += options.everyMs ?? 1000) {
    const topology = { ...emptyTopology(), ...options.topology?.(now) }
    for (const verdict of detector.detect(bound.between(Math.max(window.from, now - detector.needs.spanMs), now), topology, settings)) {
      const key = labelsKey(verdict.subject)
      const life = lives.get(key) ?? { found: null, clear: null, firing: null }
      lives.set(key, life)
      if (verdict.is === 'found') {
        life.clear = null
        life.found ??= now
        if (!life.firing && now - life.found >= settings.for) {
          life.firing = { subject: verdict.subject, severity: verdict.severity, summary: verdict.summary, at: now, resolvedAt: null }
          firings.push(life.firing)
        }
      } else {
        if (!life.firing) life.found = null
        if (verdict.is !== 'clear') continue
        life.clear ??= now
        if (life.firing && now - life.clear >= settings.resolveAfter) {
          life.firing.resolvedAt = now
          life.firing = null
          life.found = null
        }
      }
    }
  }
  return firings
}
