import { count, text } from '../format/format.ts'
import { projectedWithout } from '../metrics/capacity.ts'
import { EvenkeelError } from '../model/error.ts'
import { servingOf } from '../model/serving.ts'
import { type ServerWhat, type SettingText, serverOf } from '../model/setting.ts'
import type { Pool, PoolServer, Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

type Wanted = { setting: SettingText; after: string }
type Found = { pool: Pool; server: PoolServer; what: ServerWhat; after: string; step: number }

/** The steps that set something of a server in a pool, with that server. */
function serverSteps(steps: readonly Wanted[], topology: Topology): Found[] {
  return steps.flatMap(({ setting, after }, step) => {
    const found = serverOf(setting, topology.pools)
    return found ? [{ ...found, after, step }] : []
  })
}

/** `invalid` for a weight that the pool's algorithm refuses at run time (with a fixed table, all but 0 and the weight it started with), or null. */
export function fixedWeightError(steps: readonly Wanted[], topology: Topology): EvenkeelError | null {
  for (const { pool, server, what, after, step } of serverSteps(steps, topology)) {
    if (what !== 'weight' || !pool.fixedWeights || after === '0') continue
    const initial = server.weightInitial ?? server.weightFile
    if (initial === undefined || after === String(initial)) continue
    return new EvenkeelError(
      'invalid',
      `steps[${step}]: ${pool.can.weight === true ? `${pool.algorithm} takes no weights at run time` : pool.can.weight.because}. ${server.name} takes 0 or ${initial}, its weight from the file.`,
    )
  }
  return null
}

/** `invalid` for a weight that its pool does not take here at all: somebody else owns it, or nothing is configured to set it by. */
export function unsettableWeightError(steps: readonly Wanted[], topology: Topology): EvenkeelError | null {
  for (const { pool, what, step } of serverSteps(steps, topology))
    if (what === 'weight' && pool.can.weight !== true && !pool.fixedWeights)
      return new EvenkeelError('invalid', `steps[${step}]: ${pool.can.weight.because}.`)
  return null
}

/** `invalid` for a weight that something else moves, an agent check: what is written would not stay, or would fail as drift; null else. */
export function contestedWeightError(steps: readonly Wanted[], topology: Topology): EvenkeelError | null {
  for (const { pool, server, what, step } of serverSteps(steps, topology))
    if (what === 'weight' && server.otherWriter)
      return new EvenkeelError(
        'invalid',
        `steps[${step}]: ${server.otherWriter} moves the weight of ${server.name} of ${pool.name}: two writers of one weight would overwrite each other. Set the weight there, or switch that off first.`,
      )
  return null
}

/**
 * Why these steps would leave a pool without the servers that its load needs, or null. Servers that are taken out count with what they
 * carry now; where limits of sessions are known, the others must not pass theirs.
 */
export function overloadBecause(steps: readonly Wanted[], topology: Topology, window: SeriesWindow): string | null {
  const found = serverSteps(steps, topology)
  for (const pool of new Set(found.map((one) => one.pool))) {
    // A limit takes no server out, and brings none back: 0 is none.
    const own = found.filter((one) => one.pool === pool && one.what !== 'maxconn')
    const isOut = ({ what, after }: Found) => (what === 'state' ? after !== 'ready' : after === '0')
    const leaving = [...new Set(own.filter(isOut).map(({ server }) => server))]
    const back = own.some((one) => !isOut(one) && !leaving.includes(one.server) && one.server.state !== 'up' && one.server.state !== 'down')
    if (servingOf(pool).every((server) => !leaving.includes(server))) continue
    const names = leaving.map(({ name }) => name).join(' and ')
    if (servingOf(pool, leaving).length === 0) {
      if (back) continue
      return `Without ${names} no server of ${pool.name} takes requests: every request would fail.`
    }
    const after = projectedWithout(window, pool, leaving)
    if (!after) continue
    const who = after.servers.length === 1 ? after.servers[0]!.name : `the other ${after.servers.length} servers of ${pool.name}`
    if (after.over)
      return `Without ${names}, ${after.over.server.name} would have about ${count(after.over.sessions)} sessions at once; it may have ${count(after.over.limit)}.`
    if (after.limit !== null && after.sessions >= after.limit)
      return `Without ${names}, ${who} would take ${text(after.rate, 'perSecond')} with about ${count(after.sessions)} sessions at once; at most ${count(after.limit)} are allowed there. Raise the limit or add a server first.`
  }
  return null
}
