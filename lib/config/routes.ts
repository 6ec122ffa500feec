import { conditionsOf } from '../model/matching.ts'
import type { Route } from '../model/notice.ts'
import type { Labels } from '../model/series.ts'
import type { Receiver } from './config.ts'
import type { Path } from './document.ts'
import { SEVERITIES } from './neverFitting.ts'
import { type Checks, nameOfA } from './references.ts'
import type { FileData } from './schema.ts'

/** The receivers of the file, each with a channel at least. `kinds`: the kinds of channels that there are. */
export const receiversOf = (receivers: FileData['receivers'], kinds: readonly string[], { report }: Checks): Receiver[] =>
  receivers.map(({ name, ...channels }, index) => {
    const given = Object.entries(channels).filter(([, config]) => config !== undefined)
    if (given.length === 0) report(['receivers', index], `${JSON.stringify(name)} without a channel`, kinds.join(', '))
    return { name, channels: given.map(([kind, config]) => ({ kind, config })) }
  })

/** The routes of the file: each to receivers that exist. */
export function routesOf(routes: FileData['routes'], receivers: readonly Receiver[], { report }: Checks): Route[] {
  const names = receivers.map(({ name }) => name)
  return routes.map((route, index) => {
    route.to.forEach((name, position) => {
      if (!names.includes(name)) report(['routes', index, 'to', position], JSON.stringify(name), nameOfA('receiver', names))
    })
    const at = ['routes', index]
    const conditions = conditionsOf(route)
    checkSeverity([...at, 'match'], conditions.match, report)
    route.inhibit.forEach(({ by, mute }, position) => {
      checkSeverity([...at, 'inhibit', position, 'by'], by, report)
      checkSeverity([...at, 'inhibit', position, 'mute'], mute, report)
    })
    route.quiet.forEach(({ but }, position) => {
      checkSeverity([...at, 'quiet', position, 'but'], but ?? {}, report)
    })
    const { to, group, wait, repeat, inhibit, followers, quiet, limit } = route
    return {
      match: conditions.match as Route['match'],
      matchers: conditions.matchers,
      to,
      group,
      waitMs: wait,
      repeatMs: repeat,
      continue: route.continue,
      inhibit,
      followers,
      quiet: quiet.map((hours) => ({ ...hours, but: hours.but ?? null })),
      limit: limit ?? null,
    }
  })
}

function checkSeverity(path: Path, { severity }: Labels, report: Checks['report']): void {
  if (severity !== undefined && !SEVERITIES.includes(severity))
    report([...path, 'severity'], JSON.stringify(severity), 'info, warning or critical')
}
