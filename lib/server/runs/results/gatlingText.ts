import { malformed } from '../../../model/error.ts'
import type { LoadResult } from '../../../model/loadResult.ts'
import { RequestLog } from './requestLog.ts'

/** A name, or an error of a server, that is longer is no line of a log. */
const LINE_MAX = 64 * 1024

/**
 * `simulation.log` as Gatling 3.0 to 3.12 write it: a record a line, its fields between tabs. Up to 3.3 records also hold the number of the
 * user. From 3.13 on it is binary (`parseGatlingBinary`).
 */
export function parseGatlingLog(text: string): LoadResult {
  const log = new RequestLog()
  let number = 0
  let begun = false
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    number++
    if (end - start > LINE_MAX) throw malformed(`line ${number}: at most ${LINE_MAX} characters`, text.slice(start, start + 60))
    // The last line of a run that was killed ends anywhere.
    if (newline >= 0 && end > start) {
      const record = text.slice(start, end).replace(/\r$/, '')
      begun ||= record.startsWith('RUN\t')
      if (!begun && !record.startsWith('ASSERTION\t'))
        throw malformed(`line ${number}: the record RUN, with which a log of Gatling begins`, record)
      readRecord(log, record, number)
    }
    start = end + 1
  }
  return resultOf(log, 'simulation.log (text)')
}

export function resultOf(log: RequestLog, format: string): LoadResult {
  const result = log.result()
  if (!result) throw malformed('a log with requests', 'none')
  return { tool: 'gatling', format, counts: 'requests', checks: null, thresholds: [], ...result }
}

/** Without a number of the user: of Gatling 3.4 and later. */
const FIELDS = { REQUEST: 7, USER: 4 } as const

function readRecord(log: RequestLog, record: string, number: number): void {
  const fields = record.split('\t')
  const [kind] = fields
  const bad = (what: string) => malformed(`line ${number}: ${what}`, record)
  if (kind === 'REQUEST') {
    if (fields.length !== FIELDS.REQUEST && fields.length !== FIELDS.REQUEST + 1) throw bad(`a REQUEST of ${FIELDS.REQUEST} fields`)
    const [groups, name, start, end, status] = fields.slice(-6) as [string, string, string, string, string]
    const [from, to] = [msIn(start), msIn(end)]
    if (from === null || to === null || to < from) throw bad('times in ms, the end not before the start')
    if (status !== 'OK' && status !== 'KO') throw bad('OK or KO')
    log.request(groups ? `${groups.replaceAll(',', ' / ')} / ${name}` : name, from, to, status === 'OK')
    return
  }
  if (kind === 'USER') {
    // Before 3.4: scenario, number, event, start, moment.
    const isOld = fields.length === FIELDS.USER + 2
    if (fields.length !== FIELDS.USER && !isOld) throw bad(`a USER of ${FIELDS.USER} fields`)
    const event = fields[isOld ? 3 : 2]
    const at = msIn(fields.at(-1)!)
    if (at === null || (event !== 'START' && event !== 'END')) throw bad('START or END, and when, in ms')
    log.user(at, event === 'START')
    return
  }
  if (!['RUN', 'GROUP', 'ERROR', 'ASSERTION'].includes(kind!)) throw bad('a record of Gatling')
}

const msIn = (text: string): number | null => (/^\d{1,15}$/.test(text) ? Number(text) : null)
