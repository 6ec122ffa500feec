import { z } from 'zod'
import { safe, text } from '../../format/format.ts'
import { steps } from '../../math/columns.ts'
import { grownWithin, seenOf } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { isMeanRise } from '../rises.ts'
import { evidence, type Row, rowsOf } from '../rows.ts'
import { SEASON_OFFSETS, seasonOf, seasonText } from '../seasons.ts'
import { duration, evidenceOfEach, falseAlarms, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & {
  falseAlarms: number
  factor: number
  busy: number
  over: number
  before: number
  apart: number
  callsMin: number
}

type Times = Row<'cache_commands_total' | 'cache_command_seconds_total'>
type Command = { row: Times; command: string; calls: number; seconds: number; usual: number }

/** So many commands, the dearest first, are followed into the past: the others hardly move the sum. */
const FOLLOWED = 8

export const latencyRise: Detector<Settings> = {
  id: 'cache/latency-rise',
  title: 'Commands take longer',
  why: 'The same commands cost the server more than they did a few minutes ago: values have grown, a key has become large, or the machine lost CPU to a neighbour, a fork or swap. Each client waits for all others, so the delays add up.',
  harmless:
    'While clients still get their answers well within their time limits. A different mix of commands does not count: each command is compared with its own past.',
  settings: z.strictObject({
    ...patience('10s', '30s'),
    falseAlarms: falseAlarms('targets'),
    factor: threshold(3, 'Time of each command over its time before: a busy machine alone doubles it'),
    busy: share(0.1, "Share of the server's time that is spent beyond the usual: below, nobody waits long"),
    over: duration('30s', 'Commands are measured over this time: long enough that one slow command does not count'),
    before: duration('10m', 'The usual time of each command is taken from this time before'),
    apart: duration('60s', 'Gap between both, so that a rise is not compared with itself'),
    callsMin: threshold(30, 'Fewer calls of a command are not judged'),
  }),
  learns: true,
  needs: { spanMs: 690_000, offsetsMs: SEASON_OFFSETS, metrics: ['cache_commands_total', 'cache_command_seconds_total'] },
  detect: (window, topology, settings) =>
    topology.targets.values().flatMap(({ name: target, state }): Verdict[] => {
      const rows = rowsOf(window, ['cache_commands_total', 'cache_command_seconds_total'], { target }).filter(
        ({ labels, cache_command_seconds_total: seconds }) => labels.command !== undefined && seconds !== undefined,
      )
      if (rows.length === 0) return []
      const subject = { target }
      if (state !== 'up') return [{ subject, is: 'unjudged', because: `${target} does not answer` }]
      const from = window.to - settings.over
      const [oldest, newest] = [from - settings.apart - settings.before, from - settings.apart]
      const [first] = rows
      if (seenOf(first!.cache_commands_total!, from, window.to) < 0.7)
        return [{ subject, is: 'unjudged', because: `${target} was not read for part of the last ${settings.over / 1000} s` }]
      const callsOf = ({ cache_commands_total: calls }: Times) => {
        const now = grownWithin(calls!, from, window.to)
        return { now, usual: now < settings.callsMin ? 0 : grownWithin(calls!, oldest, newest) }
      }
      const isCalled = ({ now, usual }: { now: number; usual: number }) => now >= settings.callsMin && usual >= settings.callsMin
      // An early exit that most ticks take: not even all that was spent is that much beyond the usual.
      const most = rows.reduce((sum, row) => sum + grownWithin(row.cache_command_seconds_total!, from, window.to), 0)
      if (most / (settings.over / 1000) < settings.busy && rows.some((row) => isCalled(callsOf(row)))) return [{ subject, is: 'clear' }]
      const commands = rows.flatMap((row): Command[] => {
        const seconds = row.cache_command_seconds_total!
        const { now, usual } = callsOf(row)
        if (!isCalled({ now, usual })) return []
        return [
          {
            row,
            command: row.labels.command!,
            calls: now,
            seconds: grownWithin(seconds, from, window.to),
            usual: (now * grownWithin(seconds, oldest, newest)) / usual,
          },
        ]
      })
      if (commands.length === 0) return [{ subject, is: 'unjudged', because: 'no command was called often enough, before and now' }]
      const sum = (of: (command: Command) => number) => commands.reduce((total, command) => total + of(command), 0)
      const [took, usual] = [sum(({ seconds }) => seconds), sum((command) => command.usual)]
      const beyond = (took - usual) / (settings.over / 1000)
      if (took < settings.factor * usual || beyond < settings.busy) return [{ subject, is: 'clear' }]
      const needed = evidenceOfEach(first!.cache_commands_total!.stepMs, topology.targets.length, settings.falseAlarms)
      const past = factorsOf(commands, { from: oldest, to: newest, ms: settings.over })
      if (!isMeanRise(took / usual, past, needed)) return [{ subject, is: 'clear' }]
      const season = seasonOf(window, 'highest', (then) => hourlyFactors(then, target, commands))
      if (season && took < settings.factor * season.normal * usual) return [{ subject, is: 'clear' }]
      const worst = commands.reduce((a, b) => (b.seconds - b.usual > a.seconds - a.usual ? b : a))
      return [
        {
          subject,
          is: 'found',
          severity: 'warning',
          summary: `Commands of ${target} take ${text(took / usual, 'factor')} as long as before, most of all ${safe(worst.command.toUpperCase(), 40)}: ${text(worst.seconds / worst.calls, 'seconds')} each, ${text(worst.usual / worst.calls, 'seconds')} before`,
          evidence: [
            evidence({ from, to: window.to }, 'cache_command_seconds_total', subject, 'time over the usual', took / usual, 'factor', {
              baseline: 1,
              threshold: settings.factor,
              method: `each command against its own mean before; sequential test with the scatter of half minutes before${seasonText(season, 'factor')}`,
            }),
            evidence({ from, to: window.to }, 'cache_command_seconds_total', subject, 'time spent beyond the usual', beyond, 'ratio', {
              threshold: settings.busy,
            }),
          ],
        },
      ]
    }),
}

const dearestOf = (commands: readonly Command[]) => [...commands].sort((a, b) => b.usual - a.usual).slice(0, FOLLOWED)

/** Their time over the present usual one, minute by minute of another day. */
function hourlyFactors(then: SeriesWindow, target: string, commands: readonly Command[]): number[] {
  const minutes = new Map<number, { took: number; usual: number }>()
  for (const { command, calls, usual } of dearestOf(commands)) {
    const [row] = rowsOf(then, ['cache_commands_total', 'cache_command_seconds_total'], { target, command })
    if (!row?.cache_command_seconds_total) continue
    const series = { called: row.cache_commands_total!, took: row.cache_command_seconds_total }
    const { at, called, took } = steps(series, row.cache_commands_total!.stepMs)
    for (const [i, ms] of at.entries()) {
      const minute = minutes.get(ms) ?? { took: 0, usual: 0 }
      minutes.set(ms, { took: minute.took + took[i]!, usual: minute.usual + (called[i]! * usual) / calls })
    }
  }
  return [...minutes.values()].flatMap(({ took, usual }) => (usual > 0 ? [took / usual] : []))
}

/** The time of commands over their usual one, in stretches of the past. */
function factorsOf(commands: readonly Command[], { from, to, ms }: { from: number; to: number; ms: number }): number[] {
  const dearest = dearestOf(commands)
  const factors: number[] = []
  for (let at = to - ms; at >= from; at -= ms) {
    let [took, usual] = [0, 0]
    for (const { row, calls, usual: usually } of dearest) {
      const called = grownWithin(row.cache_commands_total!, at, at + ms)
      took += grownWithin(row.cache_command_seconds_total!, at, at + ms)
      usual += (called * usually) / calls
    }
    if (took > 0 && usual > 0) factors.push(took / usual)
  }
  return factors
}
