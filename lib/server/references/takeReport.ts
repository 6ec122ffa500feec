import type { ReferencesTaken } from '../../model/answers/references.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Access, Accesses } from '../../model/reference.ts'
import type { Runtime } from '../runtime.ts'
import { knownTarget } from '../targets/knownTarget.ts'
import { badLine } from '../traces/line.ts'
import { readReport } from './report.ts'
import { ALL_KEYS } from './segmentLog.ts'
import { remember, takenBefore } from './takenReports.ts'

/** Reports that are read at once: each holds up to 30 MB. */
const READING_MAX = 4
let reading = 0

/** A clock that is off by less is right: an answer takes as long. */
const CLOCK_OFF_MS = 2_000

/** What a reporter says beside its lines. */
export type AboutReport = {
  rate?: number | undefined
  gets?: number | undefined
  id?: string | undefined
  sent?: number | undefined
  missingFrom?: number | undefined
  missingTo?: number | undefined
}

type Context = Pick<Runtime, 'engine' | 'references' | 'now'>

/** Takes a report of references: all that can be read and lies in the time that is kept. */
export async function takeReport(context: Context, target: string, request: Request, about: AboutReport): Promise<ReferencesTaken> {
  const { engine, references } = context
  knownTarget({ engine } as Runtime, target)
  if (references.settings(target)?.from !== 'report')
    throw new EvenkeelError('not_allowed', `The target takes no reports: its configuration needs "references: { from: report }".`)
  const key = about.id === undefined ? null : `${about.id} ${target}`
  const before = key === null ? undefined : takenBefore(key)
  if (before) {
    // To its end, or whoever sends it never hears the answer.
    await inTurn(() => readReport(request))
    return before
  }
  const taken = inTurn(() => take(context, target, request, about))
  if (key !== null) remember(key, taken)
  return taken
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (reading >= READING_MAX) throw new EvenkeelError('too_many', 'Too many reports of references at once: try again in a moment.')
  reading++
  try {
    return await work()
  } finally {
    reading--
  }
}

async function take({ references, now }: Context, target: string, request: Request, about: AboutReport): Promise<ReferencesTaken> {
  const { rate = null, gets = null, sent } = about
  const off = sent === undefined ? 0 : now() - sent
  const ahead = Math.abs(off) > CLOCK_OFF_MS ? off : 0
  const list = await readReport(request)
  const beyond = rate === null ? -1 : list.findIndex(({ high }) => high >= rate * ALL_KEYS)
  if (beyond >= 0) throw badLine(beyond + 1, `HASH: its first 8 digits over 2^32 are to be below the rate, ${rate}.`)
  if (ahead !== 0) for (const access of list as Access[]) access.at += ahead
  const { accesses, future, past } = references.timed(target, { list, rate, gets })
  if (list.length > 0 && accesses.list.length === 0) throw wrongTime(list[0]!.at - now())
  await add(references, target, {
    ...accesses,
    ...missingOf(about, ahead, { first: now() - (references.settings(target)?.keep ?? 0), now: now() }),
  })
  return { taken: accesses.list.length, future, past }
}

async function add(references: Context['references'], target: string, accesses: Accesses): Promise<void> {
  await references.add(target, accesses).catch((error: NodeJS.ErrnoException) => {
    const full = error.code === 'ENOSPC' || error.code === 'EDQUOT'
    throw full ? new EvenkeelError('unavailable', 'The disk of the data folder is full: the references were not taken.') : error
  })
}

function missingOf(
  { missingFrom, missingTo }: AboutReport,
  ahead: number,
  { first, now }: { first: number; now: number },
): Pick<Accesses, 'missing'> {
  if (missingFrom === undefined || missingTo === undefined) return {}
  const [from, to] = [missingFrom + ahead, Math.min(now, missingTo + ahead)]
  return to >= Math.max(first, from) ? { missing: { from: Math.max(first, Math.min(from, to - 1)), to } } : {}
}

const wrongTime = (aheadMs: number) =>
  badLine(
    1,
    `MS: it lies ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} Evenkeel's clock, as all of the report lies outside of what is kept; expected epoch ms.`,
  )
