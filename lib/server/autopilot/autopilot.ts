import type { Standing } from '../../autopilot/autopilot.ts'
import { withinHour } from '../../autopilot/limits.ts'
import type { AutopilotRuleView, AutopilotView, MadeView } from '../../model/answers/autopilot.ts'
import type { Change } from '../../model/change.ts'
import { iso } from '../http/iso.ts'
import type { Runtime } from '../runtime.ts'
import { stepsWords } from './stepsWords.ts'

const SHOWN = 20
const MADE_SHOWN = 50

/** Every policy of the configuration as it stands. */
export function getAutopilot(runtime: Runtime): AutopilotView {
  const { autopilot, advisors } = runtime
  const standings = autopilot.standings()
  return {
    items: standings.map((standing) => ruleView(runtime, standing)),
    made: runtime.store.changes
      .list(({ autopilot }) => autopilot !== undefined)
      .slice(0, MADE_SHOWN)
      .map(madeView),
    held: autopilot.held(),
    fit: advisors.flatMap(({ id, title, unattended }) => (unattended === undefined ? [] : [{ advisor: id, title, because: unattended }])),
  }
}

/** A person gives back a licence that a regression took away; what that change left open is seen to. */
export function returnLicence(runtime: Runtime, id: string, by: string): AutopilotRuleView {
  const revoked = runtime.autopilot.returnLicence(id, by)
  runtime.changes.settle(revoked, by)
  return ruleView(runtime, runtime.autopilot.standings().find(({ rule }) => rule.id === id)!)
}

function ruleView({ advisors, now }: Pick<Runtime, 'advisors' | 'now'>, standing: Standing): AutopilotRuleView {
  const { rule, licence, returned, acts, because, steps } = standing
  const advisor = advisors.find(({ id }) => id === rule.advisor)
  const { revoked } = licence
  return {
    id: rule.id,
    advisor: rule.advisor,
    title: advisor?.title ?? rule.advisor,
    fitBecause: advisor?.unattended ?? '',
    where: rule.where,
    max: rule.max,
    hours: rule.hours.map((window) => ({ ...window, days: [...window.days] })),
    licence: rule.licence,
    licensed: licence.licensed,
    missing: licence.missing,
    judged: licence.judged,
    inside: licence.inside,
    acts,
    because,
    acted: withinHour(
      steps.map(({ at }) => at),
      now(),
    ).length,
    changes: steps.slice(0, SHOWN).map(({ id }) => id),
    revoked: revoked && { at: iso(revoked.at), change: revoked.change, by: 'autopilot' },
    returned: returned && { at: iso(returned.at), by: returned.by },
  }
}

const madeView = ({ id, autopilot, at, steps, state, verdict }: Readonly<Change>): MadeView => ({
  change: id,
  rule: autopilot!.rule,
  at: iso(at),
  target: steps[0]?.setting.target ?? '',
  what: stepsWords(steps),
  state,
  verdict,
})
