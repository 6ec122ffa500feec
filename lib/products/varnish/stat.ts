import { execFile } from 'node:child_process'
import { EvenkeelError } from '../../model/error.ts'
import { ANSWER_MAX_BYTES, tooLarge } from '../../model/limits.ts'
import { printable, withoutFolders } from '../answers.ts'

/** What the command of the counters prints. Throws `unreachable` in its own words. It runs without a shell. */
export function runStat([program = 'varnishstat', ...args]: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { signal, maxBuffer: ANSWER_MAX_BYTES, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return reject(tooLarge(program))
      reject(
        new EvenkeelError('unreachable', signal.aborted ? `${nameOf(program)} gave no answer in time` : wordsOf(program, code, stderr)),
      )
    })
  })
}

const nameOf = (program: string) => JSON.stringify(withoutFolders(program))

function wordsOf(program: string, code: string | number | undefined, stderr: string): string {
  if (code === 'ENOENT') return `there is no program ${nameOf(program)}: name Varnish's own in \`stat\``
  if (code === 'EACCES') return `Evenkeel's user may not run ${nameOf(program)}`
  const said = printable(withoutFolders(stderr).trim().replace(/\s+/g, ' ').slice(0, 200))
  return `${nameOf(program)} failed (${code})${said ? `: ${said}` : ''}`
}
