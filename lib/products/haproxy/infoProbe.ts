import type { Parsed } from '../../model/product.ts'
import { rawRecord } from '../answers.ts'
import { type HaproxyInfo, runIdOf } from './info.ts'

/** What HAProxy tells of its process, by whatever way it is read. `text`: the answer as it came. */
export function infoParsed(info: HaproxyInfo, text: string, { at, cursor }: { at: number; cursor: string | null }): Parsed {
  const run = runIdOf(info, at, cursor)
  return {
    samples: info.samples,
    records: [rawRecord('info', at, text)],
    topology: {
      facts: { version: info.version, runId: run.runId },
      capabilities: info.processes > 1 ? [{ feature: 'every process', available: false, because: processesText(info.processes) }] : [],
    },
    cursor: run.cursor,
  }
}

const processesText = (processes: number) =>
  `HAProxy runs ${processes} processes (\`nbproc\`), and this socket reports one of them and sets weights in that one alone: give each its own socket and target`
