import { z } from 'zod'
import { count, duration as durationText, text } from '../../format/format.ts'
import { newestEpisode } from '../../math/episodes.ts'
import { grownWithin, increases, spanMs } from '../../math/rates.ts'
import { mean } from '../../math/robust.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { Series } from '../../model/series.ts'
import { cacheRows, evidence, staleBecause } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { over: number; failuresMin: number; times: number; critical: number }

/** The usual rate is that of a quarter of an hour, which is what rules are given at most, counted in steps. */
const SPAN_MS = 900_000
const STEP_MS = 6_000
/** Steps without which nothing is usual yet: a minute. */
const BEFORE_MIN = 10

export const authFailures: Detector<Settings> = {
  id: 'cache/auth-failures',
  title: 'Logins are refused',
  why: 'Many more logins fail, or commands come without one, than is usual here. Right after a password was changed it is an application that still has the old one, and all that it asks for is an error. From an address that is no application’s it is somebody who guesses: a server that a stranger can reach at all should be behind a firewall. On Redis `ACL LOG 20` names who was refused and from where, `CLIENT LIST` who is connected.',
  harmless: 'A few seconds after a password was changed, until every application has read the new one.',
  settings: z.strictObject({
    ...patience('0s', '60s'),
    over: duration('30s', 'Failures are counted over this time'),
    failuresMin: threshold(10, 'Fewer failures in that time are not judged: a person who mistypes, a scanner that looks in'),
    times: threshold(5, 'And this factor above the usual rate here: where some always fail, that is no news'),
    critical: threshold(10, 'Failures a second from which it is critical: a whole application is locked out, or a program guesses'),
  }),
  needs: { spanMs: SPAN_MS, metrics: ['cache_auth_failures_total'] },
  detect: (window, _topology, settings) =>
    cacheRows(window, ['cache_auth_failures_total']).map((row): Verdict => {
      const subject = row.labels
      const failures = row.cache_auth_failures_total!
      const stale = staleBecause(failures, window.to)
      if (stale) return { subject, is: 'unjudged', because: stale }
      // Nothing at all failed nearly everywhere nearly always.
      const all = grownWithin(failures, window.from, window.to)
      if (all < settings.failuresMin) return { subject, is: 'clear' }
      const { seen, wave } = newestWave(failures, window.to, settings)
      const bar = settings.failuresMin / (settings.over / 1000)
      if (wave) {
        const { since, perSecond, usual } = wave
        return {
          subject,
          is: 'found',
          severity: perSecond >= settings.critical ? 'critical' : 'warning',
          summary: `${subject.target} refuses ${text(perSecond, 'perSecond')} logins, ${text(usual, 'perSecond')} before: ${count(grownWithin(failures, since, window.to))} in ${durationText(window.to - since)}`,
          evidence: [
            evidence({ from: since, to: window.to }, 'cache_auth_failures_total', subject, 'logins refused', perSecond, 'perSecond', {
              baseline: usual,
              threshold: Math.max(bar, settings.times * usual),
              method: `the newest ${settings.over / 1000} s against the mean of up to a quarter of an hour before`,
            }),
          ],
        }
      }
      const steady = all / (spanMs(failures.points) / 1000)
      if (seen < BEFORE_MIN) return { subject, is: 'unjudged', because: `${seen * (STEP_MS / 1000)} s of history; 60 s needed` }
      if (steady < bar) return { subject, is: 'clear' }
      return {
        subject,
        is: 'found',
        severity: 'info',
        summary: `${subject.target} refuses ${text(steady, 'perSecond')} logins as it has for ${durationText(spanMs(failures.points))}: something never logs in`,
        evidence: [
          evidence(window, 'cache_auth_failures_total', subject, 'logins refused', steady, 'perSecond', {
            baseline: steady,
            threshold: bar,
          }),
        ],
      }
    }),
}

type Wave = { since: number; perSecond: number; usual: number }

/** How many steps of the window were seen, and the wave of failures that goes on now. */
function newestWave(failures: Series, to: number, { over, failuresMin, times }: Settings): { seen: number; wave: Wave | null } {
  const steps = Math.floor(SPAN_MS / STEP_MS)
  const perStep = increases(failures.points, failures.stepMs, to - steps * STEP_MS, to, steps)
  const seen = perStep.filter((failed) => failed !== null).length
  const width = Math.max(1, Math.round(over / STEP_MS))
  const inOver = (i: number) => perStep.slice(Math.max(0, i - width + 1), i + 1).reduce<number>((sum, failed) => sum + (failed ?? 0), 0)
  const newest = newestEpisode(
    steps,
    (i, since) => {
      const before = perStep.slice(since, Math.max(0, i - width + 1)).filter((failed) => failed !== null)
      if (before.length < BEFORE_MIN) return null
      const usual = mean(before)! * width
      const bar = Math.max(failuresMin, times * usual)
      return inOver(i) >= bar ? { usual, bar } : null
    },
    (i, { began }) => inOver(i) >= began.bar / 2,
  )
  if (!newest || newest.end !== null) return { seen, wave: null }
  const seconds = (width * STEP_MS) / 1000
  const { start, began } = newest
  const first = Math.max(0, start - width + 1)
  const begin =
    first +
    Math.max(
      0,
      perStep.slice(first, start + 1).findIndex((failed) => (failed ?? 0) > (2 * began.usual) / width),
    )
  const since = to - (steps - begin) * STEP_MS
  return { seen, wave: { since, perSecond: inOver(steps - 1) / seconds, usual: began.usual / seconds } }
}
