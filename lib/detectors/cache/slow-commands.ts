import { z } from 'zod'
import { count, safe, text } from '../../format/format.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { busy: number; warning: number; entriesMin: number; over: number }

export const slowCommands: Detector<Settings> = {
  id: 'cache/slow-commands',
  title: 'Slow commands block all other clients',
  why: 'Redis serves one command at a time: while a slow one runs, all other clients wait. KEYS, whole reads of large hashes and lists, long scripts and deletions of big keys are the usual ones. Ask in pages (SCAN, HSCAN, LRANGE by parts), delete with UNLINK.',
  harmless: 'On a replica that serves such commands alone, and at an hour without other clients.',
  settings: z.strictObject({
    ...patience('5s', '60s'),
    busy: share(0.01, 'Share of the time that is spent in entries of the slow log: below, nobody waits long'),
    warning: share(0.1, 'Share from which it is a warning: clients notice one moment in ten'),
    entriesMin: threshold(3, 'Fewer entries are not judged: one slow command is an accident'),
    over: duration('60s', 'Entries are counted over this time: the slow log is read every few seconds and has whole seconds'),
  }),
  needs: { spanMs: 60_000, metrics: [], records: ['slow'] },
  detect: (window, topology, settings) =>
    topology.targets
      .values()
      .filter(({ can }) => can?.slowLog)
      .map(({ name: target }): Verdict => {
        const subject = { target }
        if (factsOf(topology, target)!.state !== 'up') return { subject, is: 'unjudged', because: `${target} does not answer` }
        const from = window.to - settings.over
        const entries = window.records('slow', target).filter(({ at }) => at >= from && at <= window.to + 1_000)
        const seconds = entries.reduce((sum, { durationUs }) => sum + durationUs / 1e6, 0)
        const busy = seconds / (settings.over / 1000)
        if (entries.length < settings.entriesMin || busy < settings.busy) return { subject, is: 'clear' }
        const spent = new Map<string, number>()
        for (const { command, durationUs } of entries) {
          const name = (command[0] ?? '').toUpperCase()
          spent.set(name, (spent.get(name) ?? 0) + durationUs / 1e6)
        }
        const [worst] = [...spent].sort((a, b) => b[1] - a[1])
        return {
          subject,
          is: 'found',
          severity: busy >= settings.warning ? 'warning' : 'info',
          summary: `${count(entries.length)} slow commands took ${text(Math.min(1, busy), 'ratio')} of the time of ${target}, most of it ${safe(worst![0], 40)}`,
          evidence: [
            evidence({ from, to: window.to }, 'cache_command_seconds_total', subject, 'time in slow commands', Math.min(1, busy), 'ratio', {
              threshold: settings.busy,
              method: `${entries.length} entries of the slow log`,
            }),
          ],
        }
      }),
}
