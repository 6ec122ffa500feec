import type { TargetConfig } from '../model/product.ts'
import type { Checks } from './references.ts'

/** Targets with their region as the label that rules, filters, routes and roles go by. A label that says otherwise is a problem. */
export function inRegions(targets: readonly TargetConfig[], report: Checks['report']): TargetConfig[] {
  return targets.map((target, index) => {
    const { region, labels } = target as TargetConfig & { region?: string }
    if (region === undefined) return target
    const told = labels?.region
    if (told !== undefined && told !== region)
      report(['targets', index, 'labels', 'region'], JSON.stringify(told), `${region}, as \`region\` says, or only one of the two`)
    return { ...target, labels: { ...labels, region } }
  })
}
