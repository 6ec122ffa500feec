import { randomBytes } from 'node:crypto'
import type { Change } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import { freshFollowers } from '../model/follower.ts'
import { heldUntil, type Proposal, type Step } from '../model/proposal.ts'
import { refText } from '../model/ref.ts'
import { contestedKey, documentOf, existsIn, readWritten, type SettingText, settingKey, settingText } from '../model/setting.ts'
import { heldSteps, lastStage, stepsBetween } from '../model/slowStart.ts'
import type { Store } from '../model/store.ts'
import type { Topology } from '../model/topology.ts'
import type { ChangesContext } from './context.ts'
import { overloadBecause, refuseFixedWeights } from './feasible.ts'
import { inFlightIn } from './inFlight.ts'
import { byTarget, costKey, type LiveSettings, toEdit } from './liveSettings.ts'
import { publicError } from './publicError.ts'
import { refuseReadOnly } from './readOnly.ts'
import { returning, slowStartOf } from './slowStart.ts'
import { undo } from './undo.ts'

/** `change` is null for a dry run. */
export type Applied = { change: string | null; steps: Step[]; commands: string[] }
export type OwnChange = { steps: { setting: SettingText; after: string }[]; because: string }

/** The load that an overload is judged by. */
const NEWEST_MS = 60_000

type Wanted = {
  steps: { setting: SettingText; before?: string; after: string }[]
  because: string
  by: string
  dryRun: boolean
  proposal?: Proposal
  guards: Change['guards']
}

export function wantedOf(proposal: Proposal, by: string, dryRun: boolean): Wanted {
  return { steps: proposal.steps, because: proposal.because, by, dryRun, proposal, guards: proposal.guards }
}

/**
 * Checks in the contract's order (400, 404, 422; then read_only, busy, drift, stale, not_followed), then writes target by target, the intent
 * journaled before each write. What was written is put back when a later target refuses: a change is whole or not at all.
 * Answers when the writes are done; the change is then in state `applying` with every step written, for the watch to take over.
 */
export async function applySteps(wanted: Wanted, context: ChangesContext): Promise<Applied> {
  const { liveSettings, journal } = context
  const checked = check(wanted, liveSettings, context.fleet.topology())
  const weights = returning(checked, context.fleet.topology()).map(({ weight }) => ({ setting: weight }))
  const live = await liveOf([...checked, ...weights], liveSettings)
  if (!wanted.proposal) refuseFixedWeights(checked, context.fleet.topology())
  refuseReadOnly(context.modeForNew())
  if (!wanted.proposal && isLong(checked, liveSettings))
    throw new EvenkeelError('not_allowed', 'This is set by a proposal alone, which knows how far it may go.')
  if (wanted.proposal?.patchOnly) throw new EvenkeelError('not_allowed', wanted.proposal.patchOnly)

  if (!wanted.dryRun) refuseUnsaved(context.store)

  // From here to the journal's first entry nothing is awaited: of two requests at once the second one finds the first one's change.
  const steps = live instanceof Map ? checked.map((step) => ({ ...step, before: live.get(settingKey(step.setting)) ?? '' })) : []
  const groups = liveSettings.groups(checked)
  const other = inFlightIn(groups, context)
  if (other)
    throw new EvenkeelError('busy', `Change ${other} is in flight on ${groups.map(refText).join(', ')}: one improvement at a time.`)
  if (!(live instanceof Map)) throw live
  refuseDrift(wanted, steps, liveSettings)
  refuseStale(wanted, context.store, context.now())
  refuseUnfollowed(steps, context.fleet.topology(), context.now())
  const overload = overloadBecause(steps, context.fleet.topology(), context.fleet.window(NEWEST_MS))
  if (overload) throw new EvenkeelError(wanted.proposal ? 'not_allowed' : 'invalid', overload)
  const { slowStart, notes } = slowStartOf(steps, live, context.fleet.topology(), context.settings.slowStartMs)
  const long = isLong(steps, liveSettings)
  const job = long ? randomBytes(8).toString('hex') : undefined
  const writes = heldSteps({ steps, slowStart, job })
  const { reversal } = liveSettings.describe(steps)
  const { commands } = liveSettings.describe(long ? steps : writes)
  if (slowStart)
    for (let stage = 0; stage < lastStage(slowStart); stage++)
      commands.push(...liveSettings.describe(stepsBetween(slowStart, stage, stage + 1)).commands)
  if (wanted.dryRun) return { change: null, steps, commands }

  const { id } = journal.open(
    {
      id: randomBytes(8).toString('hex'),
      state: 'applying',
      steps,
      because: wanted.because,
      ...(wanted.proposal && { proposal: wanted.proposal.id, finding: wanted.proposal.finding }),
      by: wanted.by,
      at: context.now(),
      reversal,
      prediction: wanted.proposal?.prediction ?? null,
      guards: wanted.guards,
      ...(slowStart && { slowStart }),
      ...(job && { job }),
      measured: null,
      verdict: null,
      journal: [],
    },
    { what: 'created', text: wanted.because, by: wanted.by },
  )
  // A person has decided: what another writer did to these settings before no longer stands in the way.
  for (const step of steps) context.store.memory.delete(contestedKey(step.setting))
  for (const text of notes) journal.note(id, { what: 'note', text })
  await writeAll(id, writes, context)
  return { change: id, steps, commands }
}

const isLong = (steps: readonly { setting: SettingText }[], liveSettings: LiveSettings) =>
  steps.some(({ setting }) => liveSettings.isLong(setting))

function check({ steps, proposal }: Wanted, liveSettings: LiveSettings, { pools }: Topology): { setting: SettingText; after: string }[] {
  if (steps.length === 0) throw new EvenkeelError('bad_request', 'steps: at least one is needed.')
  const seen = new Set<string>()
  const exists = existsIn(pools)
  const checked = steps.map(({ setting: written, after }, i) => {
    const where = `steps[${i}]`
    const setting = proposal ? written : settingText(readWritten(written, exists, where))
    const value = liveSettings.check(setting, after, where)
    if (seen.has(settingKey(setting))) throw new EvenkeelError('bad_request', `${where}: ${setting.name} stands twice in one change.`)
    seen.add(settingKey(setting))
    return { setting, after: value }
  })
  if (checked.length > 1 && isLong(checked, liveSettings))
    throw new EvenkeelError('bad_request', 'steps: what takes long work stands alone in its change.')
  return checked
}

/** The live values, or why they cannot be read. That a setting does not exist is for validation; all else comes after `read_only` and `busy`. */
async function liveOf(steps: { setting: SettingText }[], liveSettings: LiveSettings): Promise<Map<string, string> | EvenkeelError> {
  try {
    return await liveSettings.live(steps.map((step) => step.setting))
  } catch (error) {
    const told = publicError(error, 'The live values cannot be read now.')
    if (told.code === 'not_found' || told.code === 'invalid' || told.code === 'bad_request') throw told
    return told
  }
}

/** What cannot be written down must not begin: after a crash nobody would know of it. */
export function refuseUnsaved(store: Store): void {
  const failing = store.failing()
  if (failing)
    throw new EvenkeelError(
      'unavailable',
      `A change could not be written down: ${failing.because}. ${failing.mend} What is in flight can still be kept or rolled back.`,
    )
}

function refuseDrift(wanted: Wanted, live: Step[], liveSettings: LiveSettings): void {
  const drifted = live.filter((step, i) => {
    const expected = wanted.steps[i]!.before
    return expected !== undefined && !liveSettings.same(step.setting, step.before, expected)
  })
  if (drifted.length === 0) return
  const words = drifted.map((step) => {
    const expected = wanted.steps[live.indexOf(step)]!.before
    return `${step.setting.name} on ${step.setting.target} is ${step.before}, not ${expected}`
  })
  throw new EvenkeelError('drift', `${words.join('; ')}. Nothing was written; the proposal is renewed in a moment.`)
}

const STALE = {
  applied: 'This proposal was applied already.',
  superseded: 'A newer proposal has taken the place of this one.',
  withdrawn: 'This proposal was withdrawn: its finding is gone, or its advice.',
}

function refuseStale({ proposal }: Wanted, store: Store, now: number): void {
  const stored = proposal && store.proposals.get(proposal.id)
  if (!stored || stored.state === 'open') return
  const until = stored.replaced ? heldUntil(stored, store.proposals.get(stored.replaced.by)) : null
  if (until === null || now >= until) throw new EvenkeelError('stale', STALE[stored.state])
}

function refuseUnfollowed(steps: Step[], topology: Topology, now: number): void {
  for (const { setting } of steps) {
    const document = documentOf(setting, topology)
    if (!document?.followersExpected) continue
    const fresh = freshFollowers(document.followers, now)
    if (fresh < document.followersExpected)
      throw new EvenkeelError(
        'not_followed',
        `${fresh} of ${document.followersExpected} followers of ${setting.target} have reported lately: a change would not reach the others.`,
      )
  }
}

async function writeAll(id: string, steps: Step[], { store, liveSettings, journal, now }: ChangesContext): Promise<void> {
  const begun: Step[] = []
  try {
    for (const [target, own] of byTarget(steps)) {
      begun.push(...own)
      const text = own.map(({ setting, before, after }) => `${setting.name} ${before} → ${after}`).join(', ')
      journal.note(id, { what: 'intent', text: `Write on ${target}: ${text}`, ...(own.length === 1 && { step: own[0]! }) })
      let cost = ''
      await liveSettings.write(target, own.map(toEdit), {
        change: id,
        cost(text) {
          cost = `; ${text}`
          store.memory.put(costKey(target), text)
        },
      })
      journal.note(id, { what: 'written', text: `${target} holds the new values${cost}` })
    }
  } catch (error) {
    const told = publicError(error, 'A server could not be written.')
    // A write that failed may yet have happened: what the server holds decides.
    const undone = await undo(id, begun, liveSettings, journal)
    const left = [...undone.failed, ...undone.drifted.map(({ step }) => step)]
    const outcome = `Not applied: ${told.message}`
    journal.note(id, { what: 'compensated', text: `${undone.restored.length} written values were put back, ${left.length} could not be.` })
    journal.note(
      id,
      { what: 'failed', text: outcome },
      {
        state: 'failed',
        endedAt: now(),
        outcome,
        ...(left.length > 0 && {
          needsPerson: `${left.map((step) => `${step.setting.name} on ${step.setting.target}`).join(', ')} could not be put back.`,
        }),
      },
    )
    throw told
  }
}
