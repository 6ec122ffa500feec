import type { Tone } from '@/components/ui/status.tsx'
import { text } from '@/lib/format/format.ts'
import type { AutopilotRuleView, AutopilotView, SimulationView } from '@/lib/model/answers/autopilot.ts'

type Labels = Readonly<Record<string, string>>

/** `team=shop, env=prod`; of none: every target. */
export const whereWords = (where: Labels): string =>
  Object.entries(where)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ') || 'every target'

/** As the address and the call write it. */
export const whereText = (where: Labels): string =>
  Object.entries(where)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')

/** The state of a policy in a word. */
export function licenceWords({ licensed, revoked, acts }: Pick<AutopilotRuleView, 'licensed' | 'revoked' | 'acts'>): {
  tone: Tone
  words: string
} {
  if (revoked) return { tone: 'critical', words: 'taken away' }
  if (!licensed) return { tone: 'info', words: 'not earned yet' }
  return acts ? { tone: 'change', words: 'acts' } : { tone: 'ok', words: 'earned' }
}

/** The line under the page's name. */
export function leadWords({ items, held }: Pick<AutopilotView, 'items' | 'held'>): string {
  if (items.length === 0) return 'Nothing is applied without a click.'
  const licensed = items.filter((one) => one.licensed).length
  const policies = `${items.length} ${items.length === 1 ? 'policy' : 'policies'}`
  return `${policies}, ${licensed} with a licence.${held ? ` ${held}` : ''}`
}

/** What a simulation comes to, in a sentence. */
export function simulatedWords({ considered, acted, tried, confirmed, regressed, unanswered }: SimulationView): string {
  if (considered === 0) return 'Nothing was proposed in that time that this policy is about.'
  const problems = `${considered} ${considered === 1 ? 'problem' : 'problems'}`
  const known =
    tried === 0
      ? 'None of these steps was applied and judged by anybody.'
      : `${tried} of them somebody applied too, and they were judged: ${confirmed} inside the band${regressed > 0 ? `, ${regressed} regressed` : ''}.`
  return `Of ${problems} it would have acted on ${acted}. ${acted === 0 ? '' : known}${unanswered > 0 ? ` ${unanswered} nobody applied.` : ''}`.trim()
}

/** The part of the judged changes inside the band; nothing while there is none. */
export const insideWords = ({ judged, inside }: Pick<AutopilotRuleView, 'judged' | 'inside'>): string =>
  judged === 0 ? '' : `${text(inside / judged, 'ratio')} inside`

const clockText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

/** Minutes of the day as a clock shows them: 540 is 09:00. */
export const hourWords = ({ days, from, to, zone }: AutopilotRuleView['hours'][number]): string =>
  `${days.length === 7 ? '' : `${days.join(', ')} `}${clockText(from)} to ${clockText(to)} ${zone}`
