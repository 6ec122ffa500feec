import { refText } from '../model/ref.ts'
import type { Labels } from '../model/series.ts'
import type { Topology } from '../model/topology.ts'

/** True when the subject was taken out of the configuration or of its product. What was never read yet is not gone. */
export function isGone(subject: Labels, topology: Topology): boolean {
  const { target, pool, server, ring, node } = subject
  if (target !== undefined && !topology.targets.some((one) => one.name === target)) return true
  if (pool !== undefined) {
    const pools = topology.pools.filter((one) => target === undefined || one.target === target)
    const found = pools.find((one) => one.name === pool)
    if (pools.length > 0 && !found) return true
    if (found && server !== undefined && !found.servers.some((one) => one.name === server)) return true
  }
  if (ring !== undefined) {
    const found = topology.rings.find((one) => one.name === ring)
    if (topology.rings.length > 0 && !found && !topology.targets.some((one) => one.name === refText({ ring }))) return true
    if (found && node !== undefined && !found.nodes.some((one) => one.name === node)) return true
  }
  return false
}
