import type { Step } from '../model/proposal.ts'
import { sameRef } from '../model/ref.ts'
import { parseSetting, type SettingText, serverOf } from '../model/setting.ts'
import type { Pool, Ring } from '../model/topology.ts'

/** A step of which the live value may not have been read: then it begins at what the pool or ring is seen to be. */
export type PlannedStep = { setting: SettingText; before?: string; after: string }
export type Side = keyof Omit<Step, 'setting'>

/** A pool as it is with the values of the steps before them, or after. */
export function poolWith(pool: Pool, steps: readonly PlannedStep[], side: Side): Pool {
  const found = steps.map((step) => ({ step, ...serverOf(step.setting, [pool]) }))
  return {
    ...pool,
    servers: pool.servers.map((server) => {
      const held = (what: 'weight' | 'state') => found.find((one) => one.server === server && one.what === what)?.step[side]
      const [weight, state] = [held('weight'), held('state')]
      return {
        ...server,
        ...(weight === undefined ? {} : { weightSet: Number(weight), weightEffective: Number(weight) }),
        ...(state === undefined
          ? {}
          : { state: state === 'ready' ? ('up' as const) : state === 'drain' ? ('drain' as const) : ('maint' as const) }),
      }
    }),
  }
}

/** The same of a ring: its specification with the points of its nodes before the steps, or after. */
export const ringWith = (ring: Ring, steps: readonly PlannedStep[], side: Side): Ring['spec'] => ({
  ...ring.spec,
  nodes: ring.spec.nodes.map((node) => {
    const own = { ring: ring.name, node: node.name }
    const points = steps.find(({ setting }) => sameRef(parseSetting(setting).of, own))?.[side]
    return points === undefined ? node : { ...node, points: Number(points) }
  }),
})
