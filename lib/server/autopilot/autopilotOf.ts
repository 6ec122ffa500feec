import { type Autopilot, createAutopilot } from '../../autopilot/autopilot.ts'
import { AUTOPILOT } from '../../model/autopilot.ts'
import { refText } from '../../model/ref.ts'
import type { Labels } from '../../model/series.ts'
import { labelsIn } from '../../model/targetLabels.ts'
import type { Actor } from '../audit/recorder.ts'
import { freezeOf } from '../freeze/freeze.ts'
import { iso } from '../http/iso.ts'
import { mode } from '../mode/mode.ts'
import type { Runtime } from '../runtime.ts'

const ACTOR: Actor = { by: AUTOPILOT, how: 'evenkeel', from: null }
type Parts = Pick<Runtime, 'config' | 'store' | 'changes' | 'engine' | 'bus' | 'audit' | 'now' | 'log'>

/** The autopilot of this process, with what it asks and whom it tells. */
export const autopilotOf = ({ config, store, changes, engine, bus, audit, now, log }: Parts): Autopilot =>
  createAutopilot({
    rules: config.autopilot,
    store,
    changes,
    bus,
    topology: engine.topology,
    labelsOf: (target) => labelsOf(engine, target),
    owns: engine.owns,
    held() {
      if (mode({ config, store }) === 'observe') return 'The mode is observe: nothing is written to a target.'
      const freeze = freezeOf({ store, now })
      return freeze && `Changes are frozen until ${iso(freeze.until)} by ${freeze.by}: ${freeze.reason}`
    },
    tell: {
      acted: (change, rule, because) =>
        audit.done(ACTOR, { what: 'change-asked', about: change, detail: { operation: 'autopilot', rule: rule.id, because } }),
      refused: (proposal, rule, { code, message }) =>
        audit.refused(
          ACTOR,
          { what: 'change-asked', about: proposal, detail: { operation: 'autopilot', rule: rule.id, code, because: message } },
          'failed',
        ),
      lost: (rule, { id, outcome }) =>
        audit.own({ what: 'licence-lost', about: rule, detail: { change: id, ...(outcome && { outcome }) } }),
    },
    now,
    log,
  })

/** The labels that the configuration gives to a target; of a ring those that all its nodes share. */
function labelsOf({ topology }: Pick<Runtime['engine'], 'topology'>, target: string): Labels | undefined {
  const now = topology()
  const ring = now.rings.find(({ name }) => target === refText({ ring: name }))
  return labelsIn(now)(ring ? { ring: ring.name } : { target })
}
