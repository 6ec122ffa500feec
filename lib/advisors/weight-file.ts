import type { Advisor } from '../model/detector.ts'
import type { Pool, PoolServer } from '../model/topology.ts'

/** The file's line for a weight that differs from it. It can only be copied, because Evenkeel does not own that file. */
export const weightFile: Advisor = {
  id: 'weight-file',
  title: 'Write the weight into the file',
  answers: ['balancer/weight-drift'],
  spanMs: 60_000,
  propose(finding, _window, topology) {
    const pool = topology.pools.find(({ target, name }) => target === finding.subject.target && name === finding.subject.pool)
    const server = pool?.servers.find(({ name }) => name === finding.subject.server)
    if (!pool || !server || server.weightFile === undefined) return null
    return { none: lastingText(pool, server) }
  },
}

/** How what runs now is made to last: the line of the file, or the state that is saved before a reload. */
export function lastingText(pool: Pool, server: PoolServer): string {
  const { fileLine, weightFile, weightSet } = server
  if (!fileLine)
    return `The file says ${weightFile}, it runs at ${weightSet}. To keep ${weightSet}, write it into the configuration file (weight ${weightSet}); to go back, set the weight to ${weightFile} on the page of the pool.`
  const lines = [
    fileLine.wanted ? `To keep it, write at ${fileLine.where}:` : `The file says at ${fileLine.where}:`,
    fileLine.wanted ?? fileLine.now,
    ...(fileLine.wanted ? [`in place of`, fileLine.now] : []),
    ...fileLine.notes,
  ]
  if (pool.reload) lines.push(pool.reload.text)
  if (pool.reload?.command) lines.push(pool.reload.command)
  return lines.join('\n')
}
