import type { Route } from '../model/notice.ts'
import type { Receiver } from './config.ts'
import { type Checks, nameOfA } from './references.ts'
import type { FileData } from './schema.ts'

const SEVERITIES = ['info', 'warning', 'critical']

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
    const { severity } = route.match
    if (severity !== undefined && !SEVERITIES.includes(severity))
      report(['routes', index, 'match', 'severity'], JSON.stringify(severity), 'info, warning or critical')
    return { match: route.match as Route['match'], to: route.to, group: route.group, waitMs: route.wait, repeatMs: route.repeat }
  })
}
