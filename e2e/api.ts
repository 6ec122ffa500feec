import type { ChangeView } from '../lib/model/answers/change.ts'
import type { FindingView } from '../lib/model/answers/finding.ts'
import type { ProposalView } from '../lib/model/answers/proposal.ts'
import type { Page } from '../lib/model/answers/shape.ts'
import { type TestServer, until } from './evenkeel.ts'

/** The server that the demo's fleet has slow from the start. */
export const SLOW = { target: 'edge', pool: 'app', server: 'app4' }

/** The firing finding of a rule about a subject. */
export async function firing(evenkeel: TestServer, rule: string, subject: Record<string, string> = {}): Promise<FindingView | undefined> {
  const { items } = await evenkeel.get<Page<FindingView>>('findings?state=firing')
  return items.find(
    (finding) => finding.rule === rule && Object.entries(subject).every(([label, value]) => finding.subject[label] === value),
  )
}

export const found = (evenkeel: TestServer, rule: string, subject: Record<string, string>, withinSeconds: number) =>
  until(`${rule} of ${JSON.stringify(subject)} fires`, withinSeconds, () => firing(evenkeel, rule, subject))

/** The open proposal that answers a finding, if there is one now. */
export async function openProposal(evenkeel: TestServer, finding: FindingView): Promise<ProposalView | undefined> {
  const { items } = await evenkeel.get<Page<ProposalView>>('proposals')
  return items.find((proposal) => proposal.finding === finding.id && proposal.state === 'open')
}

/**
 * A proposal that moves app4's weight down from 100, to less than `below`; after a roll-back it takes up to a minute to be offered again. On a
 * busy machine the first ones are careful: the other servers are slow as well, and it must last until it is plain which one is ill.
 */
export async function slowProposal(evenkeel: TestServer, finding: FindingView, below = 100): Promise<ProposalView> {
  const isIt = ({ setting, before, after }: ProposalView['steps'][number]) =>
    setting.name === 'app/app4/weight' && before === '100' && Number(after) < below
  const ask = async () => {
    const proposal = await openProposal(evenkeel, finding)
    return proposal?.steps.some(isIt) ? proposal : null
  }
  return (await until('a proposal for app4', 75, ask)).value
}

export const change = (evenkeel: TestServer, id: string) => evenkeel.get<ChangeView>(`changes/${id}`)

/** The change once its watch is over. */
export async function verdict(evenkeel: TestServer, id: string, withinSeconds: number): Promise<ChangeView> {
  const ended = async () => {
    const now = await change(evenkeel, id)
    return now.state === 'applying' || now.state === 'watching' ? null : now
  }
  return (await until(`change ${id} ends`, withinSeconds, ended)).value
}

/** The weight that HAProxy itself says a server has now. */
export async function weightAtHaproxy(evenkeel: TestServer, pool: string, server: string): Promise<number> {
  return Number.parseInt(await evenkeel.atHaproxy(`get weight ${pool}/${server}`), 10)
}
