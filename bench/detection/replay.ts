import { engineAlarms } from './engineReplay.ts'
import type { Alarm, Labelled, Recording } from './recording.ts'
import { staticAlarms } from './staticRules.ts'
import { zScoreAlarms } from './zScore.ts'

/** Who watches a recording. Evenkeel first: the others are held against it. */
export const WATCHERS = ['Evenkeel', 'Prometheus rules', 'z-score of 300 s'] as const
export type Watcher = (typeof WATCHERS)[number]

/** What each of them raised on a recording, without its series: hours of those fill a machine's memory. */
export type Replay = {
  name: string
  source: Recording['source']
  seconds: number
  events: readonly Labelled[]
  alarms: Record<Watcher, readonly Alarm[]>
}

export async function replayed(recording: Recording): Promise<Replay> {
  const { name, source, seconds, events } = recording
  const alarms = {
    Evenkeel: await engineAlarms(recording),
    'Prometheus rules': staticAlarms(recording),
    'z-score of 300 s': zScoreAlarms(recording),
  }
  return { name, source, seconds, events, alarms }
}
