import { z } from 'zod'
import { safe } from '../../format/format.ts'
import { movingAddresses } from '../../metrics/vrrp.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Severity, Verdict } from '../../model/finding.ts'
import type { MovingAddress } from '../../model/takeover.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence } from '../rows.ts'
import { patience } from '../settings.ts'

export const movingAddress: Detector<DetectorSettings> = {
  id: 'balancer/moving-address',
  title: 'A moving address is not at one machine, with a second one ready',
  why: 'Two machines share an address by VRRP (keepalived): the master has it, the backup takes it when it hears nothing of the master. When both are master, each answers for the address and connections break at random: the network between them drops VRRP (a firewall, another virtual router id or password). When none is, nobody answers. When the other one is in fault (its interface or a script that it tracks), the address stays where it is until that machine dies, and then nobody has it.',
  harmless: 'For the seconds of a fail-over, and while a machine is taken out for maintenance.',
  settings: z.strictObject(patience('10s', '30s')),
  needs: { spanMs: 60_000, metrics: ['vrrp_state'] },
  detect: (window, topology) => {
    const verdicts = movingAddresses(window, topology).map((one) => verdictOn(one, window))
    // One verdict a subject: the worst of the addresses that one machine tells of first.
    const worst = new Map<string, Verdict>()
    for (const verdict of verdicts.sort((a, b) => urgency(b) - urgency(a)))
      if (!worst.has(verdict.subject.target!)) worst.set(verdict.subject.target!, verdict)
    return worst.values()
  },
}

const SEVERITIES: Record<Severity, number> = { info: 2, warning: 3, critical: 4 }
const urgency = (verdict: Verdict) => (verdict.is === 'found' ? SEVERITIES[verdict.severity] : verdict.is === 'unjudged' ? 1 : 0)

function verdictOn({ address, members }: MovingAddress, window: SeriesWindow): Verdict {
  const subject = { target: members[0]!.target }
  const having = (state: MovingAddress['members'][number]['state']) =>
    members.filter((member) => member.state === state).map(({ target }) => target)
  const [masters, backups, faults, unknown] = [having('master'), having('backup'), having('fault'), having('unknown')]
  const at = safe(address, 60)
  const found = (severity: Severity, summary: string, label: string, value: number, threshold: number): Verdict => ({
    subject,
    is: 'found',
    severity,
    summary,
    evidence: [
      evidence(window, 'vrrp_state', { address }, label, value, 'count', {
        threshold,
        method: members.map(({ target, state }) => `${target}: ${state}`).join(', '),
      }),
    ],
  })
  if (masters.length > 1) return found('critical', `${names(masters)} both hold ${at}: each answers for it`, 'masters', masters.length, 1)
  if (members.length === 1) return { subject, is: 'unjudged', because: `only one machine of ${at} is watched: ${members[0]!.state} there` }
  if (unknown.length > 0)
    return { subject, is: 'unjudged', because: `${names(unknown)} ${unknown.length === 1 ? 'does' : 'do'} not tell the state of ${at}` }
  if (masters.length === 0)
    return found(
      'critical',
      `Nobody holds ${at}: ${backups.length > 0 ? `${names(backups)} wait` : `all of its machines are in fault`}`,
      'masters',
      0,
      1,
    )
  if (backups.length === 0)
    return found(
      'warning',
      `${at} stays at ${names(masters)} if that dies: VRRP is in fault at ${names(faults)}`,
      'machines that would take it',
      0,
      1,
    )
  return { subject, is: 'clear' }
}

const names = (all: readonly string[]) => all.map((name) => safe(name, 60)).join(' and ')
