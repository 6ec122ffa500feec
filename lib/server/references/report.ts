import { breathe } from '../../engine/breathe.ts'
import type { Access } from '../../model/reference.ts'
import { badLine } from '../traces/line.ts'
import { type BodyLimit, pipeBody } from '../traces/receive.ts'
import { LineDecoder } from '../traces/text.ts'
import { readReportLine } from './reportLine.ts'

/** About 200,000 references. */
const LIMIT: BodyLimit = {
  bytes: 8 * 1024 * 1024,
  words: 'of references are taken at once. Send them in several reports.',
  // Few are read at once: whoever sends theirs by the byte keeps nobody else waiting.
  withinMs: 30_000,
}
const LINE_MAX = 1_000
/** So many lines are read without a pause, about 5 ms. */
const SLICE = 4_000

/** The accesses of a report's body, read as it comes. Throws `bad_request` that names the first line that cannot be read, and `too_large`. */
export async function readReport(request: Request, limit = LIMIT): Promise<Access[]> {
  const list: Access[] = []
  if (!request.body) return list
  const decoder = new LineDecoder()
  let rest = ''
  let line = 0
  const take = (text: string) => {
    line++
    if (text.length > LINE_MAX) throw badLine(line, `longer than ${LINE_MAX} characters.`)
    if (text.trim() !== '') list.push(readReportLine(text, line))
  }
  await pipeBody(request, limit, async (chunks) => {
    for await (const chunk of chunks) {
      const lines = (rest + decoder.decode(chunk)).split('\n')
      rest = lines.pop()!
      for (const text of lines) {
        take(text)
        if (line % SLICE === 0) await breathe()
      }
      if (rest.length > LINE_MAX) take(rest)
    }
    rest += decoder.end()
    if (rest !== '') take(rest)
  })
  return list
}
