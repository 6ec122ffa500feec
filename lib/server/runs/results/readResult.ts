import { EvenkeelError, malformed } from '../../../model/error.ts'
import { parseJson } from '../../../model/json.ts'
import type { LoadResult } from '../../../model/loadResult.ts'
import { parseGatlingBinary } from './gatlingBinary.ts'
import { parseGatlingJson } from './gatlingJson.ts'
import { parseGatlingLog } from './gatlingText.ts'
import { parseK6 } from './k6.ts'
import { parseLocust } from './locust.ts'

/** The result of a load test from a file of k6, Locust or Gatling: which one it is, is told from its content. Throws `bad_request` where it is none. */
export function readResult(bytes: Uint8Array): LoadResult {
  try {
    return parsed(bytes)
  } catch (error) {
    // Who sent it can mend it: it is no answer of a watched server.
    if (error instanceof EvenkeelError && error.code === 'malformed')
      throw new EvenkeelError('bad_request', `the body: expected ${error.message}.`)
    throw error
  }
}

function parsed(bytes: Uint8Array): LoadResult {
  if (bytes.length === 0) throw malformed('a result of k6, Locust or Gatling', 'nothing')
  if (bytes[0] === 0) return parseGatlingBinary(bytes)
  const text = textOf(bytes)
  if (/^\s*[{[]/.test(text)) return parseReport(text)
  return /^(RUN|ASSERTION)\t/.test(text) ? parseGatlingLog(text) : parseLocust(text)
}

/** JSON of k6 or of Gatling. */
function parseReport(text: string): LoadResult {
  const report = jsonOf(text)
  const isGatling = typeof report === 'object' && report !== null && ('numberOfRequests' in report || 'contents' in report)
  return isGatling ? parseGatlingJson(report) : parseK6(report)
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    throw malformed(`JSON (${(error as SyntaxError).message.slice(0, 200)})`, text)
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw malformed('text in UTF-8', 'other bytes')
  }
}
