import { recordedFiles, sharedFiles } from './detection/files.ts'
import { type Part, partOf } from './detection/parts.ts'
import type { Recording } from './detection/recording.ts'
import { rowsOf, tableOf, watchedBy } from './detection/report.ts'
import { simulatedFaults, simulatedHours } from './detection/simulated.ts'
import type { Bench, Row } from './table.ts'

/** Five of each kind to report on, one of each to tune on. */
function simulated(): Recording[] {
  return [
    ...simulatedFaults((place) => 1 + place, [2]),
    ...simulatedHours(4, 2),
    ...simulatedFaults((place) => 101 + place, [0, 1, 2, 3, 4]),
    ...simulatedHours(204),
  ]
}

export const bench: Bench = {
  name: 'detection',
  title: 'recordings through the whole engine, beside the usual Prometheus rules and a z-score',
  async run(): Promise<Row[]> {
    const recorded = recordedFiles()
    const shared = sharedFiles(recorded)
    if (shared === null) console.log('There is no ../shared/series: only the recordings of this checkout are replayed.')
    else console.log(`../shared/series holds ${shared.length} recordings that this checkout does not have.`)
    const all = [...recorded, ...(shared ?? []), ...simulated()]
    const rows: Row[] = []
    for (const [part, source] of [
      ['tuning', 'real'],
      ['tuning', 'simulated'],
      ['reporting', 'real'],
      ['reporting', 'simulated'],
    ] as const satisfies readonly [Part, Recording['source']][]) {
      const recordings = all.filter((recording) => partOf(recording.name) === part && recording.source === source)
      if (recordings.length === 0) continue
      const what = `${part}, ${source === 'real' ? 'real servers' : 'simulated'}`
      const watched = await watchedBy(recordings)
      console.log(tableOf(`${what}: ${recordings.length} recordings`, watched))
      rows.push(...rowsOf(watched, recordings, what, part === 'reporting'))
    }
    return rows
  },
}
