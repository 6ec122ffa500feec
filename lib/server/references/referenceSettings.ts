import type { PolledFleet } from '../../engine/fleet.ts'
import type { ReferenceSettings } from '../../model/reference.ts'

/** The key `references` of a target's configuration; null where its product has none, or there is no such target. */
export const referenceSettings = (fleet: Pick<PolledFleet, 'targetConfig'>, target: string): ReferenceSettings | null =>
  (fleet.targetConfig(target)?.config as { references?: ReferenceSettings } | undefined)?.references ?? null
