import type { Page, RuleView } from '../model/views.ts'
import type { House } from './house.ts'
import { type Paging, page } from './paging.ts'

/** Every rule with its settings and what it says now. */
export function listRules(house: House, paging?: Paging): Page<RuleView> {
  const rules = [...house.detectors].sort((a, b) => (a.id < b.id ? -1 : 1))
  const { items, ...rest } = page(rules, (rule) => rule.id, paging)
  return {
    items: items.map((detector) => {
      const configured = house.config.rules[detector.id]
      const defaults = detector.settings.parse({}) as Record<string, unknown>
      return {
        id: detector.id,
        title: detector.title,
        why: detector.why,
        needs: { spanMs: detector.needs.spanMs, metrics: detector.needs.metrics },
        settings: { ...defaults, ...configured?.settings },
        defaults,
        enabled: configured?.enabled ?? true,
        now: house.engine.judged(detector.id),
      }
    }),
    ...rest,
  }
}
