import type { ReferencesTaken } from '../../model/answers/references.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Accesses } from '../../model/reference.ts'
import type { Runtime } from '../runtime.ts'
import { knownTarget } from '../targets/knownTarget.ts'
import { badLine } from '../traces/line.ts'
import { readReport } from './report.ts'
import { ALL_KEYS } from './segmentLog.ts'

/** Reports that are read at once: each holds up to 30 MB. */
const READING_MAX = 4
let reading = 0

/** Takes a report of references: all that can be read and lies in the time that is kept. */
export async function takeReport(
  { engine, references, now }: Pick<Runtime, 'engine' | 'references' | 'now'>,
  target: string,
  request: Request,
  { rate, gets }: Pick<Accesses, 'rate' | 'gets'>,
): Promise<ReferencesTaken> {
  knownTarget({ engine } as Runtime, target)
  if (references.settings(target)?.from !== 'report')
    throw new EvenkeelError('not_allowed', `The target takes no reports: its configuration needs "references: { from: report }".`)
  if (reading >= READING_MAX) throw new EvenkeelError('too_many', 'Too many reports of references at once: try again in a moment.')
  reading++
  try {
    const list = await readReport(request)
    const beyond = rate === null ? -1 : list.findIndex(({ high }) => high >= rate * ALL_KEYS)
    if (beyond >= 0) throw badLine(beyond + 1, `HASH: its first 8 digits over 2^32 are to be below the rate, ${rate}.`)
    const { accesses, future, past } = references.timed(target, { list, rate, gets })
    if (list.length > 0 && accesses.list.length === 0) throw wrongTime(list[0]!.at - now())
    await references.add(target, accesses).catch((error: NodeJS.ErrnoException) => {
      const full = error.code === 'ENOSPC' || error.code === 'EDQUOT'
      throw full ? new EvenkeelError('unavailable', 'The disk of the data folder is full: the references were not taken.') : error
    })
    return { taken: accesses.list.length, future, past }
  } finally {
    reading--
  }
}

const wrongTime = (aheadMs: number) =>
  badLine(
    1,
    `MS: it lies ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} Evenkeel's clock, as all of the report lies outside of what is kept; expected epoch ms.`,
  )
