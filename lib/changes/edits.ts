import type { Edit } from '../model/product.ts'
import type { Step } from '../model/proposal.ts'

/** Steps by target, in the order in which the targets first appear. */
export function byTarget<S extends Step>(steps: readonly S[]): Map<string, S[]> {
  const targets = new Map<string, S[]>()
  for (const step of steps) targets.set(step.setting.target, [...(targets.get(step.setting.target) ?? []), step])
  return targets
}

/** A step as a compare-and-set on its target. */
export const toEdit = ({ setting, before, after }: Step): Edit => ({ name: setting.name, expect: before, value: after })
