import { randomBytes } from 'node:crypto'
import type { Drill } from '../model/drill.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Guard, Step } from '../model/proposal.ts'
import type { Committed, RepositoryConfig } from '../model/repository.ts'
import { contestedKeys, settingKey } from '../model/setting.ts'
import { type HeldStep, heldSteps, lastStage, type SlowStart, stepsBetween } from '../model/slowStart.ts'
import { labelsIn, sharedLabels } from '../model/targetLabels.ts'
import { trafficMoved } from '../predictions/trafficMoved.ts'
import { patchOf } from '../repository/plan.ts'
import { approvedOf } from './approval.ts'
import { claimGroups, claimLimits } from './claim.ts'
import { commitChange, intended, notCommitted, planSteps } from './commitChange.ts'
import type { ChangesContext } from './context.ts'
import { inFlightDuring } from './inFlight.ts'
import type { LiveSettings } from './liveSettings.ts'
import { ownerOf } from './ownedByFile.ts'
import { refusalOf } from './refusal.ts'
import { returning, slowStartOf } from './slowStart.ts'
import { checkSteps, driftOf, isLong, readLive, refusalFacts, unchangedError, type Wanted, type WantedStep } from './wanted.ts'
import { writeAll } from './write.ts'

/** `change` is null for a dry run. */
export type Applied = { change: string | null; steps: Step[]; commands: string[] }
/** `guards`: those of a drill, beside the ones that every change of a person has. */
/** `before`: where it is to be applied only to that value. */
export type OwnChange = { steps: WantedStep[]; because: string; drill?: Drill; guards?: Guard[] }

/**
 * The apply of a change: refuses in the order of `refusalOf`, or writes target by target, each intent journaled before its write. What was written is put back when a
 * later target refuses: a change is whole or not at all. Answers when the writes are done; the change is then in state `applying` with every
 * step written, for the watch to take over.
 */
export async function applySteps(wanted: Wanted, context: ChangesContext): Promise<Applied> {
  const { liveSettings, fleet, settings } = context
  // No server is asked about what can only be copied.
  const owner = ownerOf(wanted.steps, context)
  if (wanted.proposal?.patchOnly && !owner) throw refusalOf({ ...refusalFacts(wanted, context), live: null })!
  const checked = checkSteps(wanted, context)
  if (checked instanceof EvenkeelError) throw checked
  const weights = returning(checked, fleet.topology()).map(({ weight }) => ({ setting: weight }))
  // What is read while a change is in flight may be what it is just putting back, although it has ended when the read has.
  const groups = liveSettings.groups(checked)
  const { done: live, change: during } = await inFlightDuring(groups, () => readLive([...checked, ...weights], liveSettings), context)

  const steps = live instanceof Map ? checked.map((step) => ({ ...step, before: live.get(settingKey(step.setting)) ?? '' })) : []
  const liveRefusal = live instanceof Map ? (driftOf(wanted, steps, liveSettings) ?? unchangedError(wanted, steps, liveSettings)) : live
  const facts = refusalFacts(wanted, context, steps)
  const inFlight = facts.inFlight ?? (during ? { change: during, groups } : null)
  const refusal = refusalOf({ ...facts, inFlight, live: liveRefusal })
  if (refusal) throw refusal
  if (owner) return applyByFile(wanted, steps, owner, context)
  const { slowStart, notes } = slowStartOf(steps, live as Map<string, string>, fleet.topology(), settings.slowStartMs)
  const long = isLong(steps, liveSettings)
  const job = long ? randomBytes(8).toString('hex') : undefined
  const writes = heldSteps({ steps, slowStart, job })
  const commands = commandsOf(long ? steps : writes, slowStart, liveSettings)
  if (wanted.dryRun) return { change: null, steps, commands }

  const id = await openChange(wanted, { steps, slowStart, job, notes }, context)
  await writeAll(id, writes, context)
  return { change: id, steps, commands }
}

/** The same where a repository owns the settings: a commit takes the place of the writes, and nothing is sent to a server. */
async function applyByFile(wanted: Wanted, steps: Step[], repository: RepositoryConfig, context: ChangesContext): Promise<Applied> {
  if (wanted.drill)
    throw new EvenkeelError('not_allowed', 'Files in a repository own these settings: a drill writes to the server for a while alone.')
  const plan = await planSteps(repository, steps, context)
  const commands = patchOf(plan)
    .split('\n')
    .filter((line) => line !== '')
  if (wanted.dryRun) return { change: null, steps, commands }
  const id = await openChange(
    wanted,
    { steps, notes: [], committed: (id) => intended(id, 'committed', plan, repository, context.now()) },
    context,
  )
  const { branch } = context.journal.get(id)!.committed!
  const words = steps.map(({ setting, before, after }) => `${setting.name} ${before} → ${after}`).join(', ')
  context.journal.note(id, { what: 'intent', text: `Commit on branch ${branch} from ${plan.base}: ${words}` })
  try {
    await context.store.durable()
    await commitChange(id, 'committed', plan, repository, context)
  } catch (error) {
    const failure = notCommitted(error)
    const outcome = `Not committed: ${failure.message}`
    context.journal.note(id, { what: 'failed', text: outcome }, { state: 'failed', endedAt: context.now(), outcome })
    throw failure
  }
  return { change: id, steps, commands }
}

/** Exactly what is sent, the later stages of a slow start too. */
function commandsOf(writes: readonly HeldStep[], slowStart: SlowStart | undefined, liveSettings: LiveSettings): string[] {
  const { commands } = liveSettings.describe(writes)
  if (slowStart)
    for (let stage = 0; stage < lastStage(slowStart); stage++)
      commands.push(...liveSettings.describe(stepsBetween(slowStart, stage, stage + 1)).commands)
  return commands
}

type Opening = { steps: Step[]; slowStart?: SlowStart; job?: string; notes: string[]; committed?(id: string): Committed }

/** Opens the change in the journal, before its first write. Throws what it is refused for: another request may have been faster. */
async function openChange(wanted: Wanted, { steps, slowStart, job, notes, committed }: Opening, context: ChangesContext): Promise<string> {
  const { proposal, follows, drill, autopilot, because, by, approvedBy, course, guards, still } = wanted
  const { journal, liveSettings, store, fleet, now } = context
  const moves = trafficMoved(steps, fleet.topology())
  const own = randomBytes(8).toString('hex')
  await claimGroups(own, steps, context, autopilot)
  const release = () => store.claims.release(own)
  const giveBack = await claimLimits(own, autopilot !== undefined, context).catch(async (error) => {
    await release()
    throw error
  })
  // Nothing is awaited from here to the first entry: the next that asks finds this change.
  const refusal = refusalOf({ ...refusalFacts(wanted, context, steps), live: null }) ?? still?.() ?? null
  if (refusal) {
    await Promise.all([release(), giveBack()])
    throw refusal
  }
  const labelsOf = labelsIn(context.fleet.topology())
  const labels = sharedLabels(steps.map(({ setting: { target } }) => labelsOf({ target })))
  const { id } = journal.open(
    {
      id: own,
      state: 'applying',
      steps,
      ...(labels && { labels }),
      because,
      ...(proposal && { proposal: proposal.id, finding: proposal.finding }),
      ...(follows !== undefined && { follows }),
      ...(drill && { drill }),
      ...(autopilot && { autopilot }),
      by,
      ...approvedOf(wanted),
      at: now(),
      reversal: liveSettings.describe(steps).reversal,
      prediction: proposal?.prediction ?? wanted.prediction ?? null,
      guards,
      ...(slowStart && { slowStart }),
      ...(job && { job }),
      ...(course !== undefined && { course }),
      ...(moves.length > 0 && { moves }),
      ...(committed && { committed: committed(own) }),
      measured: null,
      verdict: null,
      journal: [],
    },
    { what: 'created', text: approvedBy === undefined ? because : `${because} Approved by ${approvedBy}.`.trim(), by },
  )
  if (autopilot) journal.note(id, { what: 'note', text: `Made by the autopilot because ${autopilot.because}`, by })
  // A person has decided, so these settings are contested no longer.
  for (const key of steps.flatMap((step) => contestedKeys(step.setting))) store.memory.delete(key)
  for (const text of notes) journal.note(id, { what: 'note', text })
  await giveBack()
  return id
}
