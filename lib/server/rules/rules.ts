import type { RuleView } from '../../model/answers/rule.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { AnyDetector } from '../../model/detector.ts'
import { type Paging, page } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'

/** Every rule with its settings and what it says now. */
export function listRules(runtime: Runtime, paging?: Paging): Page<RuleView> {
  const rules = [...runtime.detectors].sort((a, b) => (a.id < b.id ? -1 : 1))
  const { items, ...rest } = page(rules, (rule) => rule.id, paging)
  return { items: items.map((detector) => ruleView(runtime, detector)), ...rest }
}

export function ruleView(runtime: Runtime, detector: AnyDetector): RuleView {
  const configured = runtime.config.rules[detector.id]
  const defaults = detector.settings.parse({}) as Record<string, unknown>
  return {
    id: detector.id,
    title: detector.title,
    why: detector.why,
    harmless: detector.harmless,
    needs: { spanMs: detector.needs.spanMs, metrics: [...detector.needs.metrics] },
    settings: { ...defaults, ...configured?.settings },
    defaults,
    enabled: configured?.enabled ?? true,
    now: runtime.engine.judged(detector.id),
  }
}
