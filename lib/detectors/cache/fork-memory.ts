import { z } from 'zod'
import { text } from '../../format/format.ts'
import { newestValue } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Severity, Verdict } from '../../model/finding.ts'
import type { Labels } from '../../model/series.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { cacheRows, evidence, staleBecause } from '../rows.ts'
import { duration, patience, share } from '../settings.ts'

type Settings = DetectorSettings & { most: number; stall: number }
type Newest = (metric: Metric) => number | null
/** What a fork copies, in bytes, and how that is known. */
type Copied = { bytes: number; method: string }

export const forkMemory: Detector<Settings> = {
  id: 'cache/fork-memory',
  title: 'Saving may run out of memory',
  why: 'To save, to rewrite the append-only file and to copy all data to a replica, the server forks: whatever is written meanwhile is copied page by page, up to all data once more. Where the machine has not that much, the fork fails and writes are refused, or the system ends the server. Leave memory free: a lower `maxmemory`, saving on a replica, a quieter hour. `vm.overcommit_memory = 1` lets a fork begin that would fit in the end, and transparent huge pages off (`never`) make each copied page 4 kB instead of 2 MB.',
  harmless:
    'Where little is written while it saves: then few pages are copied. A container’s own limit is not told by Redis: where it is lower than the machine’s memory, less is free than told here.',
  settings: z.strictObject({
    ...patience('5s', '60s'),
    most: share(
      0.9,
      'Part of the machine’s memory that the server with its copy may take: the rest is for the system, buffers and connections',
    ),
    stall: duration('500ms', 'A fork that takes this long is told: every client waits for it'),
  }),
  needs: {
    spanMs: 60_000,
    metrics: ['redis_memory_used_rss_bytes', 'cache_memory_used_bytes', 'redis_total_system_memory_bytes', 'redis_latest_fork_seconds'],
    also: {
      metrics: [
        'cache_memory_max_bytes',
        'redis_rdb_last_cow_size_bytes',
        'redis_aof_last_cow_size_bytes',
        'redis_current_cow_size_bytes',
        'redis_current_fork_ratio',
        'redis_connected_slaves',
      ],
      records: ['setting'],
    },
  },
  detect: (window, _topology, settings) =>
    cacheRows(window, METRICS).map((row): Verdict => {
      const subject = row.labels
      const held = row.redis_memory_used_rss_bytes!
      const stale = staleBecause(held, window.to)
      if (stale) return { subject, is: 'unjudged', because: stale }
      const newest: Newest = (metric) => newestValue(row[metric])
      const [resident, used, machine] = [newest('redis_memory_used_rss_bytes')!, newest('cache_memory_used_bytes'), newest('redis_total_system_memory_bytes')] // biome-ignore format: one line
      const fork = newest('redis_latest_fork_seconds')
      if (!used || !machine) return { subject, is: 'unjudged', because: 'the memory of its machine is not reported' }
      if (fork === null) return { subject, is: 'unjudged', because: 'its forks are not reported' }
      const room = settings.most * machine
      if (fork === 0) {
        if (resident + used <= room || neverForks(window, subject, newest)) return { subject, is: 'clear' }
        return { subject, is: 'unjudged', because: 'it has not saved since its start: how much a save copies is not known' }
      }
      const copied = copiedBy(newest)
      if (!copied) return { subject, is: 'unjudged', because: 'how much a save copies is not reported' }
      const found = trouble(subject.target!, { resident, used, machine, room, copied, limit: newest('cache_memory_max_bytes') ?? 0 })
      const slow = fork >= settings.stall / 1000
      if (!found && !slow) return { subject, is: 'clear' }
      const waited = evidence(window, 'redis_latest_fork_seconds', subject, 'newest fork, for which every client waited', fork, 'seconds', {
        threshold: settings.stall / 1000,
      })
      if (!found) {
        const summary = `Every client of ${subject.target} waited ${text(fork, 'seconds')} while it forked to save ${text(used, 'bytes')}`
        return { subject, is: 'found', severity: 'warning', summary, evidence: [waited] }
      }
      const need = evidence(window, 'redis_memory_used_rss_bytes', subject, found.label, found.bytes, 'bytes', { baseline: resident, threshold: room, method: copied.method }) // biome-ignore format: one line
      const copy = evidence(window, 'redis_rdb_last_cow_size_bytes', subject, 'copied while it saves', copied.bytes, 'bytes', { method: copied.method }) // biome-ignore format: one line
      return {
        subject,
        is: 'found',
        severity: found.severity,
        summary: found.summary,
        evidence: [need, copy, ...(slow ? [waited] : ([] as Evidence[]))],
      }
    }),
}

const METRICS = [
  'redis_memory_used_rss_bytes',
  'cache_memory_used_bytes',
  'cache_memory_max_bytes',
  'redis_total_system_memory_bytes',
  'redis_latest_fork_seconds',
  'redis_rdb_last_cow_size_bytes',
  'redis_aof_last_cow_size_bytes',
  'redis_current_cow_size_bytes',
  'redis_current_fork_ratio',
  'redis_connected_slaves',
] as const
type Metric = (typeof METRICS)[number]

/** It saves nothing, and has no replica that could ask for a copy. */
function neverForks(window: SeriesWindow, { target }: Labels, newest: Newest): boolean {
  const settings = new Map(window.records('setting', target).map(({ id, value }) => [id, value]))
  return settings.get('save') === '' && settings.get('appendonly') === 'no' && newest('redis_connected_slaves') === 0
}

/** A fork under way tells how much it has copied at which part of its work; the rest goes on so. A fork that is over tells how much it copied. */
function copiedBy(newest: Newest): Copied | null {
  const [now, part] = [newest('redis_current_cow_size_bytes'), newest('redis_current_fork_ratio')]
  if (now && part && part >= PART_MIN) return { bytes: now / part, method: `${text(now, 'bytes')} copied at ${text(part, 'ratio')} of the save under way` } // biome-ignore format: one line
  const last = [newest('redis_rdb_last_cow_size_bytes'), newest('redis_aof_last_cow_size_bytes')].filter((bytes) => bytes !== null)
  if (last.length === 0) return null
  return { bytes: Math.max(now ?? 0, ...last), method: 'as the last save copied' }
}
/** Of less of its work nothing follows for the rest. */
const PART_MIN = 0.1

type Memory = { resident: number; used: number; machine: number; room: number; copied: Copied; limit: number }
type Trouble = { severity: Severity; label: string; bytes: number; summary: string }

/** Now, or once the memory limit is reached: then what is resident and copied grows with what is used. */
function trouble(target: string, { resident, used, machine, room, copied, limit }: Memory): Trouble | null {
  const need = resident + copied.bytes
  if (need > room) {
    const label = 'memory while it saves'
    const summary = `To save, ${target} needs ${text(need, 'bytes')} (${text(resident, 'bytes')}, and ${text(copied.bytes, 'bytes')} copied meanwhile); its machine has ${text(machine, 'bytes')}`
    return { severity: need > machine ? 'critical' : 'warning', label, bytes: need, summary }
  }
  const full = limit > used ? need * (limit / used) : need
  if (full <= room) return null
  const label = 'memory while it saves, once its memory limit is reached'
  const summary = `Once ${target} is full (${text(limit, 'bytes')}; ${text(used, 'bytes')} now), a save needs ${text(full, 'bytes')}; its machine has ${text(machine, 'bytes')}`
  return { severity: 'info', label, bytes: full, summary }
}
