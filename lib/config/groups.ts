import { z } from 'zod'
import type { BalancerGroup } from '../model/group.ts'
import { type Checks, nameOfA, namesTarget, targetNames } from './references.ts'
import type { FileData } from './schema.ts'

export const groupSchema = z.strictObject({
  name: z.string().min(1).max(100).describe('Its name; each name once'),
  targets: z.array(z.string()).min(2).max(100).describe('The balancers that are alike: pools of one name have the same servers in each'),
  canary: z.string().optional().describe('The one that a change is tried on first. Default: the first'),
})

/** The groups as the file gives them: each target in one of them at most. */
export function groupsOf({ groups }: Pick<FileData, 'groups'>, checks: Checks): BalancerGroup[] {
  const names = targetNames(checks)
  const seen = new Map<string, number>()
  return groups.map(({ name, targets, canary = targets[0]! }, index) => {
    targets.forEach((target, at) => {
      const path = ['groups', index, 'targets', at]
      if (!namesTarget(target, names)) checks.report(path, JSON.stringify(target), nameOfA('target', names))
      const first = seen.get(target)
      if (first !== undefined) checks.report(path, `${JSON.stringify(target)}, which is in groups[${first}] too`, 'each target once')
      seen.set(target, index)
    })
    if (!targets.includes(canary))
      checks.report(['groups', index, 'canary'], JSON.stringify(canary), `one of its targets: ${targets.join(', ')}`)
    return { name, targets, canary }
  })
}
