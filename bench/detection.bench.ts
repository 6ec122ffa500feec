import { printOf, recordedFiles, sharedFiles } from './detection/files.ts'
import { type Part, partOf, setOf } from './detection/parts.ts'
import type { Recording } from './detection/recording.ts'
import { type Replay, replayed } from './detection/replay.ts'
import { falseAlarmsText, rowsOf, tableOf, watchedBy } from './detection/report.ts'
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
    const replays: Replay[] = []
    const known = new Set<string | null>()
    for (const recording of recordedFiles()) {
      known.add(printOf(recording))
      replays.push(await replayed(recording))
    }
    const shared = sharedFiles()?.filter((recording) => !known.has(printOf(recording)))
    if (!shared) console.log('There is no ../shared/series: only the recordings of this checkout are replayed.')
    else console.log(`../shared/series holds ${shared.length} recordings that this checkout does not have.`)
    for (const recording of [...(shared ?? []), ...simulated()]) replays.push(await replayed(recording))
    return reported(replays)
  },
}

/** Prints the tables of all that was replayed, and hands on their lines. */
function reported(all: readonly Replay[]): Row[] {
  const rows: Row[] = []
  for (const [part, source] of [
    ['tuning', 'real'],
    ['tuning', 'simulated'],
    ['reporting', 'real'],
    ['reporting', 'simulated'],
  ] as const satisfies readonly [Part, Recording['source']][]) {
    const replays = all.filter((replay) => partOf(replay.name) === part && replay.source === source)
    if (replays.length === 0) continue
    const what = `${part}, ${source === 'real' ? 'real servers' : 'simulated'}`
    if (part === 'reporting' && source === 'real')
      for (const [set, own] of Map.groupBy(replays, ({ name }) => setOf(name)))
        console.log(`${tableOf(`${what}, ${set}: ${own.length} recordings`, watchedBy(own))}\n${falseAlarmsText(own)}`)
    const watched = watchedBy(replays)
    console.log(tableOf(`${what}: ${replays.length} recordings`, watched))
    rows.push(...rowsOf(watched, replays, what, part === 'reporting'))
  }
  return rows
}
