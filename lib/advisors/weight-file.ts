import type { Advisor } from '../model/detector.ts'

/** A weight that differs from its file is mended in the file, which is not ours: the line to write, to copy. */
export const weightFile: Advisor = {
  id: 'weight-file',
  title: 'Write the weight into the file',
  answers: ['balancer/weight-drift'],
  spanMs: 60_000,
  propose(finding, _window, topology) {
    const pool = topology.pools.find(({ target, name }) => target === finding.subject.target && name === finding.subject.pool)
    const server = pool?.servers.find(({ name }) => name === finding.subject.server)
    if (!pool || !server || server.weightFile === undefined) return null
    const kind = topology.targets.find(({ name }) => name === pool.target)?.kind
    const where =
      kind === 'haproxy' ? `backend ${pool.name}: server ${server.name} … weight ${server.weightSet}` : `weight=${server.weightSet}`
    return {
      none: `The file says ${server.weightFile}, it runs at ${server.weightSet}: a reload would bring ${server.weightFile} back. To keep ${server.weightSet}, write it into the configuration file (${where}); to go back, set the weight to ${server.weightFile} on the page of the pool.`,
    }
  },
}
