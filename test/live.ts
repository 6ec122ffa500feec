import { describe, test } from 'vitest'
import { findProgram } from './daemon.ts'

/**
 * `describe` for tests that need real server programs. Where one is missing the block is skipped and its name says why; under `CI=true`
 * it fails instead, so that nothing is silently untested.
 */
export function describeWith(programs: string[], name: string, body: () => void): void {
  const missing = programs.filter((program) => !findProgram(program))
  if (missing.length === 0) {
    describe(name, body)
    return
  }
  const why = `${name}: ${missing.join(', ')} not installed`
  if (process.env.CI === 'true')
    test(why, () => {
      throw new Error(`${why}; install it, or run without CI=true to skip`)
    })
  else describe.skip(why, body)
}
