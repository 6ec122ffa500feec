import type { TargetConfig } from '../model/product.ts'
import type { ReferenceSettings } from '../model/reference.ts'
import { type Checks, nameOfA } from './references.ts'

/** The access logs that a cache's references come from are read by targets that there are. */
export function checkLogs({ targets, report }: Checks): void {
  const readers = targets.filter((target) => (target as { accessLog?: string }).accessLog !== undefined).map(({ name }) => name)
  targets.forEach((target, index) => {
    logsOf(target).forEach((name, i) => {
      if (!readers.includes(name))
        report(['targets', index, 'references', 'log', 'targets', i], JSON.stringify(name), nameOfA('target with an `accessLog`', readers))
    })
  })
}

const logsOf = (target: TargetConfig): string[] => (target as { references?: ReferenceSettings }).references?.log?.targets ?? []
