import { type Past, type SimulatedStep, simulate } from '../../autopilot/simulate.ts'
import { createSlices } from '../../engine/slices.ts'
import type { SimulatedStepView, SimulationView } from '../../model/answers/autopilot.ts'
import { type AutopilotRule, ruleIdOf } from '../../model/autopilot.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Prediction } from '../../model/proposal.ts'
import type { Labels } from '../../model/series.ts'
import { trafficMoved } from '../../predictions/trafficMoved.ts'
import { iso } from '../http/iso.ts'
import type { Runtime } from '../runtime.ts'
import { stepsWords } from './stepsWords.ts'

const DAY_MS = 86_400_000
const SHOWN = 1_000

export type SimulationQuery = {
  advisor?: string
  where: Labels
  days: number
  licence: 'earned' | 'given'
  perHour?: number
  trafficShare?: number
}

/** So many simulations run in this process: each is work of the only thread, done in slices. */
const running = new WeakSet<Runtime['autopilot']>()

/** Replays the stored proposals of a remedy: by the policy of the configuration that is about it, or by one with the defaults. Throws `invalid`, `busy`. */
export async function simulateAutopilot(runtime: Runtime, query: SimulationQuery): Promise<SimulationView> {
  const { autopilot, advisors, now } = runtime
  const fit = advisors.flatMap(({ id, unattended }) => (unattended === undefined ? [] : [id]))
  const advisor = query.advisor ?? autopilot.rules[0]?.advisor ?? fit[0]!
  if (!fit.includes(advisor))
    throw new EvenkeelError('invalid', `advisor: expected a remedy that may be applied without a person: ${fit.join(', ')}.`)
  if (running.has(autopilot)) throw new EvenkeelError('busy', 'A simulation is running. Try again in a moment.')
  running.add(autopilot)
  try {
    const rule = ruleOf(autopilot.rules, { ...query, advisor })
    const to = now()
    const from = to - query.days * DAY_MS
    const pause = createSlices()
    const steps: SimulatedStep[] = []
    for (const step of simulate(pastOf(runtime, rule), { rule, from, to, licence: query.licence })) {
      steps.push(step)
      await pause()
    }
    return viewOf(
      steps.sort((a, b) => b.at - a.at),
      { rule: rule.id, from: iso(from), to: iso(to), licence: query.licence },
    )
  } finally {
    running.delete(autopilot)
  }
}

const DEFAULTS: Pick<AutopilotRule, 'max' | 'hours' | 'licence'> = {
  max: { perHour: 4, trafficShare: null },
  hours: [],
  licence: { judged: 20, inside: 0.9, withoutRegression: 10 },
}

/** The policy of the same remedy and labels, else of the same remedy, else the defaults; with what is asked for in its place. */
function ruleOf(
  rules: readonly AutopilotRule[],
  { advisor, where, perHour, trafficShare }: SimulationQuery & { advisor: string },
): AutopilotRule {
  const id = ruleIdOf(advisor, where)
  const known = rules.find((one) => one.id === id) ?? rules.find((one) => one.advisor === advisor) ?? DEFAULTS
  const { max, hours, licence } = known
  return { id, advisor, where, hours, licence, max: { perHour: perHour ?? max.perHour, trafficShare: trafficShare ?? max.trafficShare } }
}

function pastOf({ store, changes, engine, autopilot, config }: Runtime, rule: AutopilotRule): Past {
  const topology = engine.topology()
  return {
    proposals: store.proposals.list(({ advisor }) => advisor === rule.advisor),
    changes: store.changes.list(),
    findingOf: (id) => store.findings.get(id),
    advisorOf: (proposal) => store.proposals.get(proposal)?.advisor,
    isCovered: (proposal) => autopilot.covers(rule.where, proposal),
    onlyByPerson: (proposal) =>
      proposal.prediction === null ? 'Its effect is not predicted, so that nothing could be judged.' : changes.onlyByPerson(proposal),
    movedBy: ({ steps }) => trafficMoved(steps, topology),
    returned: autopilot.returned(rule.id),
    windows: config.brakes.windows,
  }
}

function viewOf(steps: readonly SimulatedStep[], about: Pick<SimulationView, 'rule' | 'from' | 'to' | 'licence'>): SimulationView {
  const acted = steps.filter(({ acts }) => acts)
  const tried = acted.filter(({ outcome }) => outcome?.inside != null)
  return {
    ...about,
    considered: steps.length,
    acted: acted.length,
    tried: tried.length,
    confirmed: tried.filter(({ outcome }) => outcome!.inside).length,
    regressed: tried.filter(({ outcome }) => outcome!.verdict === 'regressed').length,
    unanswered: acted.filter(({ outcome }) => outcome === null).length,
    steps: steps.slice(0, SHOWN).flatMap(stepView),
    unknown: UNKNOWN,
  }
}

/** What a replay of the past cannot know. */
const UNKNOWN = [
  'A step that was not taken would have changed what came after it: of each problem one step is replayed, until somebody really changed something.',
  'Where nobody applied the proposal there is no outcome: the prediction with its band is all that is known.',
  'Labels, pools and abilities are those of now; freezes and the mode of then are not looked at.',
  'Of proposals that others replaced, those of the last 7 days are kept; of earlier problems only the last one.',
]

function stepView({ proposal, at, acts, because, outcome }: SimulatedStep): SimulatedStepView[] {
  const { prediction, steps } = proposal
  const [first] = steps
  if (!first) return []
  return [
    {
      proposal: proposal.id,
      finding: proposal.finding,
      at: iso(at),
      acts,
      because,
      what: stepsWords(steps),
      target: first.setting.target,
      predicted: prediction && pick(prediction),
      outcome: outcome && { ...outcome, at: iso(outcome.at) },
    },
  ]
}

const pick = ({ metric, unit, before, after, low, high }: Prediction) => ({ metric, unit, before, after, low, high })
