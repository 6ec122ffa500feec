import { CsvError, parse } from 'csv-parse/sync'
import { EvenkeelError, malformed } from '../../../model/error.ts'
import { LOAD_RESULT_MAX, type LoadFigures, type LoadMoment, type LoadResult, NO_TIMES } from '../../../model/loadResult.ts'
import { thinned } from './thinned.ts'

/** Columns by which the two files are told apart, and without which neither can be read. */
const STATS = ['Type', 'Name', 'Request Count', 'Failure Count', 'Median Response Time', 'Average Response Time', 'Max Response Time', 'Requests/s'] // biome-ignore format: one line
const HISTORY = ['Timestamp', 'User Count', 'Type', 'Name', 'Requests/s', 'Failures/s', 'Total Request Count', 'Total Failure Count', 'Total Average Response Time', 'Total Max Response Time'] // biome-ignore format: one line
const AGGREGATED = 'Aggregated'
/** A line of a name that is called a megabyte. */
const RECORD_MAX = 64 * 1024

/** A row with its line, by the name of the column. */
type Row = { line: number; text(column: string): string; number(column: string): number | null }

/** What Locust writes with `--csv`: `…_stats.csv` (all names) or `…_stats_history.csv` (the course of the run). */
export function parseLocust(text: string): LoadResult {
  const { columns, rows } = tableOf(text)
  const has = (wanted: readonly string[]) => wanted.every((column) => columns.includes(column))
  if (has(HISTORY)) return historyOf(rows, columns)
  if (has(STATS)) return statsOf(rows)
  throw malformed("the columns of Locust's …_stats.csv or …_stats_history.csv", columns.join(','))
}

function statsOf(rows: readonly Row[]): LoadResult {
  const all = rows.filter((row) => isTotal(row))
  if (all.length !== 1) throw malformed(`one row named ${AGGREGATED}`, `${all.length} of ${rows.length} rows`)
  const parts = rows.filter((row) => !isTotal(row)).map((row) => ({ name: nameOf(row), ...figuresOf(row) }))
  return {
    ...EMPTY,
    format: 'stats.csv',
    seconds: secondsOf(figuresOf(all[0]!)),
    all: figuresOf(all[0]!),
    parts: parts.sort((a, b) => b.requests - a.requests).slice(0, LOAD_RESULT_MAX.parts),
  }
}

const EMPTY = { tool: 'locust', counts: 'requests', from: null, to: null, usersMax: null, checks: null, thresholds: [], parts: [], course: [] } satisfies Partial<LoadResult> // biome-ignore format: one line

/** The row of all names: its type is empty. A name of the test's own may be called the same. */
const isTotal = (row: Row) => row.text('Name') === AGGREGATED && row.text('Type') === ''
const nameOf = (row: Row) => `${row.text('Type')} ${row.text('Name')}`.trim().slice(0, LOAD_RESULT_MAX.name)
const secondsOf = ({ requests, perSecond }: LoadFigures) => (perSecond ? requests / perSecond : null)

function figuresOf(row: Row): LoadFigures {
  const ms = (column: string) => inSeconds(row.number(column))
  return {
    requests: needed(row, 'Request Count'),
    failures: needed(row, 'Failure Count'),
    perSecond: needed(row, 'Requests/s'),
    times: { mean: ms('Average Response Time'), p50: ms('Median Response Time'), p90: ms('90%'), p95: ms('95%'), p99: ms('99%'), max: ms('Max Response Time') }, // biome-ignore format: one line
  }
}

function historyOf(rows: readonly Row[], columns: readonly string[]): LoadResult {
  const totals = rows.filter(isTotal)
  const last = totals.at(-1)
  if (!last) throw malformed(`a row named ${AGGREGATED}`, `${rows.length} rows, none of them`)
  // Only with --csv-full-history percentiles are of the last ten seconds; else they are of the whole run so far.
  const isFull = rows.length > totals.length && columns.includes('95%')
  let before = Number.NEGATIVE_INFINITY
  const course = totals.map((row): LoadMoment => {
    const at = needed(row, 'Timestamp') * 1000
    if (at < before) throw malformed(`line ${row.line}: times in order`, row.text('Timestamp'))
    before = at
    return {
      at,
      users: needed(row, 'User Count'),
      perSecond: needed(row, 'Requests/s'),
      failuresPerSecond: needed(row, 'Failures/s'),
      p95: isFull ? inSeconds(row.number('95%')) : null,
    }
  })
  const [from, to] = [course[0]!.at, course.at(-1)!.at]
  const requests = needed(last, 'Total Request Count')
  const seconds = (to - from) / 1000
  return {
    ...EMPTY,
    format: 'stats_history.csv',
    from,
    to,
    seconds,
    usersMax: course.reduce((most, { users }) => Math.max(most, users ?? 0), 0),
    all: {
      requests,
      failures: needed(last, 'Total Failure Count'),
      perSecond: seconds > 0 ? requests / seconds : null,
      times: {
        ...NO_TIMES,
        mean: inSeconds(last.number('Total Average Response Time')),
        max: inSeconds(last.number('Total Max Response Time')),
        ...(columns.includes('Total Median Response Time') && { p50: inSeconds(last.number('Total Median Response Time')) }),
        ...(!isFull && columns.includes('95%') && { p95: inSeconds(last.number('95%')) }),
      },
    },
    course: thinned(course),
  }
}

const inSeconds = (ms: number | null) => (ms === null ? null : ms / 1000)

function needed(row: Row, column: string): number {
  const value = row.number(column)
  if (value === null) throw malformed(`line ${row.line}: a number as ${column}`, row.text(column))
  return value
}

function tableOf(text: string): { columns: string[]; rows: Row[] } {
  const records = recordsOf(text)
  const [head, ...others] = records
  if (!head) throw malformed('a first line that names the columns', 'nothing')
  const columns = head.record
  const places = new Map(columns.map((name, index) => [name, index]))
  if (places.size < columns.length) throw malformed('each column once', columns.join(','))
  const rows = others.map(({ record, info }): Row => {
    const textOf = (column: string) => record[places.get(column) ?? -1] ?? ''
    return {
      line: info.lines,
      text: textOf,
      number(column) {
        const found = textOf(column)
        // A name that was not called yet has none.
        if (found === 'N/A' || found === '') return null
        if (!/^\d+(\.\d+)?([eE][+-]?\d+)?$/.test(found)) throw malformed(`line ${info.lines}: a number as ${column}`, found)
        return Number(found)
      },
    }
  })
  return { columns, rows }
}

type Recorded = { record: string[]; info: { lines: number } }

function recordsOf(text: string): Recorded[] {
  try {
    return parse(text, {
      bom: true,
      info: true,
      record_delimiter: ['\r\n', '\n'],
      max_record_size: RECORD_MAX,
      skip_empty_lines: true,
    }) as unknown as Recorded[]
  } catch (error) {
    if (error instanceof EvenkeelError || !(error instanceof CsvError)) throw error
    const { lines } = error as CsvError & { lines?: number }
    throw malformed(`line ${lines ?? 1}: CSV`, error.code.toLowerCase().replaceAll('_', ' '))
  }
}
