import { type Part, partOf, setOf } from './detection/parts.ts'
import type { Recording } from './detection/recording.ts'
import type { Replay } from './detection/replay.ts'
import { falseAlarmsText, rowsOf, tableOf, watchedBy } from './detection/report.ts'
import { replayedTogether } from './detection/together.ts'
import type { Bench, Row } from './table.ts'

export const bench: Bench = {
  name: 'detection',
  title: 'recordings through the whole engine, beside the usual Prometheus rules and a z-score',
  run: async (): Promise<Row[]> => reported(await replayedTogether()),
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
